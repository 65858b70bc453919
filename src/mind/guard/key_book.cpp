#include "mind/guard/key_book.hpp"

#include "base/json_reader.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <vector>

namespace rondo::guard {
namespace {
constexpr std::int64_t kHighestLimit = 1'000'000'000;
constexpr std::chrono::hours kLongestLife{24 * 365 * 100};

std::unexpected<Error> refuse(const char* reason, const char* message) {
    return fail(Error{.code = Code::unauthenticated, .message = message, .reason = reason});
}

std::vector<Fault> faults_of(const KeyRequest& wanted) {
    std::vector<Fault> faults;
    const auto check = [&](bool holds, const char* field, std::string message) {
        if (!holds) faults.push_back({field, std::move(message)});
    };
    constexpr const char* kIdRule = "must be 1 to 128 of A-Z a-z 0-9 . _ : -";
    check(!wanted.name.empty() && wanted.name.size() <= KeyBook::kMaxName, "name",
          fmt::format("must have 1 to {} bytes", KeyBook::kMaxName));
    check(std::ranges::none_of(wanted.name, [](unsigned char c) { return c < 0x20 || c == 0x7f; }), "name",
          "must not hold control characters");
    check(valid_id(wanted.scope.tenant.value), "tenant", kIdRule);
    check(valid_id(wanted.scope.user.value), "user", kIdRule);
    check(wanted.budget.empty() || valid_id(wanted.budget), "budget", kIdRule);
    check(!wanted.lifetime || (wanted.lifetime->count() > 0 && *wanted.lifetime <= kLongestLife), "expires",
          "must be more than nothing and at most a hundred years");
    for (const auto& [field, limit] : {std::pair{"requests_per_minute", wanted.limits.requests_per_minute},
                                       std::pair{"tokens_per_minute", wanted.limits.tokens_per_minute}}) {
        check(limit >= 0 && limit <= kHighestLimit, field, fmt::format("must be 0 (no limit of its own) to {}", kHighestLimit));
    }
    return faults;
}
}  // namespace

KeyHash KeyBook::hash(std::string_view id, std::string_view secret) const {
    KeyHash out;
    crypto_generichash_state state;
    const auto feed = [&](std::string_view part) {
        crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(part.data()), part.size());
    };
    crypto_generichash_init(&state, pepper_.data(), pepper_.size(), out.size());
    feed(id);
    feed("_");
    feed(secret);
    crypto_generichash_final(&state, out.data(), out.size());
    return out;
}

Result<KeyRecord*> KeyBook::find(std::string_view id) {
    const auto at = records_.find(id);
    if (at == records_.end()) return fail(Code::not_found, "there is no key of that id; `rondo keys list` shows them");
    return &at->second;
}

Status KeyBook::add(KeyRecord record) {
    if (records_.size() >= kMaxKeys) return fail(Code::resource_exhausted, fmt::format("there are {} keys already", kMaxKeys));
    std::string id = record.id;
    if (!records_.emplace(std::move(id), std::move(record)).second) return fail(Code::already_exists, "a key of that id exists");
    return {};
}

Result<KeyBook::Issued> KeyBook::create(const KeyRequest& wanted, const KeyIdBytes& id, const SecretBytes& secret, WallTime now) {
    if (auto faults = faults_of(wanted); !faults.empty()) return fail(json::invalid(std::move(faults), "the key cannot be made as asked"));
    KeyRecord record{.id = key_id(id),
                     .name = wanted.name,
                     .role = wanted.role,
                     .scope = wanted.scope,
                     .hash = {},
                     .created = now,
                     .limits = wanted.limits,
                     .budget = wanted.budget};
    if (wanted.lifetime) record.expires = now + *wanted.lifetime;
    const std::string text = write_key(record.id, secret);
    record.hash = hash(record.id, read_key(text)->secret);
    if (auto added = add(record); !added) return propagate(added);
    return Issued{text, std::move(record)};
}

Result<KeyBook::Issued> KeyBook::rotate(std::string_view id, const SecretBytes& secret, std::chrono::seconds grace, WallTime now) {
    const auto found = find(id);
    if (!found) return propagate(found);
    KeyRecord& record = **found;
    if (record.revoked) return fail(Code::failed_precondition, "the key is revoked; create a new one");
    if (record.expires && *record.expires <= now) return fail(Code::failed_precondition, "the key has expired; create a new one");
    record.former = FormerSecret{record.hash, now + grace};
    if (grace.count() <= 0) record.former.reset();
    const std::string text = write_key(record.id, secret);
    record.hash = hash(record.id, read_key(text)->secret);
    return Issued{text, record};
}

Result<KeyRecord> KeyBook::revoke(std::string_view id, WallTime now) {
    const auto found = find(id);
    if (!found) return propagate(found);
    KeyRecord& record = **found;
    if (!record.revoked) record.revoked = now;
    record.former.reset();
    return record;
}

Result<const KeyRecord*> KeyBook::verify(std::string_view text, WallTime now) const {
    const auto read = read_key(text);
    if (!read)
        return refuse("KEY_MALFORMED",
                      "this is no key of rondo, or it has a typo; a key looks like rk_…_…_… and is printed once, when it is made");
    const auto at = records_.find(read->id);
    const KeyHash mine = hash(read->id, read->secret);  // for an unknown id, too: it takes as long as a wrong secret
    const auto is = [&mine](const KeyHash& kept) { return sodium_memcmp(mine.data(), kept.data(), mine.size()) == 0; };
    constexpr const char* kUnknown = "the key is not known here; ask the operator for one";
    if (at == records_.end()) return refuse("KEY_UNKNOWN", kUnknown);
    const KeyRecord& record = at->second;
    const bool current = is(record.hash);
    const bool former = record.former && is(record.former->hash);
    if (!current && !former) return refuse("KEY_UNKNOWN", kUnknown);
    if (record.revoked) return refuse("KEY_REVOKED", "the key was revoked; ask the operator for a new one");
    if (record.expires && *record.expires <= now) return refuse("KEY_EXPIRED", "the key has expired; ask the operator for a new one");
    if (!current && record.former->until <= now) {
        return refuse("KEY_EXPIRED", "the key was rotated and the old secret's time is over; use the new one");
    }
    return &record;
}

Principal principal_of(const KeyRecord& record) {
    return {.scope = record.scope, .role = record.role, .key = record.id, .limits = record.limits, .budget = record.budget};
}
}  // namespace rondo::guard
