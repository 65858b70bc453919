#include "base/json_reader.hpp"
#include "edge/gateway/codec.hpp"
#include "edge/gateway/handlers.hpp"
#include "edge/gateway/money_codec.hpp"
#include "engine/ledger/amount.hpp"
#include "engine/ledger/repository.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace rondo::gateway {
namespace {
/// Whose budgets a caller may always see: its own, and that of the user who pays for its key.
std::vector<ledger::Subject> own_subjects(const CallContext& ctx) {
    std::vector<ledger::Subject> own{{ledger::SubjectKind::user, ctx.scope.tenant, ctx.scope.user.value}};
    const auto payer = ledger::spender_of(ctx, "").scope.user;
    if (payer != ctx.scope.user) own.push_back({ledger::SubjectKind::user, ctx.scope.tenant, payer.value});
    return own;
}

bool contains(const std::vector<ledger::Subject>& subjects, const ledger::Subject& one) {
    return std::ranges::find(subjects, one) != subjects.end();
}

/// The subject that a path names. Errors: `invalid_argument`; `not_found` for what the caller may not see, whether it is there or not.
Result<ledger::Subject> subject_of(const CallContext& ctx, std::string_view text) {
    auto subject = ledger::parse_subject(ctx.scope.tenant, text);
    if (!subject && subject.error().code == Code::invalid_argument) return subject;
    const bool seen = subject && (ctx.reach == Reach::tenant || contains(own_subjects(ctx), *subject));
    if (!seen) return fail(Code::not_found, "there is no such budget");
    return subject;
}
}  // namespace

asio::awaitable<Result<boost::json::object>> Handlers::budget(ledger::Subject subject) const {
    const auto reports = co_await backend().operations.ledger.report(subject);
    if (!reports) co_return propagate(reports);
    co_return budget_json(*reports, backend().operations.ledger.budget(subject));
}

asio::awaitable<void> Handlers::answer_budget(net::Exchange& exchange, CallContext ctx, ledger::Subject subject) const {
    const auto report = co_await budget(std::move(subject));
    if (!report) co_return co_await refuse(exchange, report.error(), ctx);
    co_await answer(exchange, 200, *report);
}

asio::awaitable<void> Handlers::list_budgets(net::Exchange& exchange) const {
    std::vector<Fault> faults;
    const std::int64_t limit = limit_of(exchange.request(), 50, 200, faults);
    std::optional<ledger::Subject> after;
    if (const auto cursor = exchange.request().query_value("cursor")) {
        auto subject = ledger::parse_subject(ctx.scope.tenant, *cursor);
        if (subject) after = std::move(*subject);
        else faults.push_back({"cursor", "must be the `next` of an earlier page"});
    }
    if (!faults.empty()) co_return co_await refuse(exchange, json::invalid(std::move(faults)), ctx);

    const auto own = own_subjects(ctx);
    std::vector<ledger::Subject> subjects;
    if (!after) subjects = own;
    boost::json::value next = nullptr;
    if (ctx.reach == Reach::tenant) {
        auto set = co_await backend().operations.database.read([tenant = ctx.scope.tenant, after, limit](store::Reader& reader) {
            return ledger::repository::budgets_of(reader, tenant, after ? &*after : nullptr, limit + 1);
        });
        if (!set) co_return co_await refuse(exchange, set.error(), ctx);
        if (static_cast<std::int64_t>(set->size()) > limit) {
            set->pop_back();
            next = ledger::text(set->back().subject);
        }
        for (auto& stored : *set) {
            if (!contains(own, stored.subject)) subjects.push_back(std::move(stored.subject));
        }
    }
    boost::json::array items;
    for (auto& subject : subjects) {
        auto report = co_await budget(std::move(subject));
        if (!report) co_return co_await refuse(exchange, report.error(), ctx);
        items.push_back(std::move(*report));
    }
    co_await answer(exchange, 200, {{"items", std::move(items)}, {"next", std::move(next)}});
}

asio::awaitable<void> Handlers::get_budget(net::Exchange& exchange) const {
    auto subject = subject_of(ctx, exchange.param("subject"));
    if (!subject) co_return co_await refuse(exchange, subject.error(), ctx);
    co_await answer_budget(exchange, ctx, std::move(*subject));
}

asio::awaitable<void> Handlers::put_budget(net::Exchange& exchange) const {
    if (const auto status = accepting(); !status) co_return co_await refuse(exchange, status.error(), ctx);
    auto subject = subject_of(ctx, exchange.param("subject"));
    if (!subject) co_return co_await refuse(exchange, subject.error(), ctx);
    const auto wanted = budget_request(exchange.request().body);
    if (!wanted) co_return co_await refuse(exchange, wanted.error(), ctx);
    const auto kept = co_await backend().operations.ledger.put({*subject, *wanted});
    if (!kept) co_return co_await refuse(exchange, kept.error(), ctx);
    co_await answer_budget(exchange, ctx, std::move(*subject));
}

asio::awaitable<void> Handlers::reset_budget(net::Exchange& exchange) const {
    if (const auto status = accepting(); !status) co_return co_await refuse(exchange, status.error(), ctx);
    auto subject = subject_of(ctx, exchange.param("subject"));
    if (!subject) co_return co_await refuse(exchange, subject.error(), ctx);
    const auto reset = co_await backend().operations.ledger.reset(*subject);
    if (!reset) co_return co_await refuse(exchange, reset.error(), ctx);
    co_await answer_budget(exchange, ctx, std::move(*subject));
}

asio::awaitable<void> Handlers::reconcile_budget(net::Exchange& exchange) const {
    if (const auto status = accepting(); !status) co_return co_await refuse(exchange, status.error(), ctx);
    auto subject = subject_of(ctx, exchange.param("subject"));
    if (!subject) co_return co_await refuse(exchange, subject.error(), ctx);
    const auto returned = co_await backend().operations.ledger.reconcile(*subject);
    if (!returned) co_return co_await refuse(exchange, returned.error(), ctx);
    auto report = co_await budget(std::move(*subject));
    if (!report) co_return co_await refuse(exchange, report.error(), ctx);
    (*report)["returned"] = ledger::to_units(*returned);
    co_await answer(exchange, 200, *report);
}
}  // namespace rondo::gateway
