// Compressed messages, with permessage-deflate agreed on (RFC 7692); those of section 7.2.3 among them.
#include "platform/net/web_socket_deflate.hpp"
#include "ws_cases.hpp"

namespace rondo::net {
namespace {
constexpr unsigned kMore = 0, kText = 1, kBinary = 2, kPing = 9;
constexpr FrameShape kPacked{.reserved = 4}, kPackedOpen{.final = false, .reserved = 4}, kOpen{.final = false};
const std::string kWrong = "violation 1002", kBroken = "violation 1007", kTooLong = "violation 1009";
const std::string kHello{"\xf2\x48\xcd\xc9\xc9\x07\x00", 7};

std::string bytes(std::initializer_list<int> values) {
    std::string text;
    for (const int value : values) text.push_back(static_cast<char>(value));
    return text;
}

std::string packed(std::string_view data) {
    std::string out;
    return deflate_message(data, 15, out) ? out : "did not gain";
}

void readable(std::vector<WsCase>& rows) {
    const std::string hello = said("text", "Hello");
    const auto text = [&](std::string claim, const std::string& payload, std::string heard) {
        rows.push_back({std::move(claim), client_frame(kText, payload, kPacked), {std::move(heard)}, true});
    };
    text("one block", kHello, hello);
    text("a stored block", bytes({0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00}), hello);
    text("a block that says it is the last", bytes({0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00}), hello);
    text("such a block without the byte that follows it", bytes({0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00}), hello);
    text("two blocks", bytes({0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00}), hello);
    text("a last block and one more", bytes({0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00}) + kHello, said("text", "HelloHello"));
    text("two last blocks and one more",
         bytes({0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00}) + kHello,
         said("text", "HelloHelloHello"));
    text("a last stored block", bytes({0x01, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00}), hello);
    text("an empty message", bytes({0x00}), said("text", ""));
    text("an empty message of an empty block", bytes({0x02, 0x00}), said("text", ""));
    text("no byte at all", "", said("text", ""));
    rows.push_back({"a fragmented message",
                    client_frame(kText, kHello.substr(0, 3), kPackedOpen) + client_frame(kMore, kHello.substr(3)),
                    {hello},
                    true});
    std::string bytewise;
    for (std::size_t i = 0; i < kHello.size(); ++i) {
        bytewise +=
            client_frame(i == 0 ? kText : kMore, kHello.substr(i, 1), {.final = i + 1 == kHello.size(), .reserved = i == 0 ? 4U : 0U});
    }
    rows.push_back({"a fragment for each byte", bytewise, {hello}, true});
    rows.push_back(
        {"a ping between fragments",
         client_frame(kText, kHello.substr(0, 3), kPackedOpen) + client_frame(kPing, "?") + client_frame(kMore, kHello.substr(3)),
         {said("ping", "?"), hello},
         true});
    rows.push_back({"empty fragments",
                    client_frame(kText, "", kPackedOpen) + client_frame(kMore, kHello, kOpen) + client_frame(kMore, ""),
                    {hello},
                    true});
    rows.push_back({"a message that is not compressed", client_text("Hello"), {hello}, true});
    rows.push_back({"both kinds in turn",
                    client_frame(kText, kHello, kPacked) + client_text("plain") + client_frame(kText, kHello, kPacked),
                    {hello, said("text", "plain"), hello},
                    true});
    rows.push_back(
        {"a fragmented message that is not compressed", client_frame(kText, "He", kOpen) + client_frame(kMore, "llo"), {hello}, true});
    std::string prose;
    while (prose.size() < 60'000) prose += "压缩 is worth it " + std::to_string(prose.size() % 977) + "; ";
    for (const std::size_t size : {10U, 100U, 1000U, 10'000U, 60'000U}) {
        const std::string part(size, 'z');
        rows.push_back({std::to_string(size) + " equal bytes", client_frame(kBinary, packed(part), kPacked), {said("binary", part)}, true});
    }
    rows.push_back({"long prose", client_frame(kText, packed(prose), kPacked), {said("text", prose)}, true});
    const std::string full(kCaseLimit, 'x');
    rows.push_back({"a message at the limit", client_frame(kText, packed(full), kPacked), {said("text", full)}, true});
}

void refused(std::vector<WsCase>& rows) {
    const auto text = [&](std::string claim, const std::string& payload, const std::string& heard) {
        rows.push_back({std::move(claim), client_frame(kText, payload, kPacked), {heard}, true});
    };
    rows.push_back({"RSV1 on a continuation",
                    client_frame(kText, kHello.substr(0, 3), kPackedOpen) + client_frame(kMore, kHello.substr(3), kPacked),
                    {kWrong},
                    true});
    rows.push_back({"RSV1 on a continuation of a plain message",
                    client_frame(kText, "a", kOpen) + client_frame(kMore, kHello, kPacked),
                    {kWrong},
                    true});
    for (const unsigned opcode : {8U, 9U, 10U}) {
        rows.push_back({"RSV1 on a control frame", client_frame(opcode, "", kPacked), {kWrong}, true});
        rows.push_back({"RSV2 on a control frame", client_frame(opcode, "", {.reserved = 2}), {kWrong}, true});
    }
    for (const unsigned reserved : {1U, 2U, 3U, 5U, 6U, 7U}) {
        rows.push_back({"RSV2 or RSV3", client_frame(kText, kHello, {.reserved = reserved}), {kWrong}, true});
    }
    text("a block type there is not", bytes({0x07, 0x00}), kBroken);
    text("a stored block with a wrong length", bytes({0x00, 0x05, 0x00, 0xfa, 0xfe, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00}), kBroken);
    text("a stored block that is cut", bytes({0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65}), kBroken);
    text("a message cut inside a code", kHello.substr(0, 4), kBroken);
    text("a message cut before its end of block", bytes({0xf2, 0x48, 0xcd, 0xc9, 0xc9}), kBroken);
    text("the ending that should have been taken off", kHello.substr(0, 6) + bytes({0x00, 0x00, 0x00, 0xff, 0xff}), kBroken);
    text("a reference to the message before, whose context is gone", bytes({0xf2, 0x00, 0x11, 0x00, 0x00}), kBroken);
    rows.push_back({"the same behind that message",
                    client_frame(kText, kHello, kPacked) + client_frame(kText, bytes({0xf2, 0x00, 0x11, 0x00, 0x00}), kPacked),
                    {said("text", "Hello"), kBroken},
                    true});
    text("bytes that were never deflated", "plain text, compressed by nobody", kBroken);
    text("tables that make no code", bytes({0xed, 0xbf, 0xbf, 0xff, 0xff, 0xff}), kBroken);
    rows.push_back({"a broken block before the message has ended", client_frame(kText, bytes({0x07, 0x00}), kPackedOpen), {kBroken}, true});
    std::string no_text;
    const std::string repeated = "some text " + std::string(50, '\xff');
    no_text = packed(repeated);
    text("no UTF-8 inside", no_text, kBroken);
    rows.push_back({"the same in binary", client_frame(kBinary, no_text, kPacked), {said("binary", repeated)}, true});
    text("a character cut at the end", bytes({0x00, 0x02, 0x00, 0xfd, 0xff, 0xe4, 0xbd, 0x00}), kBroken);
    rows.push_back({"no UTF-8 inside, before the message has ended",
                    client_frame(kText, bytes({0x00, 0x02, 0x00, 0xfd, 0xff, 0x41, 0xff, 0x00, 0x00, 0x00, 0xff, 0xff}), kPackedOpen),
                    {kBroken},
                    true});
    rows.push_back({"one byte beyond the limit", client_frame(kText, packed(std::string(kCaseLimit + 1, 'x')), kPacked), {kTooLong}, true});
    const std::string bomb = packed(std::string(4U << 20U, '\0'));
    rows.push_back({"a bomb", client_frame(kBinary, bomb, kPacked), {kTooLong}, true});
    rows.push_back({"a bomb that has only begun", begun_frame(kBinary, bomb.substr(0, 2000), bomb.size(), kPackedOpen), {kTooLong}, true});
    rows.push_back({"plain messages have the limit too", begun_frame(kText, "", kCaseLimit + 1), {kTooLong}, true});
    rows.push_back({"what was said before a broken message is answered",
                    client_text("a") + client_frame(kText, bytes({0x07, 0x00}), kPacked),
                    {said("text", "a"), kBroken},
                    true});
}
}  // namespace

std::vector<WsCase> deflate_cases() {
    std::vector<WsCase> rows;
    readable(rows);
    refused(rows);
    return rows;
}
}  // namespace rondo::net
