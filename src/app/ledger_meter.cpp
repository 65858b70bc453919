#include "app/ledger_meter.hpp"

#include <algorithm>
#include <utility>

namespace rondo::app {
namespace {
/// At least three bytes make a token, in English and in Chinese; counting exactly would take longer than the rest of the call.
constexpr std::int64_t kBytesPerToken = 3;
/// Of a request that is not there yet: the instructions and what was said before.
constexpr Tokens kUsualInput{1'000};

std::int64_t bytes_of(const llm::ModelRequest& request) {
    std::size_t bytes = request.prefill.size();
    for (const auto& block : request.system) bytes += block.text->size();
    for (const auto& message : request.messages) {
        bytes += message.text.size() + message.parts.size();
        for (const auto& call : message.tool_calls) bytes += call.name.size() + call.arguments.size();
    }
    for (const auto& source : request.sources) bytes += source.size();
    for (const auto& tool : request.tools) bytes += tool.name.size() + tool.description.size() + tool.parameters.size();
    return static_cast<std::int64_t>(bytes);
}

ledger::Usage without_cache(const ledger::Usage& usage) {
    return {.input = usage.total() - usage.output, .output = usage.output, .cache_write = {}, .cache_read = {}};
}
}  // namespace

/// One attempt's place in the ledger.
class LedgerMeter::Entry final : public Hold {
public:
    Entry(LedgerMeter& meter, ledger::Reservation reservation, llm::Purpose purpose)
        : meter_{meter}, reservation_{std::move(reservation)}, purpose_{std::move(purpose)} {}

    void settle(const llm::Bill& bill) noexcept override {
        const auto& usage = bill.attempt.usage;
        const Money cost = reservation_.settle(ledger::Call{.usage = usage,
                                                            .model = bill.model,
                                                            .target = bill.attempt.target,
                                                            .scenario = purpose_.scenario,
                                                            .node = purpose_.node,
                                                            .decision_id = purpose_.decision_id,
                                                            .estimated = bill.usage_estimated});
        meter_.count(bill, cost);
        if (!purpose_.receipt) return;
        auto& receipt = *purpose_.receipt;
        receipt.usage += usage;
        receipt.cost += cost;
        if (usage.total() > Tokens{0}) receipt.model = bill.model;
        receipt.estimated = receipt.estimated || bill.usage_estimated;
        ++receipt.calls;
    }

private:
    LedgerMeter& meter_;
    ledger::Reservation reservation_;
    llm::Purpose purpose_;
};

LedgerMeter::LedgerMeter(ledger::UsageLedger& ledger, obs::Registry& registry) : ledger_{ledger}, registry_{registry} {
    registry_.sample(
        "rondo_llm_cache_hit_ratio", "Input tokens read from providers' prompt caches, of all input tokens since the start.", [this] {
            const auto input = input_.load(std::memory_order_relaxed);
            return input == 0 ? 0.0 : static_cast<double>(cached_.load(std::memory_order_relaxed)) / static_cast<double>(input);
        });
    registry_.sample("rondo_llm_cache_saved_usd",
                     "What providers' prompt caches saved since the start, the price of writing them taken off.",
                     [this] { return static_cast<double>(saved_micros_.load(std::memory_order_relaxed)) * 1e-6; });
}

asio::awaitable<Result<std::unique_ptr<llm::Meter::Hold>>> LedgerMeter::reserve(const llm::ModelRequest& request, const llm::Target& target,
                                                                                CallContext ctx) {
    return reserve(request.purpose, estimate(request, target), std::move(ctx));
}

asio::awaitable<Result<std::unique_ptr<llm::Meter::Hold>>> LedgerMeter::reserve(const llm::Purpose& purpose, Money estimate,
                                                                                CallContext ctx) {
    auto reserved = co_await ledger_.reserve(ledger::spender_of(ctx, purpose.session), estimate);
    if (!reserved) co_return fail(std::move(reserved.error().error));
    co_return std::make_unique<Entry>(*this, std::move(*reserved), purpose);
}

asio::awaitable<Status> LedgerMeter::can_pay(ledger::Spender spender, const llm::Target& target) {
    const llm::ModelRequest usual;
    const Money most = ledger_.cost(target.billed_as(usual),
                                    {.input = kUsualInput, .output = target.longest_answer(usual), .cache_write = {}, .cache_read = {}});
    const auto reserved = co_await ledger_.reserve(std::move(spender), most);
    if (!reserved) co_return fail(reserved.error().error);
    co_return Status{};  // the call itself sets aside what it takes
}

Money LedgerMeter::estimate(const llm::ModelRequest& request, const llm::Target& target) const {
    return ledger_.cost(target.billed_as(request), {.input = Tokens{bytes_of(request) / kBytesPerToken},
                                                    .output = target.longest_answer(request),
                                                    .cache_write = {},
                                                    .cache_read = {}});
}

LedgerMeter::Counters& LedgerMeter::counters(const std::string& target) {
    const std::scoped_lock lock{mutex_};
    if (const auto known = counters_.find(target); known != counters_.end()) return known->second;
    const auto tokens = [&](const char* kind) -> obs::Counter& {
        return registry_.counter("rondo_llm_tokens_total", "Tokens of model calls as they are billed.",
                                 {{"target", target}, {"kind", kind}});
    };
    return counters_
        .emplace(target, Counters{.input = tokens("input"),
                                  .output = tokens("output"),
                                  .cache_write = tokens("cache_write"),
                                  .cache_read = tokens("cache_read"),
                                  .cost = registry_.counter("rondo_llm_cost_micros_total", "What model calls cost, in millionths.",
                                                            {{"target", target}})})
        .first->second;
}

void LedgerMeter::count(const llm::Bill& bill, Money cost) {
    const auto& usage = bill.attempt.usage;
    auto& counted = counters(bill.attempt.target.empty() ? std::string{"embedded"} : bill.attempt.target);
    const auto add = [](obs::Counter& counter, std::int64_t amount) {
        if (amount > 0) counter.add(static_cast<double>(amount));
    };
    add(counted.input, usage.input.count);
    add(counted.output, usage.output.count);
    add(counted.cache_write, usage.cache_write.count);
    add(counted.cache_read, usage.cache_read.count);
    add(counted.cost, cost.micros);
    input_.fetch_add((usage.total() - usage.output).count, std::memory_order_relaxed);
    if (usage.cache_read == Tokens{} && usage.cache_write == Tokens{}) return;
    cached_.fetch_add(usage.cache_read.count, std::memory_order_relaxed);
    saved_micros_.fetch_add((ledger_.cost(bill.model, without_cache(usage)) - cost).micros, std::memory_order_relaxed);
}
}  // namespace rondo::app
