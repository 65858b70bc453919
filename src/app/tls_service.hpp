#pragma once
#include "base/async/background.hpp"
#include "base/async/timer.hpp"
#include "base/obs/logger.hpp"
#include "platform/files/file_watch.hpp"
#include "platform/net/http_server.hpp"
#include "platform/net/tls_identity.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace rondo::app {
/// The server's certificate while it runs. When its files change they are read again a moment later, so that certificate and key may be
/// replaced one after the other; what cannot be used changes nothing and is told in the log. Thread-safe unless it says otherwise.
class TlsService {
public:
    using Use = std::function<void(std::shared_ptr<const net::TlsIdentity>)>;

    /// Reads the files and hands the identity to `use`, now and, once started, whenever there is another; `use` is called on any thread.
    /// Null without TLS. Blocks. Errors: those of TlsIdentity::load.
    [[nodiscard]] static Result<std::unique_ptr<TlsService>> open(net::HttpServer::Tls files, obs::Logger log, Use use);
    ~TlsService() { stop(); }

    void start();  ///< begins to watch; call once, not against stop()
    void reload();  ///< reads the files again now, changed or not
    void stop();  ///< ends watching and its thread; `use` is not called any more
    [[nodiscard]] std::chrono::sys_seconds expires() const;  ///< of the certificate in use

private:
    TlsService(net::HttpServer::Tls files, obs::Logger log, Use use);
    void take(std::shared_ptr<const net::TlsIdentity> identity);
    // All of these on the background thread.
    void changed();
    void read_again();

    net::HttpServer::Tls files_;
    obs::Logger log_;
    Use use_;
    mutable std::mutex mutex_;  // guards the two below
    std::chrono::sys_seconds expires_{};
    std::string fingerprint_;
    std::unique_ptr<files::FileWatch> certificate_watch_, key_watch_;
    bool stopped_{false};
    Background background_;
    Timer settled_;
};
}  // namespace rondo::app
