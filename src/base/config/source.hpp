#pragma once
#include "base/result.hpp"

#include <functional>
#include <map>
#include <string>

namespace rondo::config {
/// What a shared store says about the settings: full key ("server.port") to value, written as in the environment.
struct SharedSettings {
    std::string name{"store"};  ///< for messages and as the settings' source
    std::map<std::string, std::string> values;
};

/// Settings that several servers share, kept outside of them. A port: a store implements it, the app connects it.
/// Its layer lies above the file and below the command line. Thread-safe.
class Source {
public:
    virtual ~Source() = default;
    /// All of them, as of now. May block; never called on an event loop.
    /// Errors: `unavailable`. A server that starts gives up then; one that runs keeps what it has.
    [[nodiscard]] virtual Result<SharedSettings> read() = 0;
    /// `changed` is called after each change, on any thread, and must not block; empty: nobody listens any more. Once that
    /// returned the former one is not called again.
    virtual void on_change(std::function<void()> changed) = 0;
};
}  // namespace rondo::config
