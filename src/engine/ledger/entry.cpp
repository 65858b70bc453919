#include "engine/ledger/entry.hpp"

#include <array>
#include <bit>
#include <cstring>

namespace rondo::ledger {
namespace {
static_assert(std::endian::native == std::endian::little, "the body's numbers are written as they lie in memory");

constexpr std::int64_t kVersion = 1;

/// The body: numbers of eight bytes, then texts behind their length in four. Entries are many and short-lived, so
/// speed counts more than size.
struct Out {
    std::string bytes{};
    template <class N>
    void raw(N number) {
        char buffer[sizeof number];
        std::memcpy(buffer, &number, sizeof number);
        bytes.append(buffer, sizeof number);
    }
    void operator()(const std::int64_t& number) { raw(number); }
    void operator()(const std::string& text) {
        raw(static_cast<std::uint32_t>(text.size()));
        bytes += text;
    }
};

struct In {
    std::string_view bytes;
    bool ok{true};
    template <class N>
    N raw() {
        N number{};
        if (bytes.size() < sizeof number) {
            ok = false;
            bytes = {};
            return number;
        }
        std::memcpy(&number, bytes.data(), sizeof number);
        bytes.remove_prefix(sizeof number);
        return number;
    }
    void operator()(std::int64_t& number) { number = raw<std::int64_t>(); }
    void operator()(std::string& text) {
        const auto size = raw<std::uint32_t>();
        ok = ok && size <= bytes.size();
        if (!ok) return;
        text = bytes.substr(0, size);
        bytes.remove_prefix(size);
    }
};

/// One list of fields serves both directions, so they cannot drift apart.
template <class V, class E>
void each(V& v, E& e) {
    v(e.day), v(e.cost.micros), v(e.call.attempts);
    v(e.call.usage.input.count), v(e.call.usage.output.count), v(e.call.usage.cache_write.count), v(e.call.usage.cache_read.count);
    v(e.spender.scope.tenant.value), v(e.spender.scope.user.value), v(e.spender.key), v(e.spender.session);
    v(e.call.model), v(e.call.target), v(e.call.scenario), v(e.call.node);
}
}  // namespace

std::string Entry::encode() const {
    Out out;
    out.bytes.reserve(192);
    out(kVersion);
    out(std::int64_t{call.estimated});
    each(out, *this);
    return std::move(out.bytes);
}

Result<Entry> Entry::decode(std::string_view body) {
    In in{body};
    Entry entry;
    std::int64_t version = 0, estimated = 0;
    in(version);
    in(estimated);
    each(in, entry);
    entry.call.estimated = estimated != 0;
    if (!in.ok || !in.bytes.empty() || version != kVersion)
        return fail(Code::data_loss, "a ledger entry is damaged: restore the data folder from a copy");
    return entry;
}
}  // namespace rondo::ledger
