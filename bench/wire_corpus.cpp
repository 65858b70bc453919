#include "wire_corpus.hpp"

#include "base/json.hpp"
#include "base/json_reader.hpp"
#include "wire_forms.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace rondo::bench {
namespace {
constexpr std::int64_t kLatest = std::int64_t{1} << 50;

/// What the lines say, one after the other.
class Reader {
public:
    [[nodiscard]] bool take(std::string_view line) {
        if (line.starts_with(R"({"session_id")")) return take_session(line);
        if (line.starts_with(R"({"request_id")")) return take_turn(line);
        return take_frame(line);
    }
    [[nodiscard]] WireCorpus finish() { return std::move(corpus_); }

private:
    bool take_session(std::string_view line) {
        const auto parsed = json::parse(line);
        if (!parsed || !parsed->is_object()) return false;
        std::vector<Fault> faults;
        json::ObjectReader in{parsed->as_object(), "", faults};
        WireCorpus::Session session;
        in.required("session_id", session.session_id, 128);
        in.required("user_id", session.user_id, 128);
        in.finish();
        corpus_.sessions.push_back(std::move(session));
        return faults.empty();
    }

    bool take_turn(std::string_view line) {
        const auto parsed = json::parse(line);
        if (!parsed || !parsed->is_object() || corpus_.sessions.empty()) return false;
        std::vector<Fault> faults;
        json::ObjectReader in{parsed->as_object(), "", faults};
        WireCorpus::Turn turn{.session = corpus_.sessions.size() - 1, .request_id = {}, .trace_id = {}, .timestamp = 0};
        in.required("request_id", turn.request_id, 36);
        in.required("trace_id", turn.trace_id, 32);
        in.required("timestamp", turn.timestamp, 0, kLatest);
        in.finish();
        next_ = turn.timestamp;
        corpus_.turns.push_back(std::move(turn));
        return faults.empty();
    }

    bool take_frame(std::string_view line) {
        if (corpus_.turns.empty()) return false;
        WireCorpus::Message message{.turn = corpus_.turns.size() - 1, .timestamp = next_, .frame = {}};
        if (!google::protobuf::util::JsonStringToMessage({line.data(), line.size()}, &message.frame).ok()) return false;
        next_ += kMessageEvery;
        corpus_.messages.push_back(std::move(message));
        return true;
    }

    WireCorpus corpus_;
    std::int64_t next_{0};
};
}  // namespace

std::string write_wire_corpus(const WireCorpus& corpus) {
    std::string lines;
    std::size_t session = corpus.sessions.size(), turn = corpus.turns.size();  // none yet
    for (const auto& message : corpus.messages) {
        const auto& its_turn = corpus.turns[message.turn];
        if (session != its_turn.session) {
            session = its_turn.session;
            const auto& begun = corpus.sessions[session];
            lines += fmt::format(R"({{"session_id":"{}","user_id":"{}"}})", begun.session_id, begun.user_id) + "\n";
        }
        if (turn != message.turn) {
            turn = message.turn;
            lines += fmt::format(R"({{"request_id":"{}","trace_id":"{}","timestamp":{}}})", its_turn.request_id, its_turn.trace_id,
                                 its_turn.timestamp) +
                     "\n";
        }
        lines += to_lean_json(message.frame) + "\n";
    }
    return lines;
}

Result<WireCorpus> parse_wire_corpus(std::string_view lines) {
    Reader reader;
    for (std::size_t number = 1; !lines.empty(); ++number) {
        const auto end = std::min(lines.find('\n'), lines.size());
        if (!reader.take(lines.substr(0, end))) return fail(Code::data_loss, fmt::format("line {} of the corpus is none", number));
        lines.remove_prefix(std::min(end + 1, lines.size()));
    }
    return reader.finish();
}

Result<WireCorpus> read_wire_corpus(const std::filesystem::path& file) {
    std::ifstream in{file, std::ios::binary};
    if (!in) return fail(Code::not_found, fmt::format("{} cannot be read; name the corpus with --corpus", file.string()));
    const std::string lines{std::istreambuf_iterator<char>{in}, {}};
    return parse_wire_corpus(lines);
}
}  // namespace rondo::bench
