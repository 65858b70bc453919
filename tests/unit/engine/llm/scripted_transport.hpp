#pragma once
#include "base/clock.hpp"
#include "engine/llm/provider_transport.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace rondo::llm {
/// One event of a provider's side, in order. Time is the manual clock's, which only events move.
struct WireEvent {
    enum class Kind { bytes, wait, fail } kind{Kind::bytes};
    std::string text{};                      ///< of bytes
    std::chrono::milliseconds for_time{};    ///< of wait: the caller's deadline may come before
    Code code{Code::unavailable};            ///< of fail
};
inline WireEvent bytes(std::string text) { return {WireEvent::Kind::bytes, std::move(text)}; }
inline WireEvent wait(std::chrono::milliseconds time) { return {WireEvent::Kind::wait, {}, time}; }
inline WireEvent breaks(Code code) { return {WireEvent::Kind::fail, {}, {}, code}; }

/// A provider that plays its script, in memory and without real time.
class ScriptedTransport final : public ProviderTransport {
public:
    struct Script {
        std::vector<WireEvent> before_head{};
        int status{200};
        std::vector<net::Header> headers{{"content-type", "text/event-stream; charset=utf-8"}};
        std::vector<WireEvent> body{};
    };
    ScriptedTransport(ManualClock& clock, Script script) : clock_{clock}, script_{std::move(script)} {}

    asio::awaitable<Result<std::unique_ptr<ProviderReply>>> open(net::ClientRequest request, CallContext ctx) override {
        sent = std::move(request);
        for (const WireEvent& event : script_.before_head) {
            if (const auto gone = play(event, ctx); !gone) co_return propagate(gone);
        }
        co_return std::make_unique<Reply>(*this);
    }

    net::ClientRequest sent;
    bool read_to_end{false};

private:
    class Reply final : public ProviderReply {
    public:
        explicit Reply(ScriptedTransport& owner) : owner_{owner} {}
        [[nodiscard]] int status() const override { return owner_.script_.status; }
        [[nodiscard]] const std::vector<net::Header>& headers() const override { return owner_.script_.headers; }
        asio::awaitable<Result<std::string>> next(CallContext ctx) override {
            while (at_ < owner_.script_.body.size()) {
                const WireEvent event = owner_.script_.body[at_];
                const auto gone = owner_.play(event, ctx);
                if (!gone) co_return propagate(gone);
                ++at_;
                if (event.kind == WireEvent::Kind::bytes) co_return event.text;
            }
            owner_.read_to_end = true;
            co_return std::string{};
        }

    private:
        ScriptedTransport& owner_;
        std::size_t at_{0};
    };

    Status play(const WireEvent& event, const CallContext& ctx) {
        if (event.kind == WireEvent::Kind::fail) return fail(event.code, "the script says so");
        if (event.kind == WireEvent::Kind::bytes) return {};
        const auto now = Clock::now();
        if (ctx.deadline - now <= event.for_time) {
            clock_.advance(ctx.deadline - now);
            return fail(Code::deadline_exceeded, "no result before the deadline");
        }
        clock_.advance(event.for_time);
        return {};
    }

    ManualClock& clock_;
    Script script_;
};
}  // namespace rondo::llm
