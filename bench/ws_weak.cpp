#include "base/json.hpp"
#include "base/rng.hpp"
#include "cut_turn.hpp"
#include "loopback.hpp"
#include "weak_link.hpp"
#include "weak_talk.hpp"
#include "ws_bench.hpp"
#include "ws_rig.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace rondo::bench {
namespace {
constexpr const char* kMessage = "What does it cost, and how long until we are live?";
// As long an answer as those of the corpus; the cuts at bytes want no patience.
constexpr std::size_t kTokens = 150;
constexpr std::chrono::milliseconds kCutsPace{2};
constexpr std::size_t kTurnsOfASession = 5;
constexpr const char* kProviderKey = "sk-bench";

/// A server whose answers come from a provider, token by token.
struct Rig {
    Program mock;
    WsServer server;
};

Result<Rig> start_rig(const WsBench& bench, std::chrono::milliseconds pace) {
    auto mock = start_mock_provider({.binary = bench.binary, .key = kProviderKey, .tokens = kTokens});
    if (!mock) return propagate(mock);
    auto server =
        start_ws_server(bench,
                        {"llm.targets.mock.kind=openai", fmt::format("llm.targets.mock.base_url=http://127.0.0.1:{}/v1", mock->port),
                         fmt::format("llm.targets.mock.model=pace@{}", pace.count()), "llm.targets.mock.key_env=BENCH_PROVIDER_KEY",
                         "llm.targets.mock.max_connections=1024"},
                        {fmt::format("BENCH_PROVIDER_KEY={}", kProviderKey)});
    if (!server) return propagate(server);
    return Rig{std::move(*mock), std::move(*server)};
}

/// The answers of a session as the server has them, by the turn's number.
Result<std::map<std::int64_t, std::string>> logged(std::uint16_t port, const std::string& session) {
    const auto answer = fetch(port, fmt::format("GET /api/v1/sessions/{}/messages?limit=200 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", session));
    if (!answer) return propagate(answer);
    const auto told = json::parse(*answer);
    const auto* items = told && told->is_object() ? told->get_object().if_contains("items") : nullptr;
    if (!items || !items->is_array()) return fail(Code::internal, "the messages cannot be read");
    std::map<std::int64_t, std::string> texts;
    for (const auto& item : items->get_array()) {
        const auto& message = item.as_object();
        if (message.at("role") == "npc") texts[message.at("turn_number").to_number<std::int64_t>()] = message.at("text").as_string();
    }
    return texts;
}

/// Turns told over connections that break at seeded bytes; each answer is then compared with the server's.
Status measure_cuts(const WsBench& bench, const WsSink& tell) {
    const auto rig = start_rig(bench, kCutsPace);
    if (!rig) return propagate(rig);
    const auto port = rig->server.program.port;
    Rng rng{mix(bench.seed, bench.cuts)};
    Broken broken;
    std::int64_t turns = 0, differing = 0, duplicates = 0;
    while (broken.all < bench.cuts) {
        const auto session = open_session(port);
        if (!session) return propagate(session);
        SessionEar ear{*session};
        for (std::size_t turn = 1; turn <= kTurnsOfASession && broken.all < bench.cuts; ++turn) {
            const Cuts cuts{.most = std::min<std::size_t>(5, bench.cuts - broken.all)};
            const auto made = speak_through_cuts(port, ear, kMessage, fmt::format("m-{}", turn), cuts, rng);
            if (!made) return propagate(made);
            broken.all += made->all;
            broken.in_answer += made->in_answer;
        }
        const auto texts = logged(port, *session);
        if (!texts) return propagate(texts);
        for (const auto& turn : ear.turns()) {
            const auto known = texts->find(turn.number);
            if (known == texts->end() || known->second != turn.text) ++differing;
        }
        turns += static_cast<std::int64_t>(ear.turns().size());
        duplicates += ear.duplicates();
    }
    return tell({"weak",
                 fmt::format("{} cuts at seeded bytes", broken.all),
                 {{"turns", static_cast<double>(turns)},
                  {"cuts", static_cast<double>(broken.all)},
                  {"cuts_in_answers", static_cast<double>(broken.in_answer)},
                  {"differing_texts", static_cast<double>(differing)},
                  {"duplicates", static_cast<double>(duplicates)}}});
}

using Talk = std::function<asio::awaitable<Status>(WeakUser, TimePoint until, WeakTally&)>;

/// Everybody talks at the same time, each over a link of its own.
Result<WeakTally> talk_over_links(const WsBench& bench, std::uint16_t port, const Talk& talk) {
    WeakTally tally;
    std::optional<Error> failed;
    asio::io_context context{1};
    std::vector<std::unique_ptr<WeakLink>> links;
    std::size_t talking = bench.links;
    for (std::size_t number = 0; number < bench.links; ++number) {
        auto session = open_session(port);
        if (!session) return propagate(session);
        links.push_back(std::make_unique<WeakLink>(context.get_executor(), port, Weather{}, mix(bench.seed, number)));
        links.back()->start();
        const auto until = Clock::now() + bench.weak_time;
        asio::co_spawn(context, talk({links.back()->port(), std::move(*session), kMessage}, until, tally),
                       [&](const std::exception_ptr& thrown, Status ended) {
                           if (thrown) std::rethrow_exception(thrown);
                           if (!ended && !failed) failed = ended.error();
                           if (--talking == 0 || failed) context.stop();
                       });
    }
    context.run();
    if (failed) return fail(std::move(*failed));
    return tally;
}

double share(std::vector<double> values, double at) {
    if (values.empty()) return 0;
    std::ranges::sort(values);
    return values[static_cast<std::size_t>(static_cast<double>(values.size() - 1) * at)];
}

WsRow row_of(const char* what, const WeakTally& tally, bool resumes) {
    WsRow row{"weak",
              what,
              {{"turns", static_cast<double>(tally.turns)},
               {"cuts", static_cast<double>(tally.cuts)},
               {"first_p50_ms", share(tally.first_ms, 0.5)},
               {"first_p95_ms", share(tally.first_ms, 0.95)},
               {"resumes", static_cast<double>(tally.resume_ms.size())},
               {"resume_p50_ms", share(tally.resume_ms, 0.5)},
               {"resume_p95_ms", share(tally.resume_ms, 0.95)}}};
    if (resumes) {
        row.figures.push_back({"differing_texts", static_cast<double>(tally.differing)});
        row.figures.push_back({"duplicates", static_cast<double>(tally.duplicates)});
    }
    return row;
}

double lower_percent(const std::vector<double>& ours, const std::vector<double>& theirs) {
    const double other = share(theirs, 0.5);
    return other > 0 ? 100 * (1 - share(ours, 0.5) / other) : 0;
}

Status measure_links(const WsBench& bench, const WsSink& tell) {
    const auto rig = start_rig(bench, bench.pace);
    if (!rig) return propagate(rig);
    const auto http = [](HttpAnswer kind) {
        return [kind](WeakUser user, TimePoint until, WeakTally& tally) { return talk_http(std::move(user), kind, until, tally); };
    };
    const auto pb = talk_over_links(bench, rig->server.program.port, talk_pb);
    if (!pb) return propagate(pb);
    if (const auto told = tell(row_of("pb, resumed", *pb, true)); !told) return told;
    const auto whole = talk_over_links(bench, rig->server.program.port, http(HttpAnswer::whole));
    if (!whole) return propagate(whole);
    if (const auto told = tell(row_of("JSON, asked again", *whole, false)); !told) return told;
    const auto stream = talk_over_links(bench, rig->server.program.port, http(HttpAnswer::stream));
    if (!stream) return propagate(stream);
    if (const auto told = tell(row_of("SSE, asked again", *stream, false)); !told) return told;
    if (const auto told = tell({"weak",
                                "pb against JSON",
                                {{"first_token_lower_percent", lower_percent(pb->first_ms, whole->first_ms), 1},
                                 {"resume_lower_percent", lower_percent(pb->resume_ms, whole->resume_ms), 1}}});
        !told)
        return told;
    // No target: what a stream of events already gives is not for the WebSocket to claim.
    return tell({"weak",
                 "pb against SSE",
                 {{"first_token_saved_percent", lower_percent(pb->first_ms, stream->first_ms), 1},
                  {"resume_saved_percent", lower_percent(pb->resume_ms, stream->resume_ms), 1}}});
}
}  // namespace

Status measure_weak(const WsBench& bench, const WsSink& tell) {
    if (const auto room = allow_connections(8 * bench.links); !room) return room;
    if (const auto measured = measure_cuts(bench, tell); !measured) return measured;
    return measure_links(bench, tell);
}
}  // namespace rondo::bench
