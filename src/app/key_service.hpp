#pragma once
#include "app/key_folder.hpp"
#include "base/async/background.hpp"
#include "base/async/timer.hpp"
#include "base/config/live.hpp"
#include "base/obs/logger.hpp"
#include "platform/files/file_watch.hpp"

#include <memory>

namespace rondo::app {
/// The API keys while the server runs. A change of keys.json is in force some milliseconds after it (within a second where the
/// kernel tells nothing); a file that is unreadable or gone changes nothing, so no key comes back to life and none is lost.
/// Writes once a minute, and at its end, when keys were last used. Thread-safe unless it says otherwise.
class KeyService {
public:
    /// Blocks. Errors: those of KeyFolder::read.
    [[nodiscard]] static Result<std::unique_ptr<KeyService>> open(KeyFolder folder, obs::Logger log);
    ~KeyService() { stop(); }

    void start();  ///< begins to watch; call once, not against stop()
    void stop();   ///< ends watching and its thread; keys() goes on

    [[nodiscard]] std::shared_ptr<const guard::KeyBook> keys() const;
    [[nodiscard]] guard::LastUsed& used() { return used_; }

private:
    KeyService(KeyFolder folder, guard::KeyBook first, obs::Logger log);
    // All of these on the background thread.
    void read_again();
    void write_used();
    void write_used_later();

    KeyFolder folder_;
    obs::Logger log_;
    config::Live<guard::KeyBook> live_;
    guard::LastUsed used_;
    std::unique_ptr<files::FileWatch> watch_;
    bool stopped_{false};
    Background background_;
    Timer minute_;
};
}  // namespace rondo::app
