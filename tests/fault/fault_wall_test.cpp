// Every way a provider breaks, through the whole server and both APIs: whoever asks hears a whole answer or a clean error, never a part
// of one that looks whole. Each fault is met alone and with a sound target of the other API behind it.
#include "base/text/token_counter.hpp"
#include "edge/mock/answer.hpp"
#include "edge/mock/fault.hpp"
#include "edge/mock/provider.hpp"
#include "support/metrics.hpp"
#include "support/sdk_ear.hpp"
#include "support/server_test.hpp"

#include <boost/asio/detached.hpp>
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <set>

namespace rondo::fault {
namespace {
using mock::Attempt;
using support::Api;
using support::Heard;

constexpr std::size_t kTokens = 12;  // of an answer: `slow-body` takes a millisecond a byte
constexpr std::chrono::seconds kPatience{30};

/// What a caller has to hear of a provider with this fault.
enum class Due {
    whole,        ///< the provider only looks odd, or a second try helps
    error,        ///< and the whole answer when another target stands behind it
    stream_error, ///< the same, of a stream; as JSON it is whole
    json_error,   ///< the same, as JSON; a stream of it is whole
    refused,      ///< an error in any case: the request's own fault, or a word that no other target may overrule
    curtailed,    ///< part of an answer, and it says so; no other target may overrule that either
};

enum class Way { plain, impatient, tls, untrusted, expired, nowhere, shut };

struct Row {
    const char* name;
    const char* model;  ///< what the provider is asked for
    Due openai, anthropic;
    Way way{Way::plain};
    int asks{1};        ///< one after the other
    bool tools{false};  ///< the answer is two tool calls
    bool resent{false}; ///< a kept connection that ends before the head is taken for a stale one, and the request sent once more
};
constexpr Row both(const char* model, Due due, Way way = Way::plain) {
    return {.name = model, .model = model, .openai = due, .anthropic = due, .way = way};
}
Row with(Row row, auto change) {
    change(row);
    return row;
}
const auto kTwice = [](Row& row) { row.asks = 2; };
const auto kResent = [](Row& row) { row.resent = true; };
const auto kTools = [](Row& row) { row.tools = true; };

// clang-format off
const std::vector<Row> kWall{
    both("ok",                    Due::whole),
    both("rate-limit@1",          Due::error),
    both("rate-limit-bare",       Due::error),
    both("unavailable",           Due::error),
    both("server-error",          Due::error),
    both("overloaded",            Due::error),
    both("key-refused",           Due::error),
    both("forbidden",             Due::error),
    both("not-found",             Due::refused),
    both("too-large",             Due::refused),
    both("context-too-long",      Due::refused),
    both("no-prefill",            Due::whole),
    both("flaky@1",               Due::whole),
    with(both("reset-before-head", Due::error), kResent),
    both("reset-after-head",      Due::error),
    both("reset-mid-stream@5",    Due::error),
    both("hang",                  Due::error, Way::impatient),
    both("slow-first-token@60000", Due::error, Way::impatient),
    both("stall@5",               Due::error, Way::impatient),
    both("cut@5",                 Due::error),
    both("cut-once@5",            Due::whole),
    both("cut-clean@5",           Due::error),
    with(both("close-after",      Due::whole), kTwice),
    both("redirect",              Due::error),
    both("slow-body@1",           Due::whole),
    both("split-utf8",            Due::whole),
    both("odd-framing",           Due::whole),
    both("malformed-chunk@5",     Due::json_error),
    both("gzip",                  Due::error),
    both("wrong-type",            Due::error),
    both("empty-body",            Due::error),
    both("huge-chunk@65536",      Due::whole),
    both("error-in-200",          Due::error),
    both("error-in-stream@5",     Due::error),
    both("early-done@5",          Due::stream_error),
    both("no-done",               Due::whole),
    with(both("duplicate-tool-ids", Due::whole), kTools),
    with(both("tool-order",       Due::whole), kTools),
    with(both("parallel-tools@2", Due::whole), kTools),
    both("wrong-usage",           Due::whole),
    both("no-usage",              Due::whole),
    both("refusal",               Due::curtailed),
    {.name = "content-filter@5", .model = "content-filter@5", .openai = Due::curtailed, .anthropic = Due::refused},
    both("length@5",              Due::curtailed),
    both("pace@20",               Due::whole),
    {.name = "TLS", .model = "ok", .openai = Due::whole, .anthropic = Due::whole, .way = Way::tls},
    {.name = "TLS, not trusted", .model = "ok", .openai = Due::error, .anthropic = Due::error, .way = Way::untrusted},
    {.name = "TLS, expired", .model = "ok", .openai = Due::error, .anthropic = Due::error, .way = Way::expired},
    {.name = "no such host", .model = "ok", .openai = Due::error, .anthropic = Due::error, .way = Way::nowhere},
    {.name = "nobody listens", .model = "ok", .openai = Due::error, .anthropic = Due::error, .way = Way::shut}};

constexpr std::array<std::pair<Way, const char*>, 7> kWays{{
    {Way::plain, "plain"}, {Way::impatient, "impatient"}, {Way::tls, "tls"}, {Way::untrusted, "untrusted"}, {Way::expired, "expired"},
    {Way::nowhere, "nowhere"}, {Way::shut, "shut"}}};
// clang-format on

const char* name(Way way) { return std::ranges::find(kWays, way, &std::pair<Way, const char*>::first)->second; }

/// A column of the table: who asks, and how. Its targets are its own, so that the metrics tell what it spent.
struct Column {
    Api api;
    bool stream;
    [[nodiscard]] std::string id() const {
        return fmt::format("{}-{}", api == Api::openai ? "openai" : "anthropic", stream ? "stream" : "json");
    }
};
constexpr std::array kColumns{Column{Api::openai, true}, Column{Api::openai, false}, Column{Api::anthropic, true},
                              Column{Api::anthropic, false}};

enum class Verdict { whole, error, curtailed, broken };
const char* name(Verdict verdict) {
    constexpr std::array kNames{"whole", "error", "curtailed", "BROKEN"};
    return kNames[static_cast<std::size_t>(verdict)];
}

/// What must come of it.
Verdict due(Due due, bool stream, bool rescued) {
    const Verdict broken = rescued ? Verdict::whole : Verdict::error;
    switch (due) {
        case Due::whole: return Verdict::whole;
        case Due::error: return broken;
        case Due::stream_error: return stream ? broken : Verdict::whole;
        case Due::json_error: return stream ? Verdict::whole : broken;
        case Due::refused: return Verdict::error;
        case Due::curtailed: return Verdict::curtailed;
    }
    return Verdict::broken;
}

/// What was promised by the shape of what was heard, and whether it was kept.
Verdict judge(const Heard& heard, Api api, const Row& row, const std::string& whole) {
    const bool clean_error = !heard.error.empty() && !heard.ended;
    if (clean_error) return heard.calls.empty() && whole.starts_with(heard.text) ? Verdict::error : Verdict::broken;
    if (!heard.ended || heard.status != 200) return Verdict::broken;
    const std::set<std::string> honest{"length", "content_filter", "max_tokens", "refusal"};
    if (honest.contains(heard.finish)) return Verdict::curtailed;
    if (!row.tools) {
        const bool stops = heard.finish == (api == Api::openai ? "stop" : "end_turn");
        return stops && heard.calls.empty() && heard.text == whole ? Verdict::whole : Verdict::broken;
    }
    const bool calls = heard.finish == (api == Api::openai ? "tool_calls" : "tool_use") && heard.calls.size() == 2;
    if (!calls || heard.calls[0].id == heard.calls[1].id || heard.calls[0].id.empty()) return Verdict::broken;
    const bool sound = std::ranges::all_of(heard.calls, [](const auto& call) { return call.arguments == R"({"query":"rondo"})"; });
    return sound ? Verdict::whole : Verdict::broken;
}

/// Two providers, one of them with a certificate nobody trusts, and a server with targets that lead to them in every way.
class World {
public:
    World()
        : provider{{.tls_port = 0, .expired_tls_port = 0, .tokens = kTokens}},
          stranger{{.tls_port = 0}},
          server{settings(), app::App::Options{}} {}

