#include "gateway_bench.hpp"

#include "gateway_leg.hpp"
#include "gateway_paced.hpp"
#include "spread.hpp"
#include "trend.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <iterator>

namespace rondo::bench {
namespace {
using namespace std::chrono_literals;
using std::chrono::microseconds;
using Kind = Question::Kind;
using Way = GatewayRig::Way;

constexpr std::size_t kMegabyte = 1U << 20U;

double us(microseconds time) { return static_cast<double>(time.count()); }

Status whole(const Leg& leg) {
    if (leg.tally.torn == 0) return {};
    return fail(Code::data_loss, fmt::format("{} of {} streams were not whole", leg.tally.torn, leg.tally.answers));
}

/// Asks for a while; every answer must be whole.
Result<Leg> ask(const GatewayRig& rig, GatewayLoad& load, std::chrono::milliseconds time, Upload* beside = nullptr) {
    auto leg = measure(rig, [&] { return load.ask_for(time, beside); });
    if (!leg) return propagate(leg);
    if (const auto fine = whole(*leg); !fine) return propagate(fine);
    return leg;
}

/// The same question both ways, and who asks it.
struct Pair {
    Question direct_question, through_question;
    std::optional<GatewayLoad> direct{}, through{};
};

/// Connects both sides and lets them warm up; a stream's text is known from then on.
Status open(Pair& pair, const GatewayRig& rig, Kind kind, std::size_t callers, std::chrono::milliseconds warm_up) {
    const bool stream = kind == Kind::stream;
    for (const Way way : {Way::direct, Way::through}) {
        auto& question = way == Way::direct ? pair.direct_question : pair.through_question;
        question = {.request = rig.request(way, "ok", stream), .kind = kind, .text_bytes = pair.direct_question.text_bytes};
        auto load = GatewayLoad::connect(rig.port(way), question, callers);
        if (!load) return propagate(load);
        const auto warm = ask(rig, *load, warm_up);
        if (!warm) return propagate(warm);
        if (way == Way::direct) pair.direct_question.text_bytes = warm->tally.text_bytes;
        (way == Way::direct ? pair.direct : pair.through).emplace(std::move(*load));
    }
    return {};
}

std::chrono::milliseconds warm_up(const GatewayBench& bench) { return std::min<std::chrono::milliseconds>(bench.leg, 500ms); }

Result<GatewayRow> closed_loop(const GatewayBench& bench, const GatewayRig& rig, std::string_view name, Kind kind, std::size_t callers) {
    Pair pair;
    if (const auto opened = open(pair, rig, kind, callers, warm_up(bench)); !opened) return propagate(opened);
    std::vector<double> rate, direct_rate, p50, p99, first, cpu, direct_p99, through_p99;
    Busy busy;
    for (int round = 0; round < bench.rounds; ++round) {
        const auto direct = ask(rig, *pair.direct, bench.leg);
        if (!direct) return propagate(direct);
        const auto through = ask(rig, *pair.through, bench.leg);
        if (!through) return propagate(through);
        const auto added = [&](const Histogram Tally::* what, double share) {
            return us((through->tally.*what).quantile(share)) - us((direct->tally.*what).quantile(share));
        };
        rate.push_back(through->per_second());
        direct_rate.push_back(direct->per_second());
        p50.push_back(added(&Tally::took, 0.5));
        p99.push_back(added(&Tally::took, 0.99));
        first.push_back(added(&Tally::first, 0.99));
        cpu.push_back(through->cpu_us_per_answer());
        direct_p99.push_back(us(direct->tally.took.quantile(0.99)));
        through_p99.push_back(us(through->tally.took.quantile(0.99)));
        busy.add(*through, rig.cores());
    }
    GatewayRow row{.name = std::string{name}, .c = static_cast<std::int64_t>(callers), .rss_kib = rig.server_rss_kib()};
    row.req_per_s = spread(rate).median;
    row.added_p50_us = spread(p50).median;
    row.added_p99_us = spread(p99).median;
    row.cpu_us_per_request = spread(cpu).median;
    if (kind == Kind::stream) row.added_ttft_p99_us = spread(first).median;
    row.more = {{"rounds", static_cast<double>(bench.rounds)},       {"iqr_us", spread(kind == Kind::stream ? first : p99).iqr, 1},
                {"direct_req_per_s", spread(direct_rate).median, 1}, {"direct_p99_us", spread(direct_p99).median},
                {"through_p99_us", spread(through_p99).median},      {"server_busy_percent", busy.server_percent()},
                {"others_busy_percent", busy.others_percent()}};
    row.binds = busy.binds();
    return row;
}

std::vector<std::size_t> callers_of(const GatewayBench& bench, std::vector<std::size_t> usual) {
    return bench.callers.empty() ? std::move(usual) : bench.callers;
}

Status ladder(const GatewayBench& bench, const GatewayRig& rig, std::string_view name, const RowSink& tell) {
    const bool stream = name == "sse";
    const std::vector<std::size_t> usual = stream ? std::vector<std::size_t>{1, 16, 64} : std::vector<std::size_t>{1, 16, 64, 256};
    for (const std::size_t callers : callers_of(bench, usual)) {
        const auto row = closed_loop(bench, rig, name, stream ? Kind::stream : Kind::whole, callers);
        if (!row) return propagate(row);
        if (const auto told = tell(*row); !told) return told;
    }
    return {};
}

Status bad_key(const GatewayBench& bench, const GatewayRig& rig, const RowSink& tell) {
    const std::size_t callers = callers_of(bench, {16}).front();
    const Question question{.request = rig.request_with_bad_key(), .kind = Kind::refusal};
    auto load = GatewayLoad::connect(rig.port(Way::through), question, callers);
    if (!load) return propagate(load);
    if (const auto warm = ask(rig, *load, warm_up(bench)); !warm) return propagate(warm);
    if (const auto forgotten = rig.forget_attempts(); !forgotten) return forgotten;
    std::vector<double> rate, cpu;
    Busy busy;
    for (int round = 0; round < bench.rounds; ++round) {
        const auto leg = ask(rig, *load, bench.leg);
        if (!leg) return propagate(leg);
        rate.push_back(leg->per_second());
        cpu.push_back(leg->cpu_us_per_answer());
        busy.add(*leg, rig.cores());
    }
    const auto contacts = rig.attempts();
    if (!contacts) return propagate(contacts);
    GatewayRow row{.name = "bad_key", .c = static_cast<std::int64_t>(callers), .rss_kib = rig.server_rss_kib()};
    row.req_per_s = spread(rate).median;
    row.cpu_us_per_request = spread(cpu).median;
    row.more = {{"rounds", static_cast<double>(bench.rounds)},
                {"iqr_us", spread(cpu).iqr, 1},
                {"upstream_contacts", static_cast<double>(*contacts)},
                {"server_busy_percent", busy.server_percent()},
                {"others_busy_percent", busy.others_percent()}};
    row.binds = busy.binds();
    return tell(row);
}

/// Small streams alone, then beside a long request; both also directly, where the long one costs the provider time, too.
Status head_of_line(const GatewayBench& bench, const GatewayRig& rig, const RowSink& tell) {
    const std::size_t callers = callers_of(bench, {4}).front();
    Pair pair;
    if (const auto opened = open(pair, rig, Kind::stream, callers, warm_up(bench)); !opened) return opened;
    const std::string direct_long = rig.request(Way::direct, "ok", false, kMegabyte);
    const std::string through_long = rig.request(Way::through, "ok", false, kMegabyte);
    auto direct_upload = Upload::connect(rig.port(Way::direct), direct_long);
    if (!direct_upload) return propagate(direct_upload);
    auto through_upload = Upload::connect(rig.port(Way::through), through_long);
    if (!through_upload) return propagate(through_upload);
    std::vector<double> rate, p50, p99, first, alone_p99, beside_p99;
    Busy busy;
    std::int64_t uploads = 0;
    for (int round = 0; round < bench.rounds; ++round) {
        const auto direct = ask(rig, *pair.direct, bench.leg);
        if (!direct) return propagate(direct);
        const auto direct_beside = ask(rig, *pair.direct, bench.leg, &*direct_upload);
        if (!direct_beside) return propagate(direct_beside);
        const auto before = through_upload->answers();
        const auto alone = ask(rig, *pair.through, bench.leg);
        if (!alone) return propagate(alone);
        const auto beside = ask(rig, *pair.through, bench.leg, &*through_upload);
        if (!beside) return propagate(beside);
        uploads += through_upload->answers() - before;
        const auto added = [&](const Histogram Tally::* what, double share) {
            const auto quantile = [&](const Leg& leg) { return us((leg.tally.*what).quantile(share)); };
            return (quantile(*beside) - quantile(*alone)) - (quantile(*direct_beside) - quantile(*direct));
        };
        rate.push_back(beside->per_second());
        p50.push_back(added(&Tally::took, 0.5));
        p99.push_back(added(&Tally::took, 0.99));
        first.push_back(added(&Tally::first, 0.99));
        alone_p99.push_back(us(alone->tally.took.quantile(0.99)));
        beside_p99.push_back(us(beside->tally.took.quantile(0.99)));
        busy.add(*beside, rig.cores());
    }
    GatewayRow row{.name = "head_of_line", .c = static_cast<std::int64_t>(callers), .rss_kib = rig.server_rss_kib()};
    row.req_per_s = spread(rate).median;
    row.added_p50_us = spread(p50).median;
    row.added_p99_us = spread(p99).median;
    row.added_ttft_p99_us = spread(first).median;
    row.more = {{"rounds", static_cast<double>(bench.rounds)},   {"iqr_us", spread(p99).iqr, 1},
                {"long_requests", static_cast<double>(uploads)}, {"alone_p99_us", spread(alone_p99).median},
                {"beside_p99_us", spread(beside_p99).median},    {"server_busy_percent", busy.server_percent()},
                {"others_busy_percent", busy.others_percent()}};
    row.binds = busy.binds();
    return tell(row);
}

Status soak(const GatewayBench& bench, const GatewayRig& rig, const RowSink& tell) {
    constexpr std::int64_t kLooks = 1'000;  // more than enough for a slope
    const std::size_t callers = callers_of(bench, {64}).front();
    Pair pair;
    if (const auto opened = open(pair, rig, Kind::whole, callers, warm_up(bench)); !opened) return opened;
    std::vector<Point> memory;
    std::int64_t requests = 0, most = 0, looked = 0;
    double cpu = 0, seconds = 0;
    Busy busy;
    while (requests < bench.soak_requests) {
        const auto leg = ask(rig, *pair.through, 20ms);
        if (!leg) return propagate(leg);
        requests += leg->tally.answers;
        seconds += leg->seconds();
        cpu += std::chrono::duration<double, std::micro>(leg->used.server).count();
        busy.add(*leg, rig.cores());
        const auto rss = rig.server_rss_kib();
        most = std::max(most, rss);
        if (requests < bench.soak_requests / 2 || requests - looked < bench.soak_requests / (2 * kLooks)) continue;
        looked = requests;
        memory.push_back({static_cast<double>(requests), static_cast<double>(rss)});
    }
    GatewayRow row{.name = "soak", .c = static_cast<std::int64_t>(callers), .rss_kib = most};
    row.req_per_s = static_cast<double>(requests) / seconds;
    row.cpu_us_per_request = cpu / static_cast<double>(requests);
    row.more = {{"requests", static_cast<double>(requests)},
                {"slope_kib_per_million", slope(memory) * 1e6, 1},
                {"server_busy_percent", busy.server_percent()},
                {"others_busy_percent", busy.others_percent()}};
    row.binds = busy.binds();
    return tell(row);
}
}  // namespace

Status run(const GatewayBench& bench, std::string_view name, const RowSink& tell) {
    if (name == "paced") return paced(bench, tell);
    const auto rig =
        GatewayRig::start({.binary = bench.binary, .scenarios = bench.scenarios, .data = bench.data, .settings = bench.settings});
    if (!rig) return propagate(rig);
    if (name == "bad_key") return bad_key(bench, **rig, tell);
    if (name == "head_of_line") return head_of_line(bench, **rig, tell);
    if (name == "soak") return soak(bench, **rig, tell);
    return ladder(bench, **rig, name, tell);
}
}  // namespace rondo::bench
