#include "gateway_paced.hpp"

#include "gateway_leg.hpp"
#include "spread.hpp"

#include <algorithm>
#include <cmath>

namespace rondo::bench {
namespace {
using namespace std::chrono_literals;
using std::chrono::milliseconds;
using Way = GatewayRig::Way;

constexpr const char* kModel = "pace@20";
constexpr milliseconds kPace{20};
constexpr std::size_t kFew = 300;
constexpr std::size_t kStartsPerSecond = 1'000;  ///< of streams: their requests are not what is measured

/// Every caller begins one stream at each ask_once().
struct Streams {
    Question question;
    std::optional<GatewayLoad> load{};
};

Status open(Streams& streams, const GatewayRig& rig, Way way, std::size_t count, std::size_t text_bytes) {
    streams.question = {.request = rig.request(way, kModel, true), .kind = Question::Kind::stream, .text_bytes = text_bytes, .pace = kPace};
    auto load = GatewayLoad::connect(rig.port(way), streams.question, count);
    if (!load) return propagate(load);
    streams.load.emplace(std::move(*load));
    return {};
}

milliseconds ramp(std::size_t streams) { return std::max(kPace, milliseconds{streams * 1'000 / kStartsPerSecond}); }

/// The length of a whole stream's text, and the rig warm.
Result<std::size_t> text_bytes(const GatewayRig& rig) {
    std::size_t bytes = 0;
    for (const Way way : {Way::through, Way::direct}) {
        Streams one;
        if (const auto opened = open(one, rig, way, 1, 0); !opened) return propagate(opened);
        const auto tally = one.load->ask_for(0ms);
        if (!tally) return propagate(tally);
        if (tally->torn > 0) return fail(Code::data_loss, "a single stream was not whole");
        bytes = tally->text_bytes;
    }
    return bytes;
}

double in_us(Clock::duration time) { return std::chrono::duration<double, std::micro>(time).count(); }

/// Tokens, which is what the provider tells as pieces.
double lost(const Tally& tally, std::size_t text_bytes, std::size_t tokens) {
    return std::ceil(static_cast<double>(tally.lost_bytes) * static_cast<double>(tokens) /
                     static_cast<double>(std::max<std::size_t>(1, text_bytes)));
}

/// So many tokens that a stream still goes on when the last one has begun.
std::size_t tokens_for(std::size_t streams, milliseconds steady) { return static_cast<std::size_t>((ramp(streams) + steady) / kPace) + 2; }

struct Options {
    std::size_t streams;
    int rounds;
    milliseconds steady;
};

Result<GatewayRow> measure_streams(const GatewayBench& bench, const Options& options) {
    const std::size_t tokens = tokens_for(options.streams, options.steady);
    const auto rig = GatewayRig::start(
        {.binary = bench.binary, .scenarios = bench.scenarios, .data = bench.data, .tokens = tokens, .settings = bench.settings});
    if (!rig) return propagate(rig);
    const auto bytes = text_bytes(**rig);
    if (!bytes) return propagate(bytes);

    std::vector<double> added_p99, added_max, added_first, cpu_per_piece, rate, direct_rate;
    double late = 0, missing = 0, direct_late = 0, torn = 0;
    std::int64_t idle_rss = (*rig)->server_rss_kib(), rss = 0;
    Busy busy;
    for (int round = 0; round < options.rounds; ++round) {
        std::vector<Leg> legs;
        for (const Way way : {Way::direct, Way::through}) {
            Streams streams;
            if (const auto opened = open(streams, **rig, way, options.streams, *bytes); !opened) return propagate(opened);
            const auto leg = measure(**rig, [&] {
                return streams.load->ask_once(ramp(options.streams), [&] { rss = std::max(rss, (*rig)->server_rss_kib()); });
            });
            if (!leg) return propagate(leg);
            legs.push_back(*leg);
        }
        const Tally& direct = legs[0].tally;
        const Tally& through = legs[1].tally;
        added_p99.push_back(in_us(through.excess.quantile(0.99)) - in_us(direct.excess.quantile(0.99)));
        added_max.push_back(in_us(through.worst - direct.worst));
        added_first.push_back(in_us(through.first.quantile(0.99)) - in_us(direct.first.quantile(0.99)));
        const auto pieces = static_cast<double>(std::max<std::int64_t>(1, through.pieces));
        cpu_per_piece.push_back(in_us(legs[1].used.server) / pieces);
        rate.push_back(pieces / legs[1].seconds());
        direct_rate.push_back(static_cast<double>(direct.pieces) / legs[0].seconds());
        late += static_cast<double>(through.late);
        direct_late += static_cast<double>(direct.late);
        missing += lost(through, *bytes, tokens);
        torn += static_cast<double>(through.torn);
        busy.add(legs[1], (*rig)->cores());
    }
    const auto streams = static_cast<double>(options.streams);
    GatewayRow row{.name = "paced", .c = static_cast<std::int64_t>(options.streams), .rss_kib = rss};
    row.added_ttft_p99_us = spread(added_first).median;
    row.added_chunk_p99_us = spread(added_p99).median;
    row.more = {{"rounds", static_cast<double>(options.rounds)},
                {"iqr_us", spread(added_p99).iqr, 1},
                {"added_chunk_max_us", spread(added_max).median},
                {"late", late},
                {"lost", missing},
                {"torn_streams", torn},
                {"direct_late", direct_late},
                {"kib_per_stream", static_cast<double>(rss - idle_rss) / streams, 1},
                {"chunks_per_s", spread(rate).median},
                {"direct_chunks_per_s", spread(direct_rate).median},
                {"cpu_us_per_chunk", spread(cpu_per_piece).median, 2},
                {"server_busy_percent", busy.server_percent()},
                {"others_busy_percent", busy.others_percent()}};
    row.binds = busy.binds();
    return row;
}
}  // namespace

Status paced(const GatewayBench& bench, const RowSink& tell) {
    constexpr int kLongSteady = 5;  // legs
    for (const Options& options :
         {Options{std::min(kFew, bench.streams), bench.rounds, bench.leg}, Options{bench.streams, 1, kLongSteady * bench.leg}}) {
        const auto row = measure_streams(bench, options);
        if (!row) return propagate(row);
        if (const auto told = tell(*row); !told) return told;
    }
    return {};
}
}  // namespace rondo::bench
