#include "talk/turn/search.hpp"

#include "base/json_reader.hpp"
#include "base/text/fold.hpp"
#include "base/text/utf8.hpp"
#include "engine/index/snippet.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <climits>

namespace rondo::turn {
namespace {
constexpr std::size_t kSnippetBytes = 120;
constexpr std::int64_t kSessionsAtATime = 64;
constexpr std::int64_t kTurnsAtATime = 200;
constexpr store::Sql kNewestTurns =
    "SELECT number, user_message, record FROM turns WHERE session = ? AND number < ? AND record IS NOT NULL ORDER BY number DESC LIMIT ?";

bool blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// The answer in a stored record; "" when there is none.
std::string answer_in(std::string_view record) {
    const auto decoded = TurnRecord::decode(record);
    if (!decoded) return {};
    boost::system::error_code ec;
    const auto result = boost::json::parse(decoded->result, ec);
    const auto* answer = !ec && result.is_object() ? result.get_object().if_contains("npc_response") : nullptr;
    return answer && answer->is_string() ? std::string{answer->get_string()} : std::string{};
}

/// The newest message of the session that holds the words. `scanned` grows by the turns looked at.
Result<std::optional<FoundSession::Message>> find_message(store::Reader& reader, std::int64_t session, const SearchWords& words,
                                                          std::int64_t& scanned) {
    for (std::int64_t before = INT64_MAX;;) {
        const auto rows = reader.query(kNewestTurns, {session, before, kTurnsAtATime});
        if (!rows) return propagate(rows);
        for (const auto& row : *rows) {
            before = row.integer(0);
            ++scanned;
            // Only a record that holds the words somewhere is worth taking apart.
            if (words.in(row.blob(2))) {
                const std::string answer = answer_in(row.blob(2));
                if (words.in(answer)) return FoundSession::Message{before, false, words.snippet(answer)};
            }
            const std::string user = row.text(1);
            if (words.in(user)) return FoundSession::Message{before, true, words.snippet(user)};
        }
        if (static_cast<std::int64_t>(rows->size()) < kTurnsAtATime) return std::nullopt;
    }
}
}  // namespace

Result<SearchWords> SearchWords::parse(std::string_view text) {
    const auto refuse = [](const char* why) { return fail(json::invalid({{"q", why}})); };
    if (text.size() > kMaxBytes) return refuse("must be at most 200 bytes");
    SearchWords words;
    const std::string folded = text::fold(text);
    for (std::size_t at = 0; at < folded.size();) {
        const auto begin = std::find_if_not(folded.begin() + static_cast<std::ptrdiff_t>(at), folded.end(), blank);
        const auto end = std::find_if(begin, folded.end(), blank);
        if (begin != end) words.words_.emplace_back(begin, end);
        at = static_cast<std::size_t>(end - folded.begin());
    }
    if (words.words_.size() > kMaxWords) return refuse("must be at most 8 words");
    return words;
}

bool SearchWords::in(std::string_view text) const {
    const std::string folded = text::fold(text);
    return std::ranges::all_of(words_, [&](const std::string& word) { return folded.find(word) != std::string::npos; });
}

std::string SearchWords::snippet(std::string_view text) const {
    std::string folded;
    std::vector<std::uint32_t> origin;  // of each folded byte
    for (std::size_t at = 0; at < text.size();) {
        const auto from = static_cast<std::uint32_t>(at);
        if (const char32_t c = text::fold(text::decode(text, at)); c != 0) text::append(folded, c);
        origin.resize(folded.size(), from);
    }
    std::vector<index::Mark> marks;
    for (std::uint32_t term = 0; term < words_.size(); ++term) {
        for (std::size_t at = folded.find(words_[term]); at != std::string::npos; at = folded.find(words_[term], at + 1)) {
            marks.push_back({origin[at], term, 1});
        }
    }
    return index::snippet(text, marks, kSnippetBytes);
}

Result<FoundPage> repository::search(store::Reader& reader, const Scope& caller, Reach reach, const SearchWords& words, std::int64_t before,
                                     std::int64_t limit) {
    FoundPage page;
    std::int64_t scanned = 0;
    for (;;) {
        auto sessions = list(reader, caller, reach, before, kSessionsAtATime);
        if (!sessions) return propagate(sessions);
        for (auto& session : *sessions) {
            if (static_cast<std::int64_t>(page.items.size()) == limit || scanned >= kMaxScanned) {
                page.next = before;
                return page;
            }
            before = session.key;
            ++scanned;  // a session without turns costs something, too
            auto message = find_message(reader, session.key, words, scanned);
            if (!message) return propagate(message);
            if (*message || words.in(session.created.title)) page.items.push_back({std::move(session), std::move(*message)});
        }
        if (static_cast<std::int64_t>(sessions->size()) < kSessionsAtATime) return page;
    }
}
}  // namespace rondo::turn
