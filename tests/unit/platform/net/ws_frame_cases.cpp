// Frames, lengths, masks, fragments, control frames in between, and closing (RFC 6455, sections 5 and 7).
#include "ws_cases.hpp"

#include <array>

namespace rondo::net {
namespace {
constexpr unsigned kMore = 0, kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10;
constexpr FrameShape kOpen{.final = false};
const std::string kWrong = "violation 1002";

void sizes(std::vector<WsCase>& rows) {
    for (const std::size_t size : {0U, 1U, 7U, 8U, 9U, 125U, 126U, 127U, 128U, 4095U, 4097U, 65'535U, 65'536U, 65'537U, 70'000U}) {
        std::string payload;
        for (std::size_t i = 0; i < size; ++i) payload.push_back(static_cast<char>('a' + i % 23));
        const std::string bytes = std::to_string(size) + " bytes";
        rows.push_back({"a text of " + bytes, client_text(payload), {said("text", payload)}});
        rows.push_back({"a binary message of " + bytes, client_frame(kBinary, payload), {said("binary", payload)}});
    }
    const std::string all_bytes = [] {
        std::string bytes;
        for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
        return bytes;
    }();
    for (const std::string_view mask :
         {std::string_view{"\0\0\0\0", 4}, {"\xff\xff\xff\xff", 4}, {"\x01\x02\x03\x04", 4}, {"\x80\0\0\x01", 4}}) {
        rows.push_back(
            {"every byte comes through any mask", client_frame(kBinary, all_bytes, {.mask = mask}), {said("binary", all_bytes)}});
    }
    const std::string full(kCaseLimit, 'x');
    rows.push_back({"one byte beyond the limit is refused at its length", begun_frame(kText, "", kCaseLimit + 1), {"violation 1009"}});
    rows.push_back({"a huge length is refused at once", begun_frame(kBinary, "", std::size_t{1} << 62U), {"violation 1009"}});
    rows.push_back({"fragments count together", client_frame(kText, full, kOpen) + begun_frame(kMore, "", 1), {"violation 1009"}});
    rows.push_back({"fragments up to the limit are taken",
                    client_frame(kText, full.substr(1), kOpen) + client_frame(kMore, "x"),
                    {said("text", full)}});
}

void forms(std::vector<WsCase>& rows) {
    for (const std::size_t size : {0U, 1U, 125U}) {
        const std::string payload(size, 'a');
        rows.push_back({"a short length in two bytes", client_frame(kText, payload, {.length_bytes = 2}), {kWrong}});
        rows.push_back({"a short length in eight bytes", client_frame(kText, payload, {.length_bytes = 8}), {kWrong}});
    }
    for (const std::size_t size : {126U, 65'535U}) {
        rows.push_back({"a middle length in eight bytes", begun_frame(kBinary, "", size, {.length_bytes = 8}), {kWrong}});
    }
    rows.push_back({"a length with the first bit set", begun_frame(kBinary, "", std::size_t{1} << 63U), {kWrong}});
    rows.push_back({"a length of all ones", begun_frame(kBinary, "", ~std::size_t{0}), {kWrong}});
    for (const unsigned opcode : {kText, kBinary, kClose, kPing, kPong}) {
        rows.push_back({"a frame without a mask", client_frame(opcode, "", {.masked = false}), {kWrong}});
        rows.push_back({"a frame without a mask after a message",
                        client_text("a") + client_frame(opcode, "xy", {.masked = false}),
                        {said("text", "a"), kWrong}});
    }
    rows.push_back(
        {"a continuation without a mask", client_frame(kText, "a", kOpen) + client_frame(kMore, "b", {.masked = false}), {kWrong}});
    for (const unsigned opcode : {3U, 4U, 5U, 6U, 7U, 11U, 12U, 13U, 14U, 15U}) {
        const std::string name = "reserved opcode " + std::to_string(opcode);
        rows.push_back({name, client_frame(opcode, ""), {kWrong}});
        rows.push_back({name + " with a payload, after a message that is answered",
                        client_text("hi") + client_frame(opcode, "xy") + client_frame(kPing, ""),
                        {said("text", "hi"), kWrong}});
        rows.push_back({name + " inside a message", client_frame(kText, "a", kOpen) + client_frame(opcode, ""), {kWrong}});
    }
    for (unsigned reserved = 1; reserved < 8; ++reserved) {
        const FrameShape shape{.reserved = reserved};
        const std::string bits = "reserved bits " + std::to_string(reserved);
        rows.push_back({bits + " on a text", client_frame(kText, "a", shape), {kWrong}});
        rows.push_back({bits + " on a second text: the first is answered",
                        client_text("hi") + client_frame(kText, "a", shape) + client_frame(kPing, ""),
                        {said("text", "hi"), kWrong}});
        rows.push_back({bits + " on a binary message", client_frame(kBinary, "a", shape), {kWrong}});
        rows.push_back({bits + " on a ping", client_frame(kPing, "a", shape), {kWrong}});
        rows.push_back({bits + " on a pong", client_frame(kPong, "", shape), {kWrong}});
        rows.push_back({bits + " on a close", client_frame(kClose, "", shape), {kWrong}});
        rows.push_back({bits + " on a continuation", client_frame(kText, "a", kOpen) + client_frame(kMore, "b", shape), {kWrong}});
    }
}

void controls(std::vector<WsCase>& rows) {
    for (const std::size_t size : {0U, 1U, 5U, 124U, 125U}) {
        const std::string payload(size, '\xfe');
        rows.push_back({"a ping of any bytes is answered with them", client_frame(kPing, payload), {said("ping", payload)}});
        rows.push_back({"an unasked pong is fine", client_frame(kPong, payload), {said("pong", payload)}});
    }
    for (const unsigned opcode : {kClose, kPing, kPong}) {
        rows.push_back({"a control frame of 126 bytes", client_frame(opcode, std::string(126, 'x')), {kWrong}});
        rows.push_back({"a control frame of 70000 bytes", begun_frame(opcode, "", 70'000), {kWrong}});
        rows.push_back({"a control frame with a long form of length", client_frame(opcode, "", {.length_bytes = 2}), {kWrong}});
        rows.push_back({"a fragmented control frame", client_frame(opcode, "", kOpen), {kWrong}});
        rows.push_back(
            {"a fragmented control frame inside a message", client_frame(kText, "a", kOpen) + client_frame(opcode, "", kOpen), {kWrong}});
    }
    std::string pings;
    std::vector<std::string> answers;
    for (int i = 0; i < 10; ++i) {
        pings += client_frame(kPing, std::to_string(i));
        answers.push_back(said("ping", std::to_string(i)));
    }
    rows.push_back({"ten pings at once are answered in their order", pings, answers});
}

void fragments(std::vector<WsCase>& rows) {
    const std::string he = client_frame(kText, "He", kOpen), llo = client_frame(kMore, "llo"), l = client_frame(kMore, "l", kOpen);
    const std::string lo = client_frame(kMore, "lo"), nothing = client_frame(kMore, "", kOpen), end = client_frame(kMore, "");
    const std::string hello = said("text", "Hello"), ping = client_frame(kPing, "?"), pong = client_frame(kPong, "!");
    const std::string pinged = said("ping", "?"), ponged = said("pong", "!");
    rows.push_back({"a text in two fragments", he + llo, {hello}});
    rows.push_back({"a text in three fragments", he + l + lo, {hello}});
    rows.push_back({"empty fragments add nothing", client_frame(kText, "", kOpen) + nothing + nothing + end, {said("text", "")}});
    rows.push_back({"empty fragments among others", he + nothing + l + nothing + lo, {hello}});
    rows.push_back({"an empty last fragment", he + l + client_frame(kMore, "lo", kOpen) + end, {hello}});
    rows.push_back({"a binary message in fragments",
                    client_frame(kBinary, "\xff", kOpen) + client_frame(kMore, "\xfe"),
                    {said("binary", "\xff\xfe")}});
    rows.push_back({"a ping between fragments is answered before the message", he + ping + llo, {pinged, hello}});
    rows.push_back({"pings between all fragments", he + ping + l + ping + lo + ping, {pinged, pinged, hello, pinged}});
    rows.push_back({"a pong between fragments", he + pong + llo, {ponged, hello}});
    rows.push_back({"a message behind a fragmented one", he + llo + client_text("b"), {hello, said("text", "b")}});
    rows.push_back({"two fragmented messages", he + llo + he + l + lo, {hello, hello}});
    rows.push_back({"a continuation of nothing", llo, {kWrong}});
    rows.push_back({"an open continuation of nothing", nothing, {kWrong}});
    rows.push_back({"a continuation behind a whole message", client_text("a") + llo, {said("text", "a"), kWrong}});
    rows.push_back({"a continuation behind a fragmented message", he + llo + llo, {hello, kWrong}});
    rows.push_back({"a continuation behind a ping", ping + end, {pinged, kWrong}});
    rows.push_back({"a text inside a text", he + client_text("b"), {kWrong}});
    rows.push_back({"an open text inside a text", he + he, {kWrong}});
    rows.push_back({"a binary message inside a text", he + client_frame(kBinary, "b"), {kWrong}});
    rows.push_back({"a text inside a binary message", client_frame(kBinary, "b", kOpen) + client_text("a"), {kWrong}});
    rows.push_back({"a close inside a message ends it", he + client_close(1000) + llo, {"close 1000"}});
    std::string many = client_frame(kText, "", kOpen), whole;
    for (int i = 0; i < 500; ++i) {
        many += client_frame(kMore, "ab", kOpen);
        whole += "ab";
    }
    rows.push_back({"five hundred fragments", many + end, {said("text", whole)}});
}
}  // namespace

std::vector<WsCase> frame_cases() {
    std::vector<WsCase> rows;
    sizes(rows);
    forms(rows);
    controls(rows);
    fragments(rows);
    return rows;
}

std::vector<WsCase> close_cases() {
    std::vector<WsCase> rows;
    rows.push_back({"a close without a code", client_frame(kClose, ""), {"close 1005"}});
    rows.push_back({"a close with half a code", client_frame(kClose, "\x03"), {kWrong}});
    for (const unsigned code :
         {1000U, 1001U, 1002U, 1003U, 1007U, 1008U, 1009U, 1010U, 1011U, 1012U, 1013U, 1014U, 3000U, 3999U, 4000U, 4408U, 4999U}) {
        rows.push_back({"a code that may be sent", client_close(code, "bye"), {"close " + std::to_string(code)}});
    }
    for (const unsigned code : {0U, 1U, 999U, 1004U, 1005U, 1006U, 1015U, 1016U, 1100U, 1999U, 2000U, 2999U, 5000U, 9999U, 65'535U}) {
        rows.push_back({"a code that may not be sent: " + std::to_string(code), client_close(code, "bye"), {kWrong}});
    }
    rows.push_back({"a reason of 123 bytes", client_close(1000, std::string(123, 'x')), {"close 1000"}});
    rows.push_back({"a reason of 124 bytes", client_close(1000, std::string(124, 'x')), {kWrong}});
    rows.push_back({"a reason in Chinese", client_close(1001, "再见"), {"close 1001"}});
    rows.push_back({"a reason that is no UTF-8", client_close(1000, "bye \xff"), {"violation 1007"}});
    rows.push_back({"a reason cut inside a character", client_close(1000, "\xe5\x86"), {"violation 1007"}});
    rows.push_back({"a reason with a surrogate", client_close(1000, "\xed\xa0\x80"), {"violation 1007"}});
    rows.push_back({"a bad code is worse than a bad reason", client_close(1005, "\xff"), {kWrong}});
    rows.push_back(
        {"what is said before a close is answered", client_text("last") + client_close(1000), {said("text", "last"), "close 1000"}});
    rows.push_back({"a message behind a close means nothing", client_close(1000) + client_text("late"), {"close 1000"}});
    rows.push_back({"a ping behind a close means nothing", client_close(1000) + client_frame(kPing, "late"), {"close 1000"}});
    rows.push_back({"a second close means nothing", client_close(1000) + client_close(1001), {"close 1000"}});
    rows.push_back({"rubbish behind a close means nothing", client_close(1000) + std::string(64, '\xff'), {"close 1000"}});
    return rows;
}
}  // namespace rondo::net
