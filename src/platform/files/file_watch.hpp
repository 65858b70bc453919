#pragma once
#include "base/async/timer.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>

namespace rondo::files {
/// Tells when a file may have changed: written and closed, replaced, created, removed, its link led elsewhere. The file need
/// not exist, nor its folder.
///
/// The kernel tells (inotify on the folder, so that a file replaced by rename is followed); besides, one look at every `poll`
/// finds what it does not tell: network file systems, links into other folders, no inotify at all. "May": the content can be
/// the same as before. While a program writes the file in place a look may come too early; the change is told again when it is closed.
/// A file that is gone counts as a change only when it still is after `gone`: editors remove and write anew.
/// Everything happens on the executor, which must be that of one thread; `changed` may block it.
class FileWatch {
public:
    struct Config {
        std::chrono::milliseconds poll{1'000};  ///< > 0
        std::chrono::milliseconds gone{200};
        bool notify{true};  ///< false: only by looking
    };

    FileWatch(asio::any_io_executor executor, Config config, std::function<void()> changed);
    ~FileWatch();  ///< on the executor, or when its thread has ended; `changed` is not called any more
    FileWatch(const FileWatch&) = delete;
    FileWatch& operator=(const FileWatch&) = delete;

    /// Watches this file from now on, and no other; empty: none.
    void watch(std::filesystem::path file);
    /// The kernel tells about the folder of the file; false: changes are only found by looking.
    [[nodiscard]] bool notified() const;

private:
    class Core;
    std::shared_ptr<Core> core_;
};
}  // namespace rondo::files
