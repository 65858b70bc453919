#pragma once
#include "base/async/within.hpp"
#include "engine/llm/model_gateway.hpp"
#include "unit/base/async/loop_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::llm {
/// Counts the calls to the outside and fails the one it is armed for.
struct Faults {
    int calls{0}, nth{-1};
    Code code{Code::unavailable};
    [[nodiscard]] bool fired() const { return nth >= 0 && calls > nth; }
    /// The error of this call, if it is the one.
    std::optional<Error> next() {
        if (calls++ != nth) return std::nullopt;
        return Error{.code = code, .message = "armed"};
    }
};

/// A target that plays scripts, one for each attempt and the last again and again. A script is a list of steps, separated by '|':
///   +text      says it                 #name   says a piece of a tool call
///   *          thinks
///   ~50        takes 50 ms             hang    says nothing more
///   .          the answer is whole     end     it ends without saying so
///   !class@ms  fails; Retry-After ms   throw   has a bug
/// Each attempt costs 10 tokens of input and one of output for each piece. Vectors are played the same way and hold the length
/// of their texts.
class ScriptedTarget final : public Target {
public:
    struct Parts {
        std::string id;
        bool prefill{false};
        std::vector<std::string> scripts{"."};
        bool embeddings{false};
        std::string model{"m"};  ///< its own; "": none
        Clocks clocks{};
    };
    ScriptedTarget(Parts parts, std::string& log, Faults& faults)
        : id_{std::move(parts.id)},
          scripts_{std::move(parts.scripts)},
          model_{std::move(parts.model)},
          clocks_{parts.clocks},
          log_{log},
          faults_{faults},
          abilities_{.prefill = parts.prefill, .embeddings = parts.embeddings} {}
    [[nodiscard]] std::string_view id() const override { return id_; }
    [[nodiscard]] const Abilities& abilities() const override { return abilities_; }
    [[nodiscard]] Clocks clocks() const override { return clocks_; }
    [[nodiscard]] std::string_view billed_as(const ModelRequest& request) const override { return model_.empty() ? request.model : model_; }
    [[nodiscard]] Tokens longest_answer(const ModelRequest&) const override { return Tokens{100}; }

    asio::awaitable<Outcome> attempt(const ModelRequest& request, const DeltaSink& sink, CallContext) override {
        co_await asio::this_coro::throw_if_cancelled(false);
        log_ += (log_.empty() ? "" : " ") + id_;
        if (!request.prefill.empty()) log_ += "(" + request.prefill + ")";
        if (model_.empty()) log_ += "/" + request.model;
        Played played{.model = std::string{billed_as(request)}};
        if (const auto fault = faults_.next()) co_return failure(played, *fault);
        std::string_view script = scripts_[std::min(attempts++, scripts_.size() - 1)];
        for (;;) {
            const auto step = script.substr(0, script.find('|'));
            script.remove_prefix(std::min(script.size(), step.size() + 1));
            if (step == ".") co_return completion(played, "stop");
            if (step == "end") co_return completion(played, "");
            if (step == "throw") throw std::runtime_error{"bug"};
            if (step.starts_with('!')) co_return failed(played, step.substr(1));
            if (step.starts_with('~') || step == "hang") {
                const auto waited = co_await pause(step == "hang" ? std::chrono::hours{10} : number(step.substr(1)));
                if (!waited) {
                    ++cancelled;
                    co_return failure(played, waited.error());
                }
                continue;
            }
            Delta delta;
            if (step == "*") {
                if (sink) (void)co_await sink({});
                continue;
            }
            if (step.starts_with('#'))
                delta.tool_call = ToolCallDelta{.id = "call_1", .name = std::string{step.substr(1)}, .arguments = "{}"};
            else delta.text = step.substr(1);
            played.text += delta.text;
            if (delta.tool_call) played.tool_calls.push_back({.id = "call_1", .name = delta.tool_call->name, .arguments = "{}"});
            played.usage.output += Tokens{1};
            if (!sink) continue;
            const auto taken = co_await sink(std::move(delta));
            if (!taken) co_return failure(played, taken.error());
        }
    }

