#include "load_child.hpp"

#include "base/json.hpp"
#include "base/json_reader.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <fstream>

namespace rondo::bench {
namespace {
// What the child says, a line each; its result is a JSON object.
constexpr std::string_view kBegin = "begin";
constexpr std::string_view kEnd = "end";
constexpr std::string_view kTurns = "turns ";

Result<Script> read_script(const LoadTask& task) {
    Script script{.scenario = task.scenario, .lines = {}, .stream = task.stream, .weigh = task.weigh, .session_turns = task.session_turns};
    std::ifstream file{task.transcript};
    for (std::string line; std::getline(file, line);) {
        if (!line.empty()) script.lines.push_back(line);
    }
    if (script.lines.empty()) return fail(Code::not_found, fmt::format("{} holds no line to say", task.transcript.string()));
    return script;
}

void tell(std::string_view line) {
    std::puts(std::string{line}.c_str());
    std::fflush(stdout);
}

std::string to_line(const LoadResult& result) {
    return boost::json::serialize(boost::json::object{{"turns", result.turns},
                                                      {"window_us", result.window.count()},
                                                      {"ttft_p50_us", result.ttft_p50.count()},
                                                      {"ttft_p99_us", result.ttft_p99.count()},
                                                      {"text_bytes", result.text_bytes}});
}

Result<LoadResult> parse_result(const std::string& line) {
    const auto parsed = json::parse(line);
    if (!parsed || !parsed->is_object()) return fail(Code::internal, "the load driver's result cannot be read");
    std::vector<Fault> faults;
    json::ObjectReader in{parsed->as_object(), "", faults};
    constexpr std::int64_t kMost = std::int64_t{1} << 50;
    std::int64_t turns = 0, window = 0, p50 = 0, p99 = 0, text = 0;
    in.required("turns", turns, 1, kMost);
    in.required("window_us", window, 1, kMost);
    in.required("ttft_p50_us", p50, 0, kMost);
    in.required("ttft_p99_us", p99, 0, kMost);
    in.required("text_bytes", text, 0, kMost);
    in.finish();
    if (!faults.empty()) return fail(json::invalid(std::move(faults), "no turn ended in the window; measure longer"));
    using std::chrono::microseconds;
    return LoadResult{
        .turns = turns, .window = microseconds{window}, .ttft_p50 = microseconds{p50}, .ttft_p99 = microseconds{p99}, .text_bytes = text};
}
}  // namespace

Status run_driver(const LoadTask& task) {
    const auto script = read_script(task);
    if (!script) return propagate(script);
    const auto result = drive(*script, task.load,
                              {.on_begin = [] { tell(kBegin); },
                               .on_end = [] { tell(kEnd); },
                               .on_turns = [](std::int64_t turns) { tell(fmt::format("{}{}", kTurns, turns)); }});
    if (!result) return propagate(result);
    tell(to_line(*result));
    return {};
}

std::vector<std::string> driver_arguments(const LoadTask& task) {
    const Load& load = task.load;
    std::vector<std::string> arguments{"drive", "--scenario", task.scenario, "--transcript", task.transcript.string()};
    const auto add = [&arguments](const char* name, std::int64_t value) {
        arguments.emplace_back(name);
        arguments.push_back(fmt::to_string(value));
    };
    add("--port", load.port);
    add("--users", static_cast<std::int64_t>(load.users));
    add("--warm-up", load.warm_up.count());
    add("--window", load.window.count());
    add("--turns", load.turns);
    add("--report-every", load.report_every);
    add("--session-turns", static_cast<std::int64_t>(task.session_turns));
    if (task.stream) arguments.emplace_back("--stream");
    if (task.weigh) arguments.emplace_back("--weigh");
    return arguments;
}

Result<LoadChild> LoadChild::start(const LoadTask& task) {
    auto child = Child::start_self(driver_arguments(task));
    if (!child) return propagate(child);
    return LoadChild{std::move(*child)};
}

Result<std::optional<LoadChild::Event>> LoadChild::next(std::chrono::milliseconds patience) {
    const auto line = child_->line(Clock::now() + patience);
    if (!line && line.error().code == Code::deadline_exceeded) return std::nullopt;
    if (!line) return propagate(line);
    if (*line == kBegin) return Event{.kind = Event::Kind::begin};
    if (*line == kEnd) return Event{.kind = Event::Kind::end};
    if (line->starts_with(kTurns)) {
        Event event{.kind = Event::Kind::turns};
        const auto [end, ec] = std::from_chars(line->data() + kTurns.size(), line->data() + line->size(), event.turns);
        if (ec == std::errc{}) return event;
    }
    const auto result = parse_result(*line);
    if (!result) return propagate(result);
    return Event{.kind = Event::Kind::result, .result = *result};
}

Result<LoadChild::Event> LoadChild::expect(Event::Kind kind, std::chrono::milliseconds patience) {
    const auto event = next(patience);
    if (!event) return propagate(event);
    if (!*event) return fail(Code::deadline_exceeded, "the load driver has said nothing for too long");
    if ((*event)->kind != kind) return fail(Code::internal, "the load driver said something else than was expected");
    return **event;
}
}  // namespace rondo::bench
