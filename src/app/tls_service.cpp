#include "app/tls_service.hpp"

#include "base/clock.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace rondo::app {
namespace {
constexpr std::chrono::milliseconds kSettle{250};  // between the last change of a file and reading both
}

TlsService::TlsService(net::HttpServer::Tls files, obs::Logger log, Use use)
    : files_{std::move(files)},
      log_{log},
      use_{std::move(use)},
      background_{[log](const char* what) mutable { log.error("tls_thread_threw", {{"what", what}}); }},
      settled_{background_.executor()} {}

Result<std::unique_ptr<TlsService>> TlsService::open(net::HttpServer::Tls files, obs::Logger log, Use use) {
    if (!files.on()) return nullptr;
    auto first = net::TlsIdentity::load(files.certificate, files.key);
    if (!first) return propagate(first);
    std::unique_ptr<TlsService> service{new TlsService{std::move(files), std::move(log), std::move(use)}};
    service->take(std::move(*first));
    return service;
}

void TlsService::start() {
    asio::post(background_.executor(), [this] {
        const auto watch = [this](const std::filesystem::path& file) {
            auto made = std::make_unique<files::FileWatch>(background_.executor(), files::FileWatch::Config{}, [this] { changed(); });
            made->watch(file);
            return made;
        };
        certificate_watch_ = watch(files_.certificate);
        key_watch_ = watch(files_.key);
        read_again();  // perhaps changed between the first reading and the watch
    });
}

void TlsService::reload() {
    asio::post(background_.executor(), [this] { read_again(); });
}

void TlsService::stop() {
    if (std::exchange(stopped_, true)) return;
    asio::post(background_.executor(), [this] {
        certificate_watch_.reset();
        key_watch_.reset();
        settled_.cancel();
    });
    background_.finish();
}

std::chrono::sys_seconds TlsService::expires() const {
    const std::lock_guard lock{mutex_};
    return expires_;
}

void TlsService::take(std::shared_ptr<const net::TlsIdentity> identity) {
    const auto expires = identity->expires();
    const std::string fingerprint = identity->fingerprint();
    use_(std::move(identity));
    {
        const std::lock_guard lock{mutex_};
        expires_ = expires;
        if (std::exchange(fingerprint_, fingerprint) == fingerprint) return;  // files that were touched
    }
    log_.info("certificate_in_use",
              {{"file", files_.certificate.string()}, {"sha256", fingerprint}, {"expires", iso8601(WallTime{expires})}});
    if (expires < Clock::wall()) log_.warn("certificate_expired", {{"message", "clients will refuse it; put a new one in its place"}});
}

void TlsService::changed() {
    settled_.expires_after(kSettle);
    settled_.async_wait([this](boost::system::error_code ended) {
        if (!ended) read_again();
    });
}

void TlsService::read_again() {
    if (!certificate_watch_) return;  // stopped
    auto next = net::TlsIdentity::load(files_.certificate, files_.key);
    if (!next) return log_.error("certificate_not_read", {{"message", next.error().message + "; the one in use stays"}});
    take(std::move(*next));
}
}  // namespace rondo::app
