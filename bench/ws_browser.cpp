#include "ws_browser.hpp"

#include "base/json.hpp"
#include "base/json_reader.hpp"
#include "child.hpp"
#include "server.hpp"
#include "wire_forms.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <fstream>

namespace rondo::bench {
namespace {
constexpr std::chrono::minutes kPatience{5};

/// As decode.mjs reads it.
Status write_forms(const WireCorpus& corpus, const std::filesystem::path& folder) {
    std::ofstream flat{folder / "flat.jsonl"}, lean{folder / "lean.jsonl"}, frames{folder / "frames.bin", std::ios::binary};
    for (const auto& message : corpus.messages) {
        flat << to_flat_json(corpus, message) << '\n';
        lean << to_lean_json(message.frame) << '\n';
        const auto bytes = to_pb(message.frame);
        for (std::size_t i = 0; i < 4; ++i) frames.put(static_cast<char>(bytes.size() >> (8 * i)));
        frames << bytes;
    }
    for (auto* file : {&flat, &lean, &frames}) file->close();
    if (flat && lean && frames) return {};
    return fail(Code::unavailable, fmt::format("cannot write into {}; is the disk full?", folder.string()));
}
}  // namespace

Status measure_browser(const WireCorpus& corpus, const std::filesystem::path& script, std::size_t rounds, const WsSink& tell) {
    const auto folder = TemporaryFolder::make();
    if (!folder) return propagate(folder);
    if (const auto written = write_forms(corpus, folder->path()); !written) return written;
    auto node = Child::start("/usr/bin/env", {"node", script.string(), folder->path().string(), fmt::to_string(rounds)});
    if (!node) return propagate(node);
    const auto line = (*node)->line(Clock::now() + kPatience);
    if (!line) return propagate(line);
    const auto parsed = json::parse(*line);
    if (!parsed || !parsed->is_object()) return fail(Code::internal, fmt::format("decode.mjs said \"{}\"", line->substr(0, 400)));
    std::vector<Fault> faults;
    json::ObjectReader in{parsed->as_object(), "", faults};
    std::int64_t messages = 0, flat = 0, lean = 0, pb = 0;
    constexpr std::int64_t kMost = 1'000'000'000;
    in.required("messages", messages, 1, kMost);
    in.required("flat_ns", flat, 1, kMost);
    in.required("lean_ns", lean, 1, kMost);
    in.required("pb_ns", pb, 1, kMost);
    in.finish();
    if (!faults.empty()) return fail(json::invalid(std::move(faults), "decode.mjs said something else than its figures"));
    const auto less = [&](std::int64_t than) { return 100 * (1 - static_cast<double>(pb) / static_cast<double>(than)); };
    return tell({"browser",
                 "Chromium",
                 {{"messages", static_cast<double>(messages)},
                  {"flat_ns", static_cast<double>(flat)},
                  {"lean_ns", static_cast<double>(lean)},
                  {"pb_ns", static_cast<double>(pb)},
                  {"less_than_flat_percent", less(flat), 1},
                  {"less_than_lean_percent", less(lean), 1}}});
}
}  // namespace rondo::bench
