#include "wire_corpus.hpp"

#include "wire_forms.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>

namespace rondo::bench {
namespace {
std::string committed() {
    std::ifstream file{RONDO_SOURCE_DIR "/bench/corpora/wire.jsonl", std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// FNV-1a, 64 bits.
std::uint64_t checksum(std::string_view bytes) {
    std::uint64_t sum = 0xcbf29ce484222325ULL;
    for (const char byte : bytes) sum = (sum ^ static_cast<unsigned char>(byte)) * 0x100000001b3ULL;
    return sum;
}

// Figures of different days can be compared only as long as the corpus is the same.
TEST(WireCorpus, IsTheCommittedFileAndNeverChanges) {
    const std::string file = committed();
    EXPECT_EQ(checksum(file), 0xba21e3e7baf4839cULL);
    EXPECT_TRUE(file == write_wire_corpus(make_wire_corpus())) << "rondo-bench ws --write-corpus bench/corpora/wire.jsonl makes it anew";
}

TEST(WireCorpus, ReadsBackAsItWasMade) {
    const auto made = make_wire_corpus();
    const auto read = parse_wire_corpus(committed());
    ASSERT_TRUE(read) << read.error().message;
    ASSERT_EQ(read->messages.size(), made.messages.size());
    EXPECT_EQ(read->sessions.size(), made.sessions.size());
    for (std::size_t i = 0; i < made.messages.size(); ++i) {
        ASSERT_EQ(to_pb(read->messages[i].frame), to_pb(made.messages[i].frame)) << i;
        ASSERT_EQ(to_flat_json(*read, read->messages[i]), to_flat_json(made, made.messages[i])) << i;
    }
}

TEST(WireCorpus, HasTheShapeOfTheTrafficItStandsFor) {
    const auto corpus = make_wire_corpus();
    std::map<std::string, double> kinds;
    double chinese = 0;
    for (const auto& message : corpus.messages) {
        ++kinds[body_name(message.frame)];
        if (corpus.turns[message.turn].session % 5 < 2) ++chinese;
    }
    const auto messages = static_cast<double>(corpus.messages.size());
    EXPECT_GE(messages, 10'000);
    EXPECT_NEAR(kinds["delta"] / messages, 0.92, 0.01);
    EXPECT_NEAR(chinese / messages, 0.4, 0.03);
    EXPECT_EQ(kinds["accepted"], 70);
    EXPECT_EQ(kinds["completed"], 70);
}

TEST(WireCorpus, ALineThatIsNoneIsRefusedByItsNumber) {
    const std::string session = R"({"session_id":"s","user_id":"u"})"
                                "\n";
    const std::string turn = R"({"request_id":"r","trace_id":"t","timestamp":1})"
                             "\n";
    struct Row {
        const char* claim;
        std::string lines;
        const char* place;
    };
    for (const auto& [claim, lines, place] : {
             Row{"a frame before any turn", session + "{\"seq\":1}\n", "line 2"},
             Row{"a turn before any session", turn, "line 1"},
             Row{"a field nobody knows", session + turn + "{\"seq\":1}\n{\"sequence\":1}\n", "line 4"},
             Row{"no JSON", session + turn + "seq 1\n", "line 3"},
         }) {
        const auto parsed = parse_wire_corpus(lines);
        ASSERT_FALSE(parsed) << claim;
        EXPECT_EQ(parsed.error().code, Code::data_loss) << claim;
        EXPECT_NE(parsed.error().message.find(place), std::string::npos) << claim << ": " << parsed.error().message;
    }
}

TEST(WireForms, TheFlatEnvelopeRepeatsWhatRondoSaysOnce) {
    const auto corpus = parse_wire_corpus(
        "{\"session_id\":\"s-1\",\"user_id\":\"u-1\"}\n{\"request_id\":\"r-1\",\"trace_id\":\"t-1\",\"timestamp\":1000}\n"
        "{\"seq\":7,\"delta\":{\"text\":\"你好\"}}\n{\"seq\":8,\"completed\":{\"turnNumber\":2}}\n");
    ASSERT_TRUE(corpus);
    EXPECT_EQ(to_flat_json(*corpus, corpus->messages[0]),
              R"({"version":"2.0","type":"delta","payload":{"session_id":"s-1","user_id":"u-1","text":"你好"},)"
              R"("trace_id":"t-1","request_id":"r-1","timestamp":1000})");
    EXPECT_EQ(to_flat_json(*corpus, corpus->messages[1]),
              R"({"version":"2.0","type":"completed","payload":{"session_id":"s-1","user_id":"u-1","turn_number":2},)"
              R"("trace_id":"t-1","request_id":"r-1","timestamp":1040})");
    EXPECT_EQ(to_pb(corpus->messages[0].frame), "\x08\x07\x22\x08\x0a\x06你好");
}

TEST(WireForms, AFrameHasTheHeaderOfItsLength) {
    struct Row {
        std::size_t payload, framed;
    };
    for (const auto& [payload, on_the_wire] : {Row{0, 2}, Row{125, 127}, Row{126, 130}, Row{65'535, 65'539}, Row{65'536, 65'546}}) {
        EXPECT_EQ(framed(payload), on_the_wire);
    }
}
}  // namespace
}  // namespace rondo::bench
