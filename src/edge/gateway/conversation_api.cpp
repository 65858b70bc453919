// A scenario as a model: rondo/NAME runs the whole turn, for SDKs that know nothing of sessions and turns.
#include "base/async/within.hpp"
#include "base/hex.hpp"
#include "base/json_reader.hpp"
#include "base/rng.hpp"
#include "edge/gateway/codec.hpp"
#include "edge/gateway/handlers.hpp"
#include "edge/gateway/sdk_call.hpp"
#include "edge/gateway/transcript.hpp"
#include "platform/store/shared_state.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace rondo::gateway {
namespace {
/// How long the place after an answer is remembered for clients without a session. Later their transcript is taken up anew.
constexpr std::chrono::hours kRemembered{24};
/// A silent stream says something this often, so that proxies keep it open.
constexpr std::chrono::seconds kKeepAlive{15};

turn::SessionCreated new_session(const CallContext& ctx, std::string id, std::string_view scenario) {
    turn::SessionCreated wanted;
    wanted.tenant = ctx.scope.tenant.value;
    wanted.user = ctx.scope.user.value;
    wanted.id = std::move(id);
    wanted.scenario = scenario;
    wanted.at = Clock::wall();
    wanted.seed = Rng{mix(std::hash<std::string>{}(wanted.id), 0)}.next();
    return wanted;
}

/// A turn's public answer as a model's.
llm::Completion completion_of(std::string_view result) {
    llm::Completion completion{.text = {}, .usage = {}, .model = {}, .finish_reason = "stop"};
    boost::system::error_code ec;
    const auto parsed = boost::json::parse(result, ec);
    if (ec) return completion;
    const auto* text = parsed.find_pointer("/npc_response", ec);
    if (text && text->is_string()) completion.text.assign(text->get_string());
    const auto tokens = [&](const char* pointer) {
        const auto* number = parsed.find_pointer(pointer, ec);
        return Tokens{number && number->is_int64() ? number->get_int64() : 0};
    };
    completion.usage.input = tokens("/usage/input_tokens");
    completion.usage.output = tokens("/usage/output_tokens");
    const auto* blocked = parsed.find_pointer("/blocked", ec);
    if (blocked && blocked->is_bool() && blocked->get_bool()) completion.finish_reason = "content_filter";
    return completion;
}

std::string member(std::string_view json, const char* pointer) {
    boost::system::error_code ec;
    const auto parsed = boost::json::parse(json, ec);
    const auto* text = ec ? nullptr : parsed.find_pointer(pointer, ec);
    return text && text->is_string() ? std::string{text->get_string()} : std::string{};
}

std::string decision_of(const turn::TurnHandle& handle) {
    return handle.live ? handle.live->accepted().decision_id : member(handle.record->result, "/decision_id");
}
}  // namespace

std::optional<std::string_view> Handlers::played_scenario(std::string_view model) {
    if (!model.starts_with(kScenarioModels)) return std::nullopt;
    return model.substr(kScenarioModels.size());
}

asio::awaitable<void> Handlers::converse(sdk::Call& call, sdk::Wire& wire, std::string_view scenario) const {
    call.played(wire.ask.model);
    if (scenario.empty() || !backend().catalog()->find(scenario)) {
        const Error none{.code = Code::not_found,
                         .message = "there is no such scenario; GET /v1/models lists those there are",
                         .reason = "MODEL_NOT_FOUND"};
        co_return co_await call.refuse(none);
    }
    auto said = transcript_of(wire.ask);
    if (!said) co_return co_await call.refuse(said.error());
    const auto begun = co_await begin(call, *said, scenario);
    if (!begun) co_return co_await call.refuse(begun.error());
    const auto& [id, handle] = *begun;
    const auto counted = handle.replay ? turn::TurnHandle{} : handle;
    call.in_session(id.value);
    call.decided(decision_of(handle));
    const auto ended = co_await hear(call, wire, id, handle);
    if (!ended && ended.error().code == Code::cancelled) {
        // Nobody hears the rest. As with the stop button, what was said so far stays.
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        if (handle.live && !handle.replay) co_await backend().turns.stop(call.ctx(), id, handle.live->number());
        co_return co_await count_tokens(backend().turns, api.gate_, caller.who, id, counted);
    }
    if (ended) remember(call, scenario, std::move(*said), id, **ended);
    co_await conclude(call, wire, ended);
    co_await count_tokens(backend().turns, api.gate_, caller.who, id, counted);
}

