#include "stream_meter.hpp"

namespace rondo::bench {
namespace {
/// Up to the quotation mark that ends a JSON string.
std::size_t string_bytes(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2U : 1U;
    return at;
}
}  // namespace

std::size_t StreamMeter::take(std::string_view body) {
    constexpr std::string_view kEnd = "\n\n";
    std::size_t taken = 0;
    for (std::size_t end = 0; (end = body.find(kEnd, taken)) != std::string_view::npos; taken = end + kEnd.size())
        look_at(body.substr(taken, end - taken));
    return taken;
}

void StreamMeter::look_at(std::string_view event) {
    if (event == "data: [DONE]") {
        done_ = true;
        return;
    }
    done_ = false;
    constexpr std::string_view kText = R"("content":")", kFinish = R"("finish_reason":")";
    if (const auto found = event.find(kText); found != std::string_view::npos) {
        const auto bytes = string_bytes(event.substr(found + kText.size()));
        text_ += bytes;
        pieces_ += bytes > 0 ? 1 : 0;
    }
    if (event.find(kFinish) != std::string_view::npos) finished_ = true;
}
}  // namespace rondo::bench
