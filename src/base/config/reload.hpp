#pragma once
#include "base/config/field.hpp"
#include "base/config/loader.hpp"
#include "base/json_reader.hpp"

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace rondo::config {
/// Of two descriptions of one type, what the running one has and only a restart changes is copied into the next one;
/// `Setting::pending` of those that differ gets the next one's value. The part of carry_over() that is the same for every
/// Config; not for other use.
void keep_running(const Description& running, std::span<const Setting> running_settings, const Description& next,
                  std::vector<Setting>& next_settings);

/// Makes `next` fit for a server that runs with `running`: settings marked Reload::restart keep the running value and source.
/// Errors: `invalid_argument` when that mixture breaks a rule.
template <class C>
[[nodiscard]] Result<Loaded<C>> carry_over(Loaded<C> running, Loaded<C> next) {
    Description before, now;
    describe(before, running.value);
    describe(now, next.value);
    keep_running(before, running.settings, now, next.settings);
    Description mixed;
    describe(mixed, next.value);
    if (mixed.broken_rules().empty()) return next;
    return fail(json::invalid(mixed.broken_rules(), "the new settings do not go with those that only a restart changes; restart"));
}

/// The keys whose new value waits for a restart.
[[nodiscard]] std::vector<std::string> waiting_for_restart(std::span<const Setting> settings);
}  // namespace rondo::config
