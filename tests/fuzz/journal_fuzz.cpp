// What the disk gives back: journal rows below their checksum, and the records in their bodies.
#include "fuzz/fuzz.hpp"
#include "platform/store/crc32c.hpp"
#include "platform/store/journal.hpp"
#include "platform/store/schema.hpp"
#include "platform/store/sqlite.hpp"
#include "support/temp_folder.hpp"
#include "talk/turn/timeline.hpp"

#include <string>
#include <vector>

namespace rondo::fuzz {
namespace {
constexpr int kRecords = 9;

/// Decodes; an accepted record is written and read again without a difference.
template <class R>
std::optional<R> reread(std::string_view body) {
    auto record = R::decode(body);
    if (!record) {
        expect(record.error().code == Code::data_loss, "a damaged record is data_loss");
        return std::nullopt;
    }
    const std::string written = record->encode();
    const auto again = R::decode(written);
    expect(again && again->encode() == written, "a record reads back as it was written");
    return std::move(*record);
}

void retell(std::string_view body) {
    const auto record = reread<turn::TurnRecord>(body);
    if (!record) return;
    const auto events = turn::retell("s", *record);
    if (!events) return expect(events.error().code == Code::data_loss, "a record that contradicts itself is data_loss");
    expect(!events->empty() && (events->back().type == "completed" || events->back().type == "failed"), "a told turn ends");
}

/// A database with the store's own tables, open for all inputs of this process.
class Journal {
public:
    Journal() : connection_{store::Connection::open(folder_.path() / "fuzz.db", nullptr, store::Connection::Mode::read_write)} {
        expect(connection_.has_value(), "a database opens");
        expect(store::open_schema(*connection_, {}, std::chrono::milliseconds{0}).has_value(), "and has its tables");
    }

    /// Rows are two bytes (seq step, kind), a byte of flags, a length and a body; a flag spoils the checksum.
    void replay(std::string_view input) {
        expect(connection_->execute("BEGIN").has_value(), "a transaction begins");
        std::vector<std::string> bodies;  // of the rows before the first spoiled one
        bool spoiled = false;
        std::int64_t seq = 0;
        while (input.size() >= 4) {
            seq += 1 + choice(input) % 3;
            const int kind = static_cast<int>(choice(input)) - 128;
            const unsigned flags = choice(input);
            const auto body = input.substr(1, static_cast<unsigned char>(input.front()));
            input.remove_prefix(1 + body.size());
            const std::uint32_t sum = store::row_checksum(store::crc32c(body), seq, -7, kind);
            spoiled = spoiled || flags % 8 == 1;
            insert(seq, kind, flags % 8 == 1 ? sum ^ (1U << (flags / 8)) : sum, body);
            if (!spoiled) bodies.emplace_back(body);
        }
        std::size_t read = 0;
        const auto last = store::read_journal(*connection_, 0, -1, INT64_MAX, [&](const store::JournalRow& row) {
            expect(read < bodies.size() && *row.body == bodies[read], "no wrong row is handed over");
            ++read;
        });
        expect(read == bodies.size(), "every sound row before the damage is");
        expect(last.has_value() == !spoiled, "damage is noticed");
        if (!last) expect(last.error().code == Code::data_loss, "and is data_loss");
        expect(connection_->execute("ROLLBACK").has_value(), "nothing is kept");
    }

private:
    void insert(std::int64_t seq, int kind, std::uint32_t crc, std::string_view body) {
        auto row = connection_->prepare("INSERT INTO journal(seq, stream, kind, crc, body) VALUES(?1, -7, ?2, ?3, ?4)");
        expect(row.has_value(), "a row can be written");
        row->bind(1, seq);
        row->bind(2, std::int64_t{kind});
        row->bind(3, std::int64_t{crc});
        row->bind_blob(4, body);
        static_cast<void>(row->step());
    }

    support::TempFolder folder_;
    Result<store::Connection> connection_;
};
}  // namespace

/// The first byte chooses what the rest is.
void run(std::string_view input) {
    static Journal journal;
    switch (choice(input) % (kRecords + 1)) {
        case 0: return journal.replay(input);
        case 1: return retell(input);
        case 2: return static_cast<void>(reread<turn::SessionCreated>(input));
        case 3: return static_cast<void>(reread<turn::TurnAccepted>(input));
        case 4: return static_cast<void>(reread<turn::NodeFinished>(input));
        case 5: return static_cast<void>(reread<turn::DeltaWritten>(input));
        case 6: return static_cast<void>(reread<turn::StopRequested>(input));
        case 7: return static_cast<void>(reread<turn::Restarted>(input));
        case 8: return static_cast<void>(reread<turn::AdviceGiven>(input));
        default: return static_cast<void>(reread<turn::FeedbackGiven>(input));
    }
}
}  // namespace rondo::fuzz
