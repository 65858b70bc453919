#include "base/async/background.hpp"

#include <exception>
#include <utility>

namespace rondo {
Background::Background(std::function<void(const char*)> on_panic) : on_panic_{std::move(on_panic)} {
    thread_ = std::thread{[this] {
        for (;;) {
            try {
                context_.run();
                return;
            } catch (const std::exception& thrown) {
                if (on_panic_) on_panic_(thrown.what());
            }
        }
    }};
}

Background::Hold Background::hold() {
    const std::scoped_lock lock{mutex_};
    return open_ ? std::make_unique<Hold::element_type>(context_.get_executor()) : nullptr;
}

void Background::finish() {
    {
        const std::scoped_lock lock{mutex_};
        open_.reset();
    }
    if (thread_.joinable()) thread_.join();
}
}  // namespace rondo