    [[nodiscard]] static std::string alias(const Column& column, Way way, bool rescued) {
        return fmt::format("{}-{}-{}", column.id(), name(way), rescued ? "rescued" : "alone");
    }

    support::TempFolder folder;
    mock::Provider provider, stranger;
    support::Server server;
    support::Loop loop;

private:
    support::Server::Settings settings();
    [[nodiscard]] std::string address(Way way) const {
        switch (way) {
            case Way::plain:
            case Way::impatient: break;
            case Way::tls: return fmt::format("https://localhost:{}", provider.tls_port());
            case Way::untrusted: return fmt::format("https://localhost:{}", stranger.tls_port());
            case Way::expired: return fmt::format("https://localhost:{}", provider.expired_tls_port());
            case Way::nowhere: return "http://no-such-host.invalid";
            case Way::shut: return "http://127.0.0.1:1";
        }
        return fmt::format("http://127.0.0.1:{}", provider.port());
    }
};

support::Server::Settings World::settings() {
    if (!provider.start() || !stranger.start()) throw std::runtime_error{"the providers do not start"};
    const auto trusted = folder.path() / "trusted.pem";
    std::ofstream{trusted} << provider.certificate_pem();
    // No back-off to wait for, no breaker and no budget of repeats that one row could use up for the next.
    support::Server::Settings all{{"llm.ca_file", trusted.string()},
                                  {"llm.gateway.backoff_ms", "2"},
                                  {"llm.gateway.backoff_limit_ms", "20"},
                                  {"llm.gateway.retry_floor", "1000"},
                                  {"llm.gateway.breaker_min_calls", "100000"}};
    const auto target = [&all](const std::string& id, Api api, const std::string& address) {
        const std::string at = "llm.targets." + id;
        all.emplace_back(at + ".kind", api == Api::openai ? "openai" : "anthropic");
        all.emplace_back(at + ".base_url", address + (api == Api::openai ? "/v1" : ""));
        return at;
    };
    for (const Column& column : kColumns) {
        const std::string sound = column.id() + "-sound";
        // Of the other API, and one of the two can go on with a beginning: so both ways of rescue are met.
        const Api other = column.api == Api::openai ? Api::anthropic : Api::openai;
        const std::string at = target(sound, other, address(Way::plain));
        all.emplace_back(at + ".model", "ok");
        all.emplace_back(at + ".prefill", other == Api::anthropic ? "trailing" : "none");
        for (const auto& [way, word] : kWays) {
            const std::string id = fmt::format("{}-{}", column.id(), word);
            const std::string faulty = target(id, column.api, address(way));
            if (way == Way::impatient) {
                all.emplace_back(faulty + ".first_token_ms", "150");
                all.emplace_back(faulty + ".gap_ms", "150");
                all.emplace_back(faulty + ".total_ms", "300");
            }
            all.emplace_back(fmt::format("llm.aliases.{}.targets", alias(column, way, false)), id);
            all.emplace_back(fmt::format("llm.aliases.{}.targets", alias(column, way, true)), id + "," + sound);
        }
    }
    return all;
}

/// What the server has counted for the targets of a column.
struct Spent {
    double attempts{0}, output{0}, input{0};
};

class FaultWall : public ::testing::TestWithParam<Row> {
protected:
    static void SetUpTestSuite() {
        world = new World;
        lines = new std::vector<std::string>;
    }
    static void TearDownTestSuite() {
        std::printf("%-24s %-14s %-12s %-16s %-14s %-40s %s\n", "fault", "openai stream", "openai json", "anthropic stream",
                    "anthropic json", "with a sound target behind it", "verdict");
        for (const std::string& line : *lines) std::puts(line.c_str());
        delete lines;
        delete world;
    }

