#include "edge/gateway/transcript.hpp"

#include "base/hex.hpp"
#include "base/json_reader.hpp"
#include "edge/gateway/codec.hpp"
#include "platform/store/idempotency.hpp"

#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace rondo::gateway {
namespace {
constexpr std::string_view kBlank = " \t\r\n";

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(kBlank);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

void join(std::string& text, std::string_view more) {
    if (!text.empty()) text += '\n';
    text += more;
}
}  // namespace

Result<Transcript> transcript_of(const llm::ModelRequest& ask) {
    using Role = llm::Message::Role;
    std::vector<Fault> faults;
    if (!ask.tools.empty()) faults.push_back({"/tools", "must be absent: a scenario calls no tools of its caller"});
    Transcript out;
    bool answered = false;  // the message before was the assistant's
    for (const auto& message : ask.messages) {
        if (!message.parts.empty() || message.role == Role::tool || !message.tool_calls.empty()) {
            faults.push_back({"/messages", "must be texts: a scenario reads nothing else"});
            break;
        }
        if (message.role == Role::user) {
            join(out.message, message.text);
            answered = false;
        } else if (message.role == Role::assistant) {
            if (!answered) out.earlier.push_back({.user = std::exchange(out.message, {}), .npc = {}});
            join(out.earlier.back().npc, message.text);
            answered = true;
        }
    }
    if (faults.empty() && (answered || !ask.prefill.empty() || trimmed(out.message).empty()))
        faults.push_back({"/messages", "must end with a message of the user that is not empty"});
    if (out.message.size() > kMaxMessageBytes)
        faults.push_back({"/messages", fmt::format("must end with a message of at most {} bytes", kMaxMessageBytes)});
    if (!faults.empty()) return fail(json::invalid(std::move(faults), "a scenario cannot answer this request"));
    return out;
}

std::string place_name(const Scope& caller, std::string_view scenario, std::span<const turn::SaidBefore> earlier) {
    std::string told;
    const auto add = [&told](std::string_view text) { fmt::format_to(std::back_inserter(told), "{}:{}", text.size(), text); };
    add(caller.tenant.value);
    add(caller.user.value);
    add(scenario);
    for (const auto& said : earlier) {
        add(trimmed(said.user));
        add(trimmed(said.npc));
    }
    return "transcript:" + to_hex(store::Idempotency::digest(told));
}

std::string Place::encode() const { return fmt::format("{} {}", turn, session.value); }

Result<Place> Place::decode(std::string_view text) {
    Place place;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), place.turn);
    const auto used = static_cast<std::size_t>(end - text.data());
    if (error != std::errc{} || used >= text.size()) return fail(Code::data_loss, "a remembered place is damaged");
    place.session = SessionId{text.substr(used + 1)};
    return place;
}
}  // namespace rondo::gateway
