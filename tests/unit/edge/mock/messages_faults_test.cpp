#include "wire.hpp"

#include "edge/mock/fault.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <vector>

/// Every fault that looks different in the Messages API, byte for byte. Those of the connection are the same code for both.
namespace rondo::mock {
namespace {
using Events = std::vector<std::string>;

std::string event(std::string_view type, std::string_view members = "") {
    return fmt::format("event: {}\ndata: {{\"type\":\"{}\"{}}}\n\n", type, type, members);
}
std::string say(std::string_view text) {
    return event("content_block_delta", fmt::format(R"(,"index":0,"delta":{{"type":"text_delta","text":"{}"}})", text));
}
std::string usage(int input, int output) {
    return fmt::format(R"({{"input_tokens":{},"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":{},)"
                       R"("service_tier":"standard"}})",
                       input, output);
}
std::string start(std::string_view told) {
    return event("message_start",
                 fmt::format(R"(,"message":{{"id":"msg_0000000000000000","type":"message","role":"assistant","model":"MODEL","content":[],)"
                             R"("stop_reason":null,"stop_sequence":null{}}})",
                             told));
}
const std::string kStart = start(",\"usage\":" + usage(2, 1));
const std::string kBlock = event("content_block_start", R"(,"index":0,"content_block":{"type":"text","text":""})");
const std::string kPing = event("ping");
const std::string kBlockStop = event("content_block_stop", R"(,"index":0)");
const std::string kMessageStop = event("message_stop");
std::string ended(std::string_view reason, std::string_view told) {
    return event("message_delta", fmt::format(R"(,"delta":{{"stop_reason":"{}","stop_sequence":null}}{})", reason, told));
}
std::string output(int tokens) { return fmt::format(R"(,"usage":{{"output_tokens":{}}})", tokens); }

const Events kTwo{kStart, kBlock, kPing, say("You"), say(" said")};
const Events kRest{say(":"), say(" hi"), kBlockStop};
Events operator+(Events events, const Events& more) {
    events.insert(events.end(), more.begin(), more.end());
    return events;
}
const Events kEnd{ended("end_turn", output(4)), kMessageStop};

std::string stream(std::string_view model, const Events& events) {
    std::string bytes =
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\nrequest-id: req_0000000000000000\r\n"
        "anthropic-ratelimit-requests-limit: 10000\r\nanthropic-ratelimit-requests-remaining: 9999\r\ntransfer-encoding: chunked\r\n\r\n";
    for (std::string text : events) {
        if (const auto at = text.find("MODEL"); at != text.npos) text.replace(at, 5, model);
        bytes += chunk(text);
    }
    return bytes + "0\r\n\r\n";
}

std::string refused(std::string_view status, std::string_view kind, std::string_view message, std::string_view more = "") {
    const std::string body =
        fmt::format(R"({{"type":"error","error":{{"type":"{}","message":"{}"}},"request_id":"req_0000000000000000"}})", kind, message);
    return fmt::format(
        "HTTP/1.1 {}\r\ncontent-type: application/json\r\nrequest-id: req_0000000000000000\r\n{}content-length: {}\r\n\r\n{}", status, more,
        body.size(), body);
}

Events call(int index, std::string_view id) {
    const auto part = [index](std::string_view text) {
        return event("content_block_delta",
                     fmt::format(R"(,"index":{},"delta":{{"type":"input_json_delta","partial_json":"{}"}})", index, text));
    };
    return {
        event("content_block_start",
              fmt::format(R"(,"index":{},"content_block":{{"type":"tool_use","id":"toolu_{}","name":"lookup","input":{{}}}})", index, id)),
        part(R"({\"query\")"), part(R"(:\"rondo\"})"), event("content_block_stop", fmt::format(R"(,"index":{})", index))};
}

struct Row {
    const char* model;
    std::string bytes;
};

class MessagesFaults : public testing::TestWithParam<Row> {};
TEST_P(MessagesFaults, OnTheWire) {
    const Row& row = GetParam();
    ProviderTest provider;
    Wire wire{provider->port()};
    wire.send(messages(row.model, true));
    EXPECT_EQ(without_ids(wire.read(row.bytes.size())), row.bytes);
    wire.send(messages("server-error", true));
    EXPECT_TRUE(wire.read_to("\r\n").starts_with("HTTP/1.1 500")) << "the next answer begins where this one ends";
}

std::vector<Row> rows() {
    const std::string zeros(16, '0');
    const Events tools_end{ended("tool_use", output(26)), kMessageStop};
    std::string broken = say(":");
    broken = broken.substr(0, broken.size() / 2) + "\n\n";
    return {
        {"ok", stream("ok", kTwo + kRest + kEnd)},
        {"rate-limit", refused("429 Too Many Requests", "rate_limit_error", "Rate limit reached.", "retry-after: 1\r\n")},
        {"overloaded", refused("529 Overloaded", "overloaded_error", "Overloaded")},
        {"server-error", refused("500 Internal Server Error", "api_error", "The server had an error while processing your request.")},
        {"key-refused", refused("401 Unauthorized", "authentication_error", "Incorrect API key provided.")},
        {"forbidden", refused("403 Forbidden", "permission_error", "Your key may not use this model.")},
        {"not-found", refused("404 Not Found", "not_found_error", "The model `not-found` does not exist.")},
        {"too-large", refused("413 Content Too Large", "request_too_large", "Request exceeds the maximum size")},
        {"context-too-long", refused("400 Bad Request", "invalid_request_error", "prompt is too long: 250000 tokens > 200000 maximum")},
        {"content-filter", refused("400 Bad Request", "invalid_request_error", "Output blocked by content filtering policy")},
        {"error-in-200", refused("200 OK", "overloaded_error", "Overloaded")},
        {"cut-clean@2", stream("cut-clean@2", kTwo)},
        {"early-done@2", stream("early-done@2", kTwo + Events{kMessageStop})},
        {"no-done", stream("no-done", kTwo + kRest + Events{ended("end_turn", output(4))})},
        {"error-in-stream@2",
         stream("error-in-stream@2", kTwo + Events{event("error", R"(,"error":{"type":"overloaded_error","message":"Overloaded"})")})},
        {"malformed-chunk@2", stream("malformed-chunk@2", kTwo + Events{broken} + kRest + kEnd)},
        {"no-usage", stream("no-usage", Events{start(""), kBlock, kPing, say("You"), say(" said")} + kRest +
                                            Events{ended("end_turn", ""), kMessageStop})},
        {"wrong-usage", stream("wrong-usage", Events{start(",\"usage\":" + usage(0, 1)), kBlock, kPing, say("You"), say(" said")} + kRest +
                                                  Events{ended("end_turn", output(40)), kMessageStop})},
        {"length@2", stream("length@2", kTwo + Events{kBlockStop, ended("max_tokens", output(2)), kMessageStop})},
        {"duplicate-tool-ids", stream("duplicate-tool-ids", Events{kStart} + call(0, zeros) + call(1, zeros) + tools_end)},
        {"tool-order", stream("tool-order", Events{kStart} + call(1, zeros) + call(0, zeros) + tools_end)},
    };
}

std::string name_of(const testing::TestParamInfo<Row>& info) {
    std::string name = info.param.model;
    std::ranges::replace_if(name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
    return name;
}
INSTANTIATE_TEST_SUITE_P(Mock, MessagesFaults, testing::ValuesIn(rows()), name_of);

TEST(MessagesFaults, ARefusalStopsWithAReasonOfItsOwn) {
    ProviderTest provider;
    Wire wire{provider->port()};
    wire.send(messages("refusal", true));
    EXPECT_TRUE(wire.read_to("0\r\n\r\n").contains(R"("stop_reason":"refusal")"));
}

TEST(MessagesFaults, NoPrefillRefusesABeginningAndNothingElse) {
    ProviderTest provider;
    Wire wire{provider->port()};
    wire.send(messages("no-prefill", false));
    EXPECT_TRUE(wire.read_to("\r\n").starts_with("HTTP/1.1 200"));
    static_cast<void>(wire.read_to("\r\n\r\n"));
    Wire other{provider->port()};
    other.send(
        post("/v1/messages",
             R"({"model":"no-prefill","max_tokens":9,"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"You"}]})",
             "anthropic-version: 2023-06-01\r\n"));
    EXPECT_TRUE(other.read_to("\r\n").starts_with("HTTP/1.1 400"));
}
}  // namespace
}  // namespace rondo::mock