    /// Asks once in every column, all at the same time.
    std::array<Heard, kColumns.size()> ask(const Row& row, bool rescued);
    void judge_all(const Row& row, bool rescued, int nth);
    std::array<Spent, kColumns.size()> spent();
    void check_accounts(const Row& row, const std::array<Heard, kColumns.size()>& heard, const std::array<Spent, kColumns.size()>& before);

    static std::string message(const Row& row, const Column& column) {
        return fmt::format("缓存是怎么工作的？{} {}", column.id(), row.name);
    }
    static std::string whole(const Row& row, const Column& column) {
        std::string text = mock::spin(message(row, column), kTokens);
        if (std::string_view{row.model}.starts_with("huge-chunk")) text.append(65'536, 'x');
        return text;
    }

    static World* world;
    static std::vector<std::string>* lines;
    std::array<Verdict, 2 * kColumns.size()> verdicts{};
};
World* FaultWall::world = nullptr;
std::vector<std::string>* FaultWall::lines = nullptr;

std::array<Heard, kColumns.size()> FaultWall::ask(const Row& row, bool rescued) {
    std::array<Heard, kColumns.size()> heard;
    const auto one = [&](std::size_t i) -> asio::awaitable<void> {
        const Column& column = kColumns[i];
        net::HttpClient http{world->loop.context().get_executor(), "127.0.0.1", world->server.port()};
        const std::string model = World::alias(column, row.way, rescued) + "/" + row.model;
        auto question = support::question(column.api, model, message(row, column), column.stream);
        heard[i] = co_await support::listen(http, column.api, std::move(question), column.stream);
    };
    for (std::size_t i = 0; i < kColumns.size(); ++i) asio::co_spawn(world->loop.context(), one(i), asio::detached);
    world->loop.finish();
    return heard;
}

std::array<Spent, kColumns.size()> FaultWall::spent() {
    support::Client client{world->loop, world->server.port()};
    const std::string told = client.get("/metrics").body;
    std::array<Spent, kColumns.size()> all;
    for (std::size_t i = 0; i < kColumns.size(); ++i) {
        const std::string targets = fmt::format("target=\"{}-", kColumns[i].id());
        const double tokens = support::metric(told, "rondo_llm_tokens_total", {targets});
        all[i].output = support::metric(told, "rondo_llm_tokens_total", {targets, "kind=\"output\""});
        all[i].input = tokens - all[i].output;
        all[i].attempts = support::metric(told, "rondo_llm_attempts_total", {targets});
    }
    return all;
}

void FaultWall::check_accounts(const Row& row, const std::array<Heard, kColumns.size()>& heard,
                               const std::array<Spent, kColumns.size()>& before) {
    const bool all_ended = world->provider.wait_for(
        [](const std::vector<Attempt>& attempts) { return std::ranges::all_of(attempts, &Attempt::ended); }, kPatience);
    EXPECT_TRUE(all_ended) << "an attempt was left running at the provider";
    const auto now = spent();
    double attempts = 0;
    for (std::size_t i = 0; i < kColumns.size(); ++i) {
        SCOPED_TRACE(kColumns[i].id());
        const Spent used{.attempts = now[i].attempts - before[i].attempts,
                         .output = now[i].output - before[i].output,
                         .input = now[i].input - before[i].input};
        attempts += used.attempts;
        EXPECT_GT(used.attempts, 0);
        if (heard[i].ended) {
            EXPECT_EQ(used.output, static_cast<double>(heard[i].output_tokens)) << "the answer tells what was settled";
            EXPECT_GT(used.input, 0);
        } else if (!heard[i].text.empty()) {
            EXPECT_GE(used.output, static_cast<double>(text::TokenCounter{}.count(heard[i].text).count)) << "what was heard was settled";
            EXPECT_GT(used.input, 0);
        }
    }
    if (row.way != Way::plain && row.way != Way::impatient && row.way != Way::tls) return;  // the provider was not reached
    const auto seen = static_cast<double>(world->provider.attempts().size());
    EXPECT_LE(attempts, seen);
    EXPECT_GE(attempts, seen - (row.resent ? kColumns.size() : 0)) << "each attempt was settled, and once";
}

void FaultWall::judge_all(const Row& row, bool rescued, int nth) {
    SCOPED_TRACE(fmt::format("{}, ask {}", rescued ? "with a sound target behind it" : "alone", nth));
    world->provider.forget();
    const auto before = spent();
    const auto heard = ask(row, rescued);
    for (std::size_t i = 0; i < kColumns.size(); ++i) {
        const Column& column = kColumns[i];
        const Verdict seen = judge(heard[i], column.api, row, whole(row, column));
        verdicts[i + (rescued ? kColumns.size() : 0)] = seen;
        const Due claim = column.api == Api::openai ? row.openai : row.anthropic;
        EXPECT_STREQ(name(seen), name(due(claim, column.stream, rescued)))
            << column.id() << ": status " << heard[i].status << ", finish `" << heard[i].finish << "`, error `" << heard[i].error << "`, "
            << (heard[i].ended ? "ended" : "not ended") << ", text `" << heard[i].text.substr(0, 200) << "`";
    }
    check_accounts(row, heard, before);
}

TEST_P(FaultWall, IsAWholeAnswerOrACleanError) {
    const Row& row = GetParam();
    for (const bool rescued : {false, true}) {
        for (int nth = 1; nth <= row.asks; ++nth) judge_all(row, rescued, nth);
    }
    std::string behind;
    for (std::size_t i = kColumns.size(); i < verdicts.size(); ++i)
        behind += fmt::format("{}{}", behind.empty() ? "" : ", ", name(verdicts[i]));
    lines->push_back(fmt::format("{:<24} {:<14} {:<12} {:<16} {:<14} {:<40} {}", row.name, name(verdicts[0]), name(verdicts[1]),
                                 name(verdicts[2]), name(verdicts[3]), behind, HasFailure() ? "FAIL" : "pass"));
}
INSTANTIATE_TEST_SUITE_P(Faults, FaultWall, ::testing::ValuesIn(kWall), [](const auto& row) {
    std::string words;
    for (const char c : std::string_view{row.param.name}) words += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
    return words;
});

struct Told {
    const char* claim;
    Heard heard;
    Verdict verdict;
};
class FaultWallJudge : public ::testing::TestWithParam<Told> {};
TEST_P(FaultWallJudge, SeesWhatIsBroken) {
    const Told& told = GetParam();
    EXPECT_STREQ(name(judge(told.heard, Api::openai, both("ok", Due::whole), "a whole answer")), name(told.verdict)) << told.claim;
}
INSTANTIATE_TEST_SUITE_P(
    Answers, FaultWallJudge,
    ::testing::Values(
        Told{"all of it", {.status = 200, .text = "a whole answer", .finish = "stop", .ended = true}, Verdict::whole},
        Told{"a part that looks whole", {.status = 200, .text = "a whole", .finish = "stop", .ended = true}, Verdict::broken},
        Told{"a part that says why", {.status = 200, .text = "a whole", .finish = "length", .ended = true}, Verdict::curtailed},
        Told{"a part without an end", {.status = 200, .text = "a whole"}, Verdict::broken},
        Told{"all of it without a reason", {.status = 200, .text = "a whole answer", .ended = true}, Verdict::broken},
        Told{"a part and an error", {.status = 200, .text = "a whole", .error = "server_error"}, Verdict::error},
        Told{"an error and an end", {.status = 200, .text = "a whole", .ended = true, .error = "server_error"}, Verdict::broken},
        Told{"another text and an error", {.status = 200, .text = "something", .error = "server_error"}, Verdict::broken},
        Told{"a status without an error's shape", {.status = 502}, Verdict::broken}));

TEST(FaultWallRows, NameEveryFaultTheProviderHas) {
    std::set<std::string_view> rows;
    for (const Row& row : kWall) rows.insert(std::string_view{row.model}.substr(0, std::string_view{row.model}.find('@')));
    for (const auto& fault : mock::faults()) EXPECT_TRUE(rows.contains(fault.name)) << fault.name;
}
}  // namespace
}  // namespace rondo::fault
