#pragma once
#include "base/config/source.hpp"

#include <mutex>
#include <string>
#include <utility>

namespace rondo::support {
/// A shared store of settings in this process.
class MemorySource final : public config::Source {
public:
    void set(const std::string& key, std::string value) {
        {
            const std::scoped_lock lock{mutex_};
            settings_.values[key] = std::move(value);
        }
        const std::scoped_lock lock{telling_};
        if (changed_) changed_();
    }
    Result<config::SharedSettings> read() override {
        const std::scoped_lock lock{mutex_};
        return settings_;
    }
    void on_change(std::function<void()> changed) override {
        const std::scoped_lock lock{telling_};
        changed_ = std::move(changed);
    }

private:
    std::mutex mutex_;  // guards settings_
    config::SharedSettings settings_;
    std::mutex telling_;  // guards changed_, held while it is called
    std::function<void()> changed_;
};
}  // namespace rondo::support
