#include "engine/llm/provider_target.hpp"

#include "engine/llm/provider_refusal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <utility>

namespace rondo::llm {
namespace {
using std::chrono::milliseconds;

constexpr std::size_t kMaxErrorBytes = 64U << 10U;
constexpr std::size_t kMaxAnswerBytes = 64U << 20U;  // of one JSON answer; embeddings are long
constexpr milliseconds kErrorBody{2'000};            // for the words of a refusal; the status alone will do
constexpr milliseconds kTail{1'000};                 // for usage and sentinel, once the finish reason came
constexpr milliseconds kRest{50};                    // for the end of the body behind the sentinel, which keeps the connection

/// What the network said, in the words of provider calls.
Target::Failure failure_of(Error error, bool head_seen) {
    using enum ErrorClass;
    if (error.code == Code::cancelled) return {.error = std::move(error), .error_class = cancelled, .head_seen = head_seen};
    auto error_class = provider_fault;
    if (error.code == Code::deadline_exceeded) error_class = timeout;
    else if (error.code == Code::resource_exhausted && !head_seen) error_class = overloaded;
    else if (error.code == Code::invalid_argument) error_class = caller_fault;
    return {.error = provider_error(error_class, std::move(error.message)), .error_class = error_class, .head_seen = head_seen};
}

Target::Failure failure_of(ProviderError error, bool head_seen) {
    return {.error = std::move(error.error), .error_class = error.error_class, .retry_after = error.retry_after, .head_seen = head_seen};
}

void charge(Target::Failure& failure, const wire::Bill& bill) {
    failure.usage = bill.usage;
    failure.usage_estimated = bill.estimated;
}

/// What came in one packet may leave in one. Pieces that say nothing are signs of life only: nobody may wait for them.
void mark_neighbours(std::vector<Delta>& deltas) {
    bool more = false;
    for (Delta& delta : deltas | std::views::reverse) {
        delta.more = more;
        more = more || !delta.text.empty() || delta.tool_call;
    }
}

bool has_type(const ProviderReply& reply, std::string_view type) {
    std::string_view told = net::find_header(reply.headers(), "content-type");
    told = told.substr(0, told.find(';'));
    while (told.ends_with(' ')) told.remove_suffix(1);
    return net::same_word(told, type);
}
}  // namespace

struct ProviderTarget::Call {
    const ModelRequest& request;
    const DeltaSink& sink;
    CallContext ctx;
    std::string model;
    std::unique_ptr<ProviderReply> reply{};
};

ProviderTarget::ProviderTarget(std::string id, TargetConfig config, ApiKey key, std::shared_ptr<ProviderTransport> transport)
    : id_{std::move(id)},
      config_{std::move(config)},
      base_{split_base_url(config_.base_url)},
      key_{std::move(key)},
      abilities_{abilities_of(config_)},
      transport_{std::move(transport)} {}

asio::awaitable<Target::Outcome> ProviderTarget::attempt(const ModelRequest& request, const DeltaSink& sink, CallContext ctx) {
    attempts_.fetch_add(1, std::memory_order_relaxed);
    const bool streamed = static_cast<bool>(sink);
    Call call{.request = request, .sink = sink, .ctx = std::move(ctx), .model = std::string{billed_as(request)}};
    if (call.model.empty()) co_return std::unexpected{nameless()};
    const wire::RequestOptions options{.model = call.model,
                                       .stream = streamed,
                                       .prefill = prefill_style(config_),
                                       .layout = {.minimum = Tokens{config_.cache_minimum}},
                                       .default_max_tokens = config_.max_tokens,
                                       .max_tokens_name = config_.max_tokens_name};
    auto body = write(request, options);
    if (!body) co_return std::unexpected{failure_of(ProviderError{body.error(), class_of(body.error())}, false)};

    net::ClientRequest post{.method = net::Method::post, .target = path(), .headers = headers(), .body = std::move(*body)};
    post.headers.push_back({"accept", streamed ? "text/event-stream" : "application/json"});
    auto opened = co_await transport_->open(std::move(post), call.ctx);
    if (!opened) co_return std::unexpected{failure_of(std::move(opened.error()), false)};
    call.reply = std::move(*opened);
    if (call.reply->status() != 200) co_return std::unexpected{co_await refusal(*call.reply, call.ctx)};

    // What came decides, not what was asked for: some servers stream always, others never.
    if (has_type(*call.reply, "text/event-stream")) co_return co_await read_stream(call);
    if (has_type(*call.reply, "application/json")) co_return co_await read_json(call);
    auto broken = wire::broken("the provider's answer is neither JSON nor an event stream; check base_url");
    co_return std::unexpected{failure_of(std::move(broken.error()), true)};
}

asio::awaitable<Target::Outcome> ProviderTarget::read_stream(Call& call) {
    const auto stream = stream_reader(call.request);
    std::vector<Delta> deltas;
    std::optional<Failure> broke;
    bool whole = false;
    while (stream->ending() == wire::Ending::open) {
        if (stream->answer_whole() && !std::exchange(whole, true)) call.ctx = call.ctx.within(kTail);
        auto piece = co_await call.reply->next(call.ctx);
        deltas.clear();
        const auto before = stream->pieces();
        if (piece && !piece->empty()) {
            stream->feed(*piece, deltas);
            if (deltas.empty() && stream->pieces() > before) deltas.emplace_back();
        } else {
            if (!piece) broke = failure_of(std::move(piece.error()), true);
            if (broke && broke->error_class == ErrorClass::cancelled && !whole) break;
            stream->finish(deltas);
        }
        mark_neighbours(deltas);
        for (Delta& delta : deltas) {
            if (!call.sink) break;
            auto taken = co_await call.sink(std::move(delta));
            if (taken) continue;
            Failure refused{.error = std::move(taken.error()), .error_class = ErrorClass::cancelled, .head_seen = true};
            charge(refused, stream->bill(call.request));
            co_return std::unexpected{std::move(refused)};
        }
    }
    bad_chunks_.fetch_add(static_cast<std::uint64_t>(stream->bad_chunks()), std::memory_order_relaxed);

    if (stream->ending() == wire::Ending::complete) {
        // The body's end stands behind the sentinel, usually in the same packet; whoever leaves before it loses the connection.
        if (!broke) (void)co_await call.reply->next(call.ctx.within(kRest));
        const auto bill = stream->bill(call.request);
        co_return completed(call, stream->take(), bill);
    }
    const bool told_why = stream->failure() && stream->failure()->error_class != ErrorClass::provider_fault;
    Failure failure = broke && !told_why ? std::move(*broke) : failure_of(*stream->failure(), true);
    // Who only says "error" at once does not bill the question.
    if (broke || stream->begun()) charge(failure, stream->bill(call.request));
    co_return std::unexpected{std::move(failure)};
}

asio::awaitable<Target::Outcome> ProviderTarget::read_json(Call& call) {
    const auto body = co_await body_of(*call.reply, kMaxAnswerBytes, call.ctx);
    if (!body) {
        auto failure = failure_of(body.error(), true);
        charge(failure, wire::bill({}, call.request, Tokens{}));
        co_return std::unexpected{std::move(failure)};
    }
    auto whole = read_whole(*body, call.request);
    if (!whole) co_return std::unexpected{failure_of(std::move(whole.error()), true)};
    mark_neighbours(whole->deltas);
    for (Delta& delta : whole->deltas) {
        if (!call.sink) break;
        auto taken = co_await call.sink(std::move(delta));
        if (taken) continue;
        Failure refused{.error = std::move(taken.error()), .error_class = ErrorClass::cancelled, .head_seen = true};
        charge(refused, whole->bill);
        co_return std::unexpected{std::move(refused)};
    }
    co_return completed(call, std::move(whole->completion), whole->bill);
}

asio::awaitable<Result<std::string>> ProviderTarget::body_of(ProviderReply& reply, std::size_t max_bytes, CallContext ctx) {
    std::string all;
    for (;;) {
        auto piece = co_await reply.next(ctx);
        if (!piece) co_return propagate(piece);
        if (piece->empty()) co_return all;
        if (all.empty()) all = std::move(*piece);
        else all += *piece;
        if (all.size() > max_bytes)
            co_return fail(Code::resource_exhausted, "the provider's answer is longer than the limit; ask for less");
    }
}

asio::awaitable<Target::Failure> ProviderTarget::refusal(ProviderReply& reply, CallContext ctx) {
    const auto words = co_await body_of(reply, kMaxErrorBytes, ctx.within(kErrorBody));
    if (!words && words.error().code == Code::cancelled) co_return failure_of(words.error(), false);
    const std::string body = words.value_or("");
    co_return failure_of(wire::refusal_of(reply.status(), reply.headers(), body, Clock::wall()), false);
}

Target::Failure ProviderTarget::nameless() const {
    return {
        .error = provider_error(ErrorClass::caller_fault, fmt::format("the target {0} has no model of its own; ask for {0}/MODEL", id_)),
        .error_class = ErrorClass::caller_fault};
}

asio::awaitable<std::expected<std::string, Target::Failure>> ProviderTarget::ask(net::ClientRequest request, CallContext ctx) {
    attempts_.fetch_add(1, std::memory_order_relaxed);
    auto opened = co_await transport_->open(std::move(request), ctx);
    if (!opened) co_return std::unexpected{failure_of(std::move(opened.error()), false)};
    auto& reply = **opened;
    if (reply.status() != 200) co_return std::unexpected{co_await refusal(reply, ctx)};
    auto body = co_await body_of(reply, kMaxAnswerBytes, ctx);
    if (!body) co_return std::unexpected{failure_of(std::move(body.error()), true)};
    co_return std::move(*body);
}

Completion ProviderTarget::completed(const Call& call, Completion whole, const wire::Bill& bill) const {
    whole.usage = bill.usage;
    whole.usage_estimated = bill.estimated;
    whole.model = call.model;
    whole.target = id_;
    return whole;
}
}  // namespace rondo::llm