    asio::awaitable<EmbedOutcome> embed(const EmbedRequest& request, CallContext ctx) override {
        const ModelRequest played{.model = request.model};
        const auto outcome = co_await within(ctx, kept(attempt(played, {}, ctx)));
        if (!outcome || !*outcome) {
            const Error error = outcome ? outcome->error().error : outcome.error();
            auto why = outcome ? outcome->error().error_class : class_of(error);
            if (why == ErrorClass::cancelled && Clock::now() >= ctx.deadline) why = ErrorClass::timeout;
            co_return std::unexpected{Failure{.error = why == ErrorClass::timeout ? provider_error(why, "late") : error,
                                              .error_class = why,
                                              .retry_after = outcome ? outcome->error().retry_after : std::nullopt,
                                              .usage = {Tokens{10}, {}, {}, {}}}};
        }
        EmbedAnswer answer{.usage = (*outcome)->usage, .model = (*outcome)->model};
        for (const auto& text : request.texts) answer.vectors.push_back({static_cast<float>(text.size())});
        co_return answer;
    }

    std::size_t attempts{0};
    int cancelled{0};  ///< attempts that were stopped while they waited

private:
    static asio::awaitable<Result<Outcome>> kept(asio::awaitable<Outcome> inner) { co_return co_await std::move(inner); }
    struct Played {
        std::string model, text{};
        std::vector<ToolCall> tool_calls{};
        ledger::Usage usage{Tokens{10}, {}, {}, {}};
    };
    static std::chrono::milliseconds number(std::string_view text) {
        int value = 0;
        std::from_chars(text.data(), text.data() + text.size(), value);
        return std::chrono::milliseconds{value};
    }
    static Outcome completion(Played& played, std::string reason) {
        return Completion{.text = std::move(played.text),
                          .usage = played.usage,
                          .model = played.model,
                          .finish_reason = std::move(reason),
                          .tool_calls = std::move(played.tool_calls)};
    }
    static Outcome failure(const Played& played, const Error& error) {
        return std::unexpected{Failure{.error = error, .error_class = class_of(error), .usage = played.usage, .usage_estimated = true}};
    }
    static Outcome failed(const Played& played, std::string_view what) {
        const auto at = what.find('@');
        for (const auto error_class : {ErrorClass::caller_fault, ErrorClass::config_fault, ErrorClass::overloaded,
                                       ErrorClass::provider_fault, ErrorClass::timeout, ErrorClass::policy_refusal}) {
            if (what.substr(0, at) != llm::name(error_class)) continue;
            Failure failure{.error = provider_error(error_class, "scripted"), .error_class = error_class, .usage = played.usage};
            failure.usage_estimated = true;
            if (at != std::string_view::npos) failure.retry_after = number(what.substr(at + 1));
            return std::unexpected{std::move(failure)};
        }
        throw std::logic_error{"unknown step in a script"};
    }

    std::string id_;
    std::vector<std::string> scripts_;
    std::string model_;
    Clocks clocks_;
    std::string& log_;
    Faults& faults_;
    Abilities abilities_;
};

/// Keeps accounts in words: "A ok 12, B timeout 11".
class ScriptedMeter final : public Meter {
public:
    explicit ScriptedMeter(Faults& faults) : faults_{faults} {}
    asio::awaitable<Result<std::unique_ptr<Hold>>> reserve(const ModelRequest&, const Target&, CallContext) override {
        if (const auto fault = faults_.next()) co_return fail(*fault);
        if (reserved++ >= allowed) co_return fail({.code = Code::resource_exhausted, .message = "no money", .reason = "BUDGET_EXHAUSTED"});
        ++open;
        co_return std::make_unique<Entry>(*this);
    }
    int reserved{0}, open{0}, allowed{1'000};
    std::string book;
    ledger::Usage sum{};

private:
    struct Entry final : Hold {
        explicit Entry(ScriptedMeter& of) : meter{of} {}
        ~Entry() override { --meter.open; }
        void settle(const Bill& bill) noexcept override {
            EXPECT_FALSE(std::exchange(settled, true)) << "settled twice";
            EXPECT_EQ(bill.failed.has_value(), bill.attempt.error.has_value());
            meter.sum += bill.attempt.usage;
            meter.book += (meter.book.empty() ? "" : ", ") + bill.attempt.target + " " + (bill.failed ? llm::name(*bill.failed) : "ok") +
                          " " + std::to_string(bill.attempt.usage.total().count);
        }
        ScriptedMeter& meter;
        bool settled{false};
    };
    Faults& faults_;
};

class ScriptedHistory final : public FallbackSource {
public:
    explicit ScriptedHistory(Faults& faults) : faults_{faults} {}
    asio::awaitable<Result<std::optional<std::string>>> best_rated(const ModelRequest&, CallContext) override {
        if (const auto fault = faults_.next()) co_return fail(*fault);
        co_return answer;
    }
    std::optional<std::string> answer;

private:
    Faults& faults_;
};

/// A gateway over scripted targets on a clock that the test moves.
class GatewayTest : public LoopTest {
protected:
    using Scripted = ScriptedTarget::Parts;

