#include "wire.hpp"

#include "edge/mock/fault.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>
#include <vector>

/// Every fault, byte for byte, as a caller of a streamed chat completion meets it.
namespace rondo::mock {
namespace {
using Events = std::vector<std::string>;

std::string event(std::string_view delta, std::string_view finish = "null") {
    return fmt::format(R"(data: {{"id":"chatcmpl-0000000000000000","object":"chat.completion.chunk","created":1767225600,"model":"MODEL",)"
                       R"("system_fingerprint":"fp_rondo_mock","choices":[{{"index":0,"delta":{},"logprobs":null,"finish_reason":{}}}]}})"
                       "\n\n",
                       delta, finish);
}
std::string say(std::string_view text) { return event(fmt::format(R"({{"content":"{}"}})", text)); }

const std::string kRole = event(R"({"role":"assistant","content":"","refusal":null})");
const std::string kStop = event("{}", R"("stop")");
const std::string kDone = "data: [DONE]\n\n";
const std::string kHead =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\nx-request-id: req_0000000000000000\r\nopenai-processing-ms: 0\r\n"
    "x-ratelimit-limit-requests: 10000\r\nx-ratelimit-remaining-requests: 9999\r\nx-ratelimit-reset-requests: 6ms\r\n";

/// A chunked stream of these events; `clean`: with the chunk that ends it.
std::string stream(std::string_view model, const Events& events, bool clean = true) {
    std::string bytes = kHead + "transfer-encoding: chunked\r\n\r\n";
    for (std::string text : events) {
        if (const auto at = text.find("MODEL"); at != text.npos) text.replace(at, 5, model);
        bytes += chunk(text);
    }
    return clean ? bytes + "0\r\n\r\n" : bytes;
}

std::string refused(std::string_view status, std::string_view error, std::string_view more = "") {
    const std::string body = fmt::format(R"({{"error":{}}})", error);
    return fmt::format(
        "HTTP/1.1 {}\r\ncontent-type: application/json\r\nx-request-id: req_0000000000000000\r\n{}content-length: {}\r\n\r\n{}", status,
        more, body.size(), body);
}

std::string crlf(std::string_view event) {
    std::string out = ": keep-alive\r\n";
    for (const char c : event) {
        if (c == '\n') out += '\r';
        out += c;
    }
    if (const auto comma = out.find(','); comma != out.npos) out.insert(comma + 1, "\r\ndata: ");
    return out;
}

std::string named(std::string text, std::string_view model) { return text.replace(text.find("MODEL"), 5, model); }

struct Row {
    const char* model;
    std::string bytes;
    Ending ending;  ///< open: the next request on the connection is answered, or nothing more comes (`silent`)
    bool silent{false};
    std::size_t before{0};  ///< attempts of the same request that went before
};

class ChatFaults : public testing::TestWithParam<Row> {};
TEST_P(ChatFaults, OnTheWire) {
    const Row& row = GetParam();
    ProviderTest provider;
    for (std::size_t i = 0; i < row.before; ++i) {
        Wire earlier{provider->port()};
        earlier.send(chat(row.model, true));
        static_cast<void>(earlier.read_to("HTTP/1.1"));
        static_cast<void>(provider.ended(i + 1));
    }
    Wire wire{provider->port()};
    wire.send(chat(row.model, true));
    EXPECT_EQ(without_ids(wire.read(row.bytes.size())), row.bytes);
    if (row.silent) {
        ASSERT_TRUE(provider->wait_for([](const auto& attempts) { return attempts.size() == 1; }, kPatience));
        EXPECT_FALSE(provider->attempts().front().ended) << "it keeps silent as long as the caller waits";
        wire.close();
        EXPECT_TRUE(provider.ended(1).front().left_early);
    } else if (row.ending == Ending::open) {
        wire.send(chat("server-error", true));
        EXPECT_TRUE(wire.read_to("\r\n").starts_with("HTTP/1.1 500")) << "the next answer begins where this one ends";
    } else {
        EXPECT_EQ(wire.ending(), row.ending);
        EXPECT_FALSE(provider.ended(row.before + 1).back().left_early);
    }
}

const Events kWhole{kRole, say("You"), say(" said"), say(":"), say(" hi"), kStop, kDone};
const Events kTwo{kRole, say("You"), say(" said")};
Events with(Events events, const Events& more) {
    events.insert(events.end(), more.begin(), more.end());
    return events;
}

std::string call(int index, std::string_view id_and_name, std::string_view arguments) {
    return event(id_and_name.empty() ? fmt::format(R"({{"tool_calls":[{{"index":{},"function":{{"arguments":"{}"}}}}]}})", index, arguments)
                                     : fmt::format(R"({{"tool_calls":[{{"index":{},{},"function":{{"name":"lookup","arguments":""}}}}]}})",
                                                   index, id_and_name));
}
const std::string kCallId = R"("id":"call_0000000000000000","type":"function")";
Events calls(int first, int second) {
    const char* const begin = R"({\"query\")";
    const char* const end = R"(:\"rondo\"})";
    return {event(R"({"role":"assistant","content":null})"),
            call(first, kCallId, ""),
            call(second, kCallId, ""),
            call(first, "", begin),
            call(second, "", begin),
            call(first, "", end),
            call(second, "", end),
            event("{}", R"("tool_calls")"),
            kDone};
}

const std::string kBusy =
    R"({"message":"The engine is currently overloaded, please try again later.","type":"server_error","param":null,"code":null})";
const std::string kFailed =
    R"({"message":"The server had an error while processing your request.","type":"server_error","param":null,"code":null})";
const std::string kLimited = R"({"message":"Rate limit reached.","type":"requests","param":null,"code":"rate_limit_exceeded"})";

std::vector<Row> rows() {
    const auto half = [](const std::string& text) { return text.substr(0, text.size() / 2) + "\n\n"; };
    const std::string slow = stream("slow-body@50", {kRole});
    Events odd;
    for (const auto& one : kWhole) odd.push_back(one.contains("MODEL") ? crlf(named(one, "odd-framing")) : crlf(one));
    return {
        {"ok", stream("ok", kWhole), Ending::open},
        {"some-model", stream("some-model", kWhole), Ending::open},
        {"rate-limit@7", refused("429 Too Many Requests", kLimited, "retry-after: 7\r\n"), Ending::open},
        {"rate-limit-bare", refused("429 Too Many Requests", kLimited), Ending::open},
        {"unavailable", refused("503 Service Unavailable", kBusy), Ending::open},
        {"server-error", refused("500 Internal Server Error", kFailed), Ending::open},
        {"overloaded", refused("529 Overloaded", R"({"message":"Overloaded","type":"server_error","param":null,"code":null})"),
         Ending::open},
        {"key-refused",
         refused("401 Unauthorized",
                 R"({"message":"Incorrect API key provided.","type":"invalid_request_error","param":null,"code":"invalid_api_key"})"),
         Ending::open},
        {"forbidden",
         refused("403 Forbidden", R"({"message":"Your key may not use this model.","type":"permission_error","param":null,"code":null})"),
         Ending::open},
        {"not-found",
         refused(
             "404 Not Found",
             R"({"message":"The model `not-found` does not exist.","type":"invalid_request_error","param":"model","code":"model_not_found"})"),
         Ending::open},
        {"too-large",
         refused(
             "413 Content Too Large",
             R"({"message":"Request exceeds the maximum size","type":"invalid_request_error","param":null,"code":"request_too_large"})"),
         Ending::open},
        {"context-too-long",
         refused("400 Bad Request",
                 R"({"message":"This model's maximum context length is 8192 tokens. Please reduce the length of the messages.",)"
                 R"("type":"invalid_request_error","param":"messages","code":"context_length_exceeded"})"),
         Ending::open},
        {"no-prefill", stream("no-prefill", kWhole), Ending::open},
        {"flaky-2", refused("503 Service Unavailable", kBusy), Ending::open},
        {"flaky-2", refused("503 Service Unavailable", kBusy), Ending::open, false, 1},
        {"flaky-2", stream("flaky-2", kWhole), Ending::open, false, 2},
        {"flaky-2", refused("503 Service Unavailable", kBusy), Ending::open, false, 3},
        {"reset-before-head", "", Ending::reset},
        {"reset-after-head", kHead + "transfer-encoding: chunked\r\n\r\n", Ending::reset},
        {"reset-mid-stream@2", stream("reset-mid-stream@2", kTwo, false), Ending::reset},
        {"hang", "", Ending::open, true},
        {"slow-first-token@3", stream("slow-first-token@3", kWhole), Ending::open},
        {"stall@2", stream("stall@2", kTwo, false), Ending::open, true},
        {"stall@0", stream("stall@0", {kRole}, false), Ending::open, true},
        {"cut@2", stream("cut@2", kTwo, false), Ending::closed},
        {"cut@99", stream("cut@99", {kRole, say("You"), say(" said"), say(":"), say(" hi"), kStop}, false), Ending::closed},
        {"cut-once@2", stream("cut-once@2", kTwo, false), Ending::closed},
        {"cut-once@2", stream("cut-once@2", kWhole), Ending::open, false, 1},
        {"cut-clean@2", stream("cut-clean@2", kTwo), Ending::open},
        {"close-after", stream("close-after", kWhole), Ending::closed},
        {"redirect",
         "HTTP/1.1 307 Temporary Redirect\r\ncontent-type: application/json\r\nlocation: /redirected/v1/chat/completions\r\n"
         "content-length: 2\r\n\r\n{}",
         Ending::open},
        {"slow-body@50", slow.substr(0, slow.find("\r\n\r\n") + 8), Ending::open, true},
        {"split-utf8", stream("split-utf8", kWhole), Ending::open},
        {"odd-framing", stream("odd-framing", odd), Ending::open},
        {"malformed-chunk@2",
         stream("malformed-chunk@2", with(kTwo, {half(named(say(":"), "malformed-chunk@2")), say(":"), say(" hi"), kStop, kDone})),
         Ending::open},
        {"wrong-type",
         "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: 55\r\n\r\n"
         "<!doctype html><title>Welcome</title><p>Please sign in.",
         Ending::open},
        {"empty-body", kHead + "transfer-encoding: chunked\r\n\r\n0\r\n\r\n", Ending::open},
        {"huge-chunk@9", stream("huge-chunk@9", {kRole, say("You"), say(" said"), say(":"), say(" hixxxxxxxxx"), kStop, kDone}),
         Ending::open},
        {"error-in-200", refused("200 OK", R"({"message":"Overloaded","type":"server_error","param":null,"code":null})"), Ending::open},
        {"error-in-stream@2", stream("error-in-stream@2", with(kTwo, {"data: {\"error\":" + kFailed + "}\n\n"})), Ending::open},
        {"early-done@2", stream("early-done@2", with(kTwo, {kDone})), Ending::open},
        {"no-done", stream("no-done", {kRole, say("You"), say(" said"), say(":"), say(" hi"), kStop}), Ending::open},
        {"duplicate-tool-ids", stream("duplicate-tool-ids", calls(0, 1)), Ending::open},
        {"tool-order", stream("tool-order", calls(1, 0)), Ending::open},
        {"parallel-tools", stream("parallel-tools", calls(0, 1)), Ending::open},
        {"wrong-usage", stream("wrong-usage", kWhole), Ending::open},
        {"no-usage", stream("no-usage", kWhole), Ending::open},
        {"refusal",
         stream("refusal",
                {event(R"({"role":"assistant","refusal":""})"), event(R"({"refusal":"I"})"), event(R"({"refusal":"'"})"),
                 event(R"({"refusal":"m"})"), event(R"({"refusal":" sorr"})"), event(R"({"refusal":"y"})"), event(R"({"refusal":","})"),
                 event(R"({"refusal":" but"})"), event(R"({"refusal":" I"})"), event(R"({"refusal":" can"})"), event(R"({"refusal":"'"})"),
                 event(R"({"refusal":"t"})"), event(R"({"refusal":" help"})"), event(R"({"refusal":" with"})"),
                 event(R"({"refusal":" that"})"), event(R"({"refusal":"."})"), kStop, kDone}),
         Ending::open},
        {"content-filter@2", stream("content-filter@2", with(kTwo, {event("{}", R"("content_filter")"), kDone})), Ending::open},
        {"length@2", stream("length@2", with(kTwo, {event("{}", R"("length")"), kDone})), Ending::open},
        {"pace@1", stream("pace@1", kWhole), Ending::open},
    };
}

std::string name_of(const testing::TestParamInfo<Row>& info) {
    std::string name = fmt::format("{}_{}", info.param.model, info.param.before);
    std::ranges::replace_if(name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
    return name;
}
INSTANTIATE_TEST_SUITE_P(Mock, ChatFaults, testing::ValuesIn(rows()), name_of);

TEST(ChatFaults, HaveARowEach) {
    std::set<Fault> shown;
    for (const Row& row : rows()) shown.insert(choose_fault(row.model)->fault);
    shown.insert(Fault::gzip);  // PlanTest reads what it packs
    for (const FaultInfo& fault : faults()) EXPECT_TRUE(shown.contains(fault.fault)) << fault.name;
}
}  // namespace
}  // namespace rondo::mock
