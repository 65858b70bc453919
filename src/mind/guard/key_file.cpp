#include "mind/guard/key_file.hpp"

#include "base/hex.hpp"
#include "base/json.hpp"
#include "base/json_reader.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace rondo::guard {
namespace {
constexpr std::int64_t kVersion = 1;
constexpr std::int64_t kLatest = 253'402'300'799'000'000;  // the end of the year 9999
constexpr std::size_t kHashChars = 2 * sizeof(KeyHash);

boost::json::value micros(const std::optional<WallTime>& time) {
    return time ? boost::json::value(time->time_since_epoch().count()) : boost::json::value(nullptr);
}

boost::json::object to_json(const KeyRecord& r) {
    boost::json::object out{{"id", r.id},
                            {"name", r.name},
                            {"scope", std::string{name(r.role)}},
                            {"tenant", r.scope.tenant.value},
                            {"user", r.scope.user.value},
                            {"hash", to_hex(r.hash)},
                            {"created_us", micros(r.created)},
                            {"expires_us", micros(r.expires)},
                            {"revoked_us", micros(r.revoked)},
                            {"requests_per_minute", r.limits.requests_per_minute},
                            {"tokens_per_minute", r.limits.tokens_per_minute},
                            {"budget", r.budget}};
    if (r.former) out["former"] = {{"hash", to_hex(r.former->hash)}, {"until_us", micros(r.former->until)}};
    return out;
}

int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void read_hash(json::ObjectReader& in, KeyHash& out) {
    std::string text;
    if (!in.required("hash", text, kHashChars)) return;
    const bool whole = text.size() == kHashChars && std::ranges::all_of(text, [](char c) { return digit(c) >= 0; });
    if (!whole) return in.fault("hash", fmt::format("must be {} hexadecimal digits", kHashChars));
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(digit(text[2 * i]) * 16 + digit(text[2 * i + 1]));
}

WallTime wall(std::int64_t micros) { return WallTime{std::chrono::microseconds{micros}}; }

std::optional<WallTime> read_time(json::ObjectReader& in, std::string_view key) {
    std::int64_t count = 0;
    if (!in.optional(key, count, 0, kLatest)) return std::nullopt;
    return wall(count);
}

void read_id(json::ObjectReader& in, std::string_view key, std::string& out) {
    if (in.required(key, out, 128) && !valid_id(out)) in.fault(key, "is no id");
}

KeyRecord read_record(const boost::json::object& object, const std::string& pointer, std::vector<Fault>& faults) {
    json::ObjectReader in{object, pointer, faults};
    KeyRecord r;
    std::string scope;
    std::int64_t created = 0;
    read_id(in, "id", r.id);
    in.required("name", r.name, KeyBook::kMaxName);
    if (in.required("scope", scope, 16) && !parse_role(scope, r.role)) in.fault("scope", "must be user, operator or admin");
    read_id(in, "tenant", r.scope.tenant.value);
    read_id(in, "user", r.scope.user.value);
    read_hash(in, r.hash);
    if (in.required("created_us", created, 0, kLatest)) r.created = wall(created);
    r.expires = read_time(in, "expires_us");
    r.revoked = read_time(in, "revoked_us");
    in.optional("requests_per_minute", r.limits.requests_per_minute, 0, 1'000'000'000);
    in.optional("tokens_per_minute", r.limits.tokens_per_minute, 0, 1'000'000'000);
    in.optional("budget", r.budget, 128);
    if (const auto* former = in.object("former")) {
        json::ObjectReader inner{*former, json::join(pointer, "former"), faults};
        r.former.emplace();
        std::int64_t until = 0;
        read_hash(inner, r.former->hash);
        if (inner.required("until_us", until, 0, kLatest)) r.former->until = wall(until);
        inner.finish();
    }
    in.finish();
    return r;
}
}  // namespace

std::string write_key_file(const KeyBook& book) {
    boost::json::array keys;
    for (const auto& [id, record] : book.records()) keys.push_back(to_json(record));
    return json::write(boost::json::object{{"version", kVersion}, {"keys", std::move(keys)}}) + "\n";
}

Result<KeyBook> read_key_file(std::string_view text, const Pepper& pepper) {
    constexpr json::Limits kLimits{.max_bytes = kMaxKeyFileBytes, .max_depth = 8, .max_keys = 32 * KeyBook::kMaxKeys};
    const auto parsed = json::parse(text, kLimits);
    if (!parsed) return fail(Code::data_loss, "the keys cannot be read: " + parsed.error().message);
    std::vector<Fault> faults;
    KeyBook book{pepper};
    const auto lost = [&](std::string message) {
        return fail(Error{.code = Code::data_loss, .message = std::move(message), .faults = faults});
    };
    if (!parsed->is_object()) return lost("the keys cannot be read: the text is no JSON object");
    json::ObjectReader in{parsed->get_object(), "", faults};
    std::int64_t version = 0;
    in.required("version", version, kVersion, kVersion);
    if (const auto* keys = in.array("keys")) {
        for (std::size_t i = 0; i < keys->size() && faults.empty(); ++i) {
            const std::string pointer = json::join("/keys", i);
            if (!(*keys)[i].is_object()) {
                faults.push_back({pointer, "must be an object"});
                break;
            }
            auto record = read_record((*keys)[i].get_object(), pointer, faults);
            if (!faults.empty()) break;
            if (const auto added = book.add(std::move(record)); !added) faults.push_back({pointer, added.error().message});
        }
    } else if (faults.empty()) {
        in.fault("keys", "is required");
    }
    in.finish();
    if (!faults.empty()) return lost("the keys cannot be read; restore keys.json from a copy");
    return book;
}
}  // namespace rondo::guard