    void build(const std::vector<Scripted>& chain) {
        GatewaySetup setup{.config = config};
        targets.clear();
        for (Scripted each : chain) {
            each.clocks = clocks;
            targets.push_back(std::make_shared<ScriptedTarget>(std::move(each), tried, faults));
            setup.targets.push_back(targets.back());
        }
        setup.aliases["both"] = {"A", "B"};
        if (gateway) {
            gateway->apply(std::move(setup));
            return;
        }
        gateway.emplace(
            std::move(setup),
            GatewayPorts{
                .metrics = registry,
                .meter = &meter,
                .fallback = &history,
                .on_breaker = [this](const BreakerEvent& event) { breaker_log += event.target + ":" + rondo::name(event.to) + " "; },
                .on_detached =
                    [this](const ModelRequest&, const Result<Completion>& result) {
                        detached = result ? result->text : rondo::name(result.error().code);
                    },
                .seed = 5});
    }
    /// A sink that writes down what it gets: "Hel|lo|^again" with ^ for a seam, #name for a tool call.
    DeltaSink sink() {
        return [this](Delta delta) -> asio::awaitable<Status> {
            if (const auto fault = faults.next()) co_return fail(*fault);
            if (reader > Clock::duration{0}) {
                const auto read = co_await pause(reader);
                if (!read) co_return read;
            }
            deltas += (deltas.empty() ? "" : "|") + std::string{delta.seam ? "^" : ""} +
                      (delta.tool_call ? "#" + delta.tool_call->name : delta.text);
            co_return Status{};
        };
    }
    auto begin(ModelRequest request = {}, CallContext ctx = CallContext{}.within(std::chrono::seconds{60})) {
        return start(gateway->complete(std::move(request), sink(), ctx));
    }
    /// Moves time until the call is over.
    template <class Call>
    void finish(const Call& call, std::chrono::milliseconds step = std::chrono::milliseconds{10}) {
        for (int i = 0; i < 20'000 && !call->result && !call->thrown; ++i) advance(step);
        ASSERT_TRUE(call->result || call->thrown) << "the call does not end; tried: " << tried;
    }
    /// "primary: text" by rung, or "code REASON".
    template <class Call>
    static std::string told(const Call& call) {
        if (call->thrown) return "thrown";
        if (!call->result) return "waits";
        const Result<Completion>& result = *call->result;
        if (result) return result->rung + ": " + result->text;
        return std::string{rondo::name(result.error().code)} + (result.error().reason.empty() ? "" : " " + result.error().reason);
    }
    double metric(const std::string& name, const obs::Labels& labels) { return registry.counter(name, "", labels).value(); }

    GatewayConfig config{};
    Clocks clocks{.first_token = std::chrono::seconds{2}, .gap = std::chrono::seconds{1}, .total = std::chrono::seconds{20}};
    Faults faults;
    std::string tried, deltas, breaker_log, detached;
    Clock::duration reader{0};  ///< how long it takes for each piece
    obs::Registry registry;
    ScriptedMeter meter{faults};
    ScriptedHistory history{faults};
    std::vector<std::shared_ptr<ScriptedTarget>> targets;
    std::optional<ModelGateway> gateway;
};
}  // namespace rondo::llm
