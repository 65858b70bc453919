#pragma once
#include "base/result.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace rondo::net {
/// Tells the service manager that started this process (systemd, Type=notify) how it is: one datagram a message, to the socket
/// that NOTIFY_SOCKET names. Without that variable nobody asked, and every call succeeds at once.
///
/// Never blocks. A message that could not be sent is no reason to stop: the caller may log it. Thread-safe.
/// Errors of all messages: `invalid_argument` (no such form of address), `unavailable` (nobody listens, or their queue is full).
class ServiceManager {
public:
    /// `address`: a socket's absolute path, or `@name` in Linux's abstract namespace; empty: there is no service manager.
    explicit ServiceManager(std::string address) : address_{std::move(address)} {}
    [[nodiscard]] static ServiceManager from_environment();  ///< before other threads run

    Status ready(std::string_view status) const;  ///< it serves; `status` is one line for people, shown by `systemctl status`
    Status reloading() const;                     ///< it reads its configuration again; ready() must follow
    Status stopping() const;                      ///< it has begun to shut down
    /// Another process of the service, which serves already, is the one to watch from now on; the caller is about to end.
    Status followed_by(int process, std::string_view status) const;

private:
    [[nodiscard]] Status send(std::string_view message) const;
    std::string address_;
};
}  // namespace rondo::net