/// Starts the turn in the session the caller names, in the one its transcript leads to, or in a new one.
asio::awaitable<Result<Handlers::Begun>> Handlers::begin(sdk::Call& call, const Transcript& said, std::string_view scenario) const {
    turn::TurnRequest request;
    request.user_message = said.message;
    request.received = call.received();
    const auto key = call.request().header("idempotency-key");
    if (!key.empty() && !valid_id(key)) co_return fail(json::invalid({{"Idempotency-Key", kIdRule}}));
    request.idempotency_key = key;
    const auto named = call.request().header("x-session-id");
    if (!named.empty()) {
        if (!valid_id(named)) co_return fail(json::invalid({{"x-session-id", kIdRule}}));
        request.session = SessionId{named};
        const auto there = co_await enter(call.ctx(), request.session, scenario);
        if (!there) co_return propagate(there);
        co_return co_await start(call, std::move(request));
    }
    if (const auto place = recall(call, scenario, said)) {
        auto continued = request;
        continued.session = place->session;
        continued.parent_turn = place->turn;
        auto begun = co_await start(call, std::move(continued));
        const bool gone = !begun && (begun.error().code == Code::not_found || begun.error().reason == "UNKNOWN_PARENT");
        if (!gone) co_return begun;
    }
    Rng rng = Rng::from_entropy();
    // With an Idempotency-Key the id follows from the key: a repetition meets the session the first attempt made.
    request.session = SessionId{key.empty() ? new_id("s_", rng)
                                            : "s_" + to_hex(store::Idempotency::digest(fmt::format(
                                                         "{}\n{}\n{}", call.ctx().scope.tenant.value, call.ctx().scope.user.value, key)))};
    const auto made = co_await backend().turns.create(new_session(call.ctx(), request.session.value, scenario));
    if (!made) co_return propagate(made);
    if (made->created && !said.earlier.empty()) {
        const auto taken = co_await backend().turns.import(call.ctx(), request.session, said.earlier);
        if (!taken) co_return propagate(taken);
    }
    co_return co_await start(call, std::move(request));
}

asio::awaitable<Result<Handlers::Begun>> Handlers::start(sdk::Call& call, turn::TurnRequest request) const {
    SessionId id = request.session;
    auto handle = co_await backend().turns.start(std::move(request), call.ctx());
    if (!handle) co_return propagate(handle);
    co_return Begun{std::move(id), std::move(*handle)};
}

/// The session is there, or made now, and plays this scenario.
asio::awaitable<Status> Handlers::enter(CallContext ctx, SessionId id, std::string_view scenario) const {
    const auto there = co_await backend().turns.session(ctx, id);
    if (there && there->created.scenario == scenario) co_return Status{};
    if (there) co_return fail(Code::already_exists, "this session plays another scenario; send another x-session-id");
    if (there.error().code != Code::not_found) co_return propagate(there);
    const auto made = co_await backend().turns.create(new_session(ctx, std::move(id.value), scenario));
    if (!made) co_return propagate(made);
    co_return Status{};
}

/// The turn's end, its pieces told meanwhile to those who want a stream. Errors: `cancelled` when the caller has left.
asio::awaitable<Result<std::shared_ptr<const turn::TurnRecord>>> Handlers::hear(sdk::Call& call, sdk::Wire& wire, SessionId id,
                                                                                turn::TurnHandle handle) const {
    store::EventId after;
    for (bool more = wire.streams(); more;) {
        auto events = co_await within(CallContext{}.within(kKeepAlive), backend().turns.events(call.ctx(), id, handle, after));
        if (!events && events.error().code == Code::deadline_exceeded) {
            const auto kept = co_await call.keep_alive();
            if (!kept) co_return propagate(kept);
            continue;
        }
        if (!events) co_return propagate(events);
        std::string frames;
        for (const auto& event : *events) {
            if (event.type == "delta") frames += wire.delta({.text = member(*event.data, "/text")});
            if (event.type == "completed" || event.type == "failed") more = false;
            after = event.id;
        }
        if (!frames.empty()) {
            const auto sent = co_await call.send(std::move(frames));
            if (!sent) co_return propagate(sent);
        }
        if (events->empty() || !handle.live) break;
    }
    co_return co_await backend().turns.ended(std::move(id), std::move(handle));
}

asio::awaitable<void> Handlers::conclude(sdk::Call& call, sdk::Wire& wire,
                                         const Result<std::shared_ptr<const turn::TurnRecord>>& ended) const {
    std::optional<Error> error;
    if (!ended) error = ended.error();
    else if ((*ended)->state == turn::State::failed) error = failed_turn((*ended)->result);
    if (error && !call.streaming()) co_return co_await call.refuse(*error);
    llm::Completion completion;
    if (!error) completion = completion_of((*ended)->result);
    if (!wire.streams()) co_return co_await call.answer(wire.whole(completion));
    const auto sent = co_await call.send(error ? wire.error(*error) : wire.finish(completion));
    if (sent) co_await call.finish();
}

void Handlers::remember(const sdk::Call& call, std::string_view scenario, Transcript said, const SessionId& id,
                        const turn::TurnRecord& record) const {
    if (!call.request().header("x-session-id").empty() || record.state == turn::State::failed) return;
    said.earlier.push_back({.user = std::move(said.message), .npc = completion_of(record.result).text});
    backend().shared.put(place_name(call.ctx().scope, scenario, said.earlier), Place{id, record.number}.encode(), kRemembered);
}

std::optional<Place> Handlers::recall(const sdk::Call& call, std::string_view scenario, const Transcript& said) const {
    if (said.earlier.empty()) return std::nullopt;
    const auto known = backend().shared.get(place_name(call.ctx().scope, scenario, said.earlier));
    if (!known) return std::nullopt;
    auto place = Place::decode(*known);
    if (!place) return std::nullopt;
    return std::move(*place);
}
}  // namespace rondo::gateway
