#include "app/key_service.hpp"

#include <boost/asio/post.hpp>

#include <chrono>
#include <utility>

namespace rondo::app {
namespace {
constexpr std::chrono::minutes kUsedEvery{1};
}

KeyService::KeyService(KeyFolder folder, guard::KeyBook first, obs::Logger log)
    : folder_{std::move(folder)},
      log_{log},
      live_{std::move(first), folder_.keys_file().string()},
      used_{folder_.last_used()},
      background_{[log](const char* what) mutable { log.error("key_thread_threw", {{"what", what}}); }},
      minute_{background_.executor()} {}

Result<std::unique_ptr<KeyService>> KeyService::open(KeyFolder folder, obs::Logger log) {
    auto first = folder.read();
    if (!first) return propagate(first);
    return std::unique_ptr<KeyService>{new KeyService{std::move(folder), std::move(*first), std::move(log)}};
}

std::shared_ptr<const guard::KeyBook> KeyService::keys() const {
    const auto pin = live_.current();
    return {pin, &pin->value};
}

void KeyService::start() {
    asio::post(background_.executor(), [this] {
        watch_ = std::make_unique<files::FileWatch>(background_.executor(), files::FileWatch::Config{}, [this] { read_again(); });
        watch_->watch(folder_.keys_file());
        read_again();  // what changed between the first reading and the watch
        write_used_later();
    });
}

void KeyService::stop() {
    if (std::exchange(stopped_, true)) return;
    asio::post(background_.executor(), [this] {
        watch_.reset();
        minute_.cancel();
        write_used();
    });
    background_.finish();
}

void KeyService::read_again() {
    const auto running = keys();
    auto next = folder_.read();
    if (next && next->empty() && !running->empty()) next = fail(Code::data_loss, "keys.json is gone; the keys stay as they were");
    if (!next) return log_.error("keys_not_read", {{"message", next.error().message}});
    if (next->records() == running->records()) return;
    log_.info("keys_changed", {{"keys", static_cast<std::int64_t>(next->records().size())}});
    live_.publish(std::move(*next), folder_.keys_file().string());
}

void KeyService::write_used() {
    if (!used_.take_changed()) return;
    if (const auto written = folder_.write_last_used(used_.times()); !written) {
        log_.warn("key_use_not_written", {{"message", written.error().message}});
    }
}

void KeyService::write_used_later() {
    minute_.expires_after(kUsedEvery);
    minute_.async_wait([this](boost::system::error_code ended) {
        if (ended) return;
        write_used();
        write_used_later();
    });
}
}  // namespace rondo::app
