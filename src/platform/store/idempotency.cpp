#include "platform/store/idempotency.hpp"

#include "platform/store/batch.hpp"
#include "platform/store/reader.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <ranges>

namespace rondo::store {
namespace {
constexpr Sql kInsert = "INSERT OR IGNORE INTO idempotency(scope, key, body, result) VALUES(?1, ?2, ?3, ?4)";
constexpr Sql kErase = "DELETE FROM idempotency WHERE scope = ?1";
constexpr Sql kLookup = "SELECT body, result FROM idempotency WHERE scope = ?1 AND key = ?2";
constexpr Sql kLatest = "SELECT body, result, key FROM idempotency WHERE scope = ?1 ORDER BY result DESC LIMIT ?2";

Idempotency::Entry entry_of(const Row& row) {
    Idempotency::Entry entry{{}, row.integer(1)};
    const std::string& body = row.blob(0);
    std::copy_n(body.begin(), std::min(body.size(), entry.body.size()), entry.body.begin());
    return entry;
}
}  // namespace

Digest Idempotency::digest(std::string_view bytes) {
    std::array<std::uint8_t, EVP_MAX_MD_SIZE> whole{};
    EVP_Digest(bytes.data(), bytes.size(), whole.data(), nullptr, EVP_sha256(), nullptr);
    Digest half;
    std::copy_n(whole.begin(), half.size(), half.begin());
    return half;
}

std::pair<Idempotency::Verdict, std::int64_t> Idempotency::judge(const std::optional<Entry>& found, const Digest& body) {
    if (!found) return {Verdict::fresh, 0};
    return {found->body == body ? Verdict::same : Verdict::conflict, found->result};
}

std::pair<Idempotency::Verdict, std::int64_t> Idempotency::check(std::string_view key, const Digest& body) const {
    const auto it = entries_.find(key);
    return judge(it == entries_.end() ? std::nullopt : std::optional{it->second}, body);
}

void Idempotency::remember(std::string_view key, const Digest& body, std::int64_t result) {
    if (!entries_.try_emplace(std::string{key}, Entry{body, result}).second) return;
    order_.emplace_back(key);
    if (order_.size() <= capacity_) return;
    entries_.erase(order_.front());
    order_.pop_front();
    ++evicted_;
}

void Idempotency::append(Batch& batch, std::int64_t scope, std::string_view key, const Entry& entry) {
    batch.execute(kInsert, {scope, std::string{key}, BlobValue{{entry.body.begin(), entry.body.end()}}, entry.result});
}

void Idempotency::erase(Batch& batch, std::int64_t scope) { batch.execute(kErase, {scope}); }

Result<std::optional<Idempotency::Entry>> Idempotency::lookup(Reader& reader, std::int64_t scope, std::string_view key) {
    const auto rows = reader.query(kLookup, {scope, std::string{key}});
    if (!rows) return propagate(rows);
    return rows->empty() ? std::nullopt : std::optional{entry_of(rows->front())};
}

Result<Idempotency> Idempotency::load(Reader& reader, std::int64_t scope, std::size_t capacity) {
    // One more than fits, so that the window knows when it does not hold everything.
    const auto rows = reader.query(kLatest, {scope, static_cast<std::int64_t>(capacity) + 1});
    if (!rows) return propagate(rows);
    Idempotency window{capacity};
    for (const Row& row : *rows | std::views::reverse) {
        const Entry entry = entry_of(row);
        window.remember(row.text(2), entry.body, entry.result);
    }
    return window;
}
}  // namespace rondo::store
