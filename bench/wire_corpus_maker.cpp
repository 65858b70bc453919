#include "base/hex.hpp"
#include "base/rng.hpp"
#include "wire_corpus.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

namespace rondo::bench {
namespace {
constexpr std::size_t kSessions = 10, kTurnsEach = 7, kChineseOfFive = 2;
constexpr std::int64_t kBegin = 1'790'000'000'000;  ///< milliseconds since 1970: some day in 2026
constexpr std::size_t kAnswerPieces = 100;          ///< at least; twice as many at most, and the rest of a sentence
constexpr std::array<const char*, 5> kNodes{"intent", "knowledge", "npc", "coach", "compliance"};

struct Language {
    std::span<const char* const> questions, sentences, advice, intents;
    bool spaces;  ///< between words
};

constexpr std::array kChineseQuestions{"你们的系统能不能和我们现在用的仓库软件连起来？", "价格怎么算？我们有三个厂区，大概两百个人要用。",
                                       "上线要多久？我们年底之前必须用起来。", "如果半路网断了，现场录的数据会不会丢？",
                                       "上一家供应商答应得很好，后来没人管了。你们怎么保证？"};
constexpr std::array kChineseSentences{
    "这个问题问得很实在，很多工厂一开始也担心这一点。",       "我们先把现有的流程画出来，再决定哪一步最值得先改。",
    "第一期只接两条产线，六周以后您就能看到每天的批次报表。", "现场的终端断网以后照样能录，连上以后自己补传，顺序不会乱。",
    "按厂区收费，人数不限，所以增加班组不用再谈价格。",       "您的仓库软件有标准接口，我们做过同一个版本，三天可以联调。",
    "如果六周到了还没有上线，第一年的服务费我们不收。",       "您方便告诉我，去年因为批次查不清楚，一共退了多少次货吗？",
    "那我下周二带工程师过来，和仓库主管一起把接口核对一遍。", "培训分两次：先教班组长，再由他们带着操作工练一个星期。"};
constexpr std::array kChineseAdvice{"先问清楚对方去年的损失，再谈价格；数字由客户自己说出来更有分量。",
                                    "对方提到上一家供应商，这是顾虑，不是要求。先复述一遍，再给出可以核对的承诺。"};
constexpr std::array kChineseIntents{"产品咨询", "价格异议", "上线时间", "信任顾虑"};

constexpr std::array kEnglishQuestions{"Can it talk to the warehouse software we already have?",
                                       "How is it priced? We run three plants and about two hundred people would use it.",
                                       "How long until we are live? It has to work before the end of the year.",
                                       "What happens to the readings on the floor when the network is gone for an hour?",
                                       "The last supplier promised a lot and then nobody answered the phone. Why would you be different?"};
constexpr std::array kEnglishSentences{
    "That is a fair question, and most plants we work with asked it first.",
    "Let us draw the process as it is today before we decide which step is worth changing.",
    "The first phase covers two lines only, and after six weeks you see every batch on one page.",
    "A terminal keeps recording while it is offline and sends what it has, in order, once it is back.",
    "You pay for a plant and not for a person, so another shift costs you nothing more.",
    "Your warehouse software has a documented interface; we have connected the same version in three days.",
    "If you are not live after six weeks, the first year of service is on us.",
    "May I ask how often goods came back last year because a batch could not be traced?",
    "Then I will bring an engineer next Tuesday and go through the interface with your team.",
    "Training comes in two parts: the shift leads first, and a week later they teach their own people."};
constexpr std::array kEnglishAdvice{"Ask what last year's returns cost before you name a price; a number the customer says weighs more.",
                                    "The former supplier is a worry, not a demand. Say it back first, then promise what can be checked."};
constexpr std::array kEnglishIntents{"product_inquiry", "price_objection", "timeline", "trust"};

constexpr Language kChinese{kChineseQuestions, kChineseSentences, kChineseAdvice, kChineseIntents, false};
constexpr Language kEnglish{kEnglishQuestions, kEnglishSentences, kEnglishAdvice, kEnglishIntents, true};

std::string digits(Rng& rng, std::size_t bytes) {
    std::vector<std::uint8_t> random(bytes);
    for (auto& byte : random) byte = static_cast<std::uint8_t>(rng.below(256));
    return to_hex(random);
}

std::string uuid(Rng& rng) {
    std::string text = digits(rng, 16);
    for (const std::size_t dash : {8U, 13U, 18U, 23U}) text.insert(text.begin() + dash, '-');
    text[14] = '4';
    text[19] = 'a';
    return text;
}

std::string bytes_of(std::string_view hex) {
    std::string bytes;
    const auto value = [](char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; };
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) bytes += static_cast<char>(value(hex[i]) * 16 + value(hex[i + 1]));
    return bytes;
}

const char* one_of(std::span<const char* const> texts, Rng& rng) { return texts[rng.below(texts.size())]; }

/// How much of `text` the next token is: a word with the space before it, or one to three Chinese characters.
std::size_t token(std::string_view text, const Language& language, Rng& rng) {
    if (language.spaces) return std::min(text.find(' ', 1), text.size());
    std::size_t end = 0;
    for (auto characters = 1 + rng.below(3); characters > 0 && end < text.size(); --characters) {
        do ++end;
        while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U);
    }
    return end;
}

class Maker {
public:
    WireCorpus make() {
        for (std::size_t session = 0; session < kSessions; ++session) {
            corpus_.sessions.push_back({.session_id = uuid(rng_), .user_id = fmt::format("user-{:06}", rng_.below(1'000'000))});
            seq_ = 0;
            const Language& language = session % 5 < kChineseOfFive ? kChinese : kEnglish;
            for (std::uint32_t turn = 1; turn <= kTurnsEach; ++turn) add_turn(turn, language);
        }
        return std::move(corpus_);
    }

private:
    /// The next message of the turn, an event of the session.
    v1::Frame& add() {
        v1::Frame& frame = add_for_this_connection();
        frame.set_seq(++seq_);
        if (seq_ == 1) frame.set_epoch(1);
        return frame;
    }
    v1::Frame& add_for_this_connection() {
        corpus_.messages.push_back({.turn = corpus_.turns.size() - 1, .timestamp = now_, .frame = {}});
        now_ += kMessageEvery;
        return corpus_.messages.back().frame;
    }

    void add_turn(std::uint32_t number, const Language& language) {
        now_ += static_cast<std::int64_t>(20'000 + rng_.below(60'000));  // the user thinks and writes
        corpus_.turns.push_back(
            {.session = corpus_.sessions.size() - 1, .request_id = uuid(rng_), .trace_id = digits(rng_, 16), .timestamp = now_});
        v1::Accepted& accepted = *add().mutable_accepted();
        accepted.set_turn_number(number);
        accepted.set_parent_turn(number - 1);
        accepted.set_message_id(corpus_.turns.back().request_id);
        accepted.set_trace_id(bytes_of(corpus_.turns.back().trace_id));
        accepted.set_user_message(one_of(language.questions, rng_));

        const char* intent = one_of(language.intents, rng_);
        std::size_t answer_bytes = 0;
        for (const char* node : kNodes) {
            add().mutable_node()->set_name(node);
            if (node == std::string_view{"npc"}) answer_bytes = add_answer(language);
            v1::Node& ended = *add().mutable_node();
            ended.set_name(node);
            ended.set_status("ok");
            if (node == std::string_view{"intent"}) ended.set_label(intent);
            ended.set_duration_ms(quarters(40));
        }
        add_end(number, intent, answer_bytes);
        if (rng_.below(2) == 0) add_advice(number, language);
    }

    std::size_t add_answer(const Language& language) {
        std::size_t pieces = 0, bytes = 0;
        for (const auto wanted = kAnswerPieces + rng_.below(kAnswerPieces + 1); pieces < wanted;) {
            std::string sentence = one_of(language.sentences, rng_);
            if (language.spaces && pieces > 0) sentence.insert(sentence.begin(), ' ');
            for (std::string_view left = sentence; !left.empty();) {
                // Now and then two tokens come together, as they do from a provider.
                auto size = token(left, language, rng_);
                if (rng_.below(5) == 0) size += token(left.substr(size), language, rng_);
                add().mutable_delta()->set_text(std::string{left.substr(0, size)});
                left.remove_prefix(size);
                bytes += size;
                ++pieces;
            }
        }
        return bytes;
    }

    void add_end(std::uint32_t number, const char* intent, std::size_t answer_bytes) {
        v1::Ended& ended = *add().mutable_completed();
        ended.set_turn_number(number);
        ended.set_answer_bytes(static_cast<std::uint32_t>(answer_bytes));
        ended.set_stage("discovery");
        ended.set_intent(intent);
        ended.set_confidence(0.9375F);
        ended.mutable_compliance()->set_risk_level("LOW");
        ended.set_input_tokens(static_cast<std::uint32_t>(400 + rng_.below(800)));
        ended.set_output_tokens(static_cast<std::uint32_t>(answer_bytes / 4));
        ended.set_cost_micros(static_cast<std::int64_t>(500 + rng_.below(4'000)));
        ended.set_task_id(fmt::format("task-{}", digits(rng_, 8)));
        ended.set_ttft_ms(quarters(400));
        ended.set_duration_ms(quarters(8'000));
        ended.set_decision_id(fmt::format("dec-{}", digits(rng_, 8)));
        ended.set_model("rehearsal");

        v1::Usage& usage = *add_for_this_connection().mutable_usage();
        usage.set_turn_number(number);
        usage.set_input_tokens(corpus_.messages[corpus_.messages.size() - 2].frame.completed().input_tokens());
        usage.set_output_tokens(static_cast<std::uint32_t>(answer_bytes / 4));
        usage.set_cost_micros(static_cast<std::int64_t>(500 + rng_.below(4'000)));
        usage.set_used_micros(static_cast<std::int64_t>(100'000 + rng_.below(900'000)));
        usage.set_limit_micros(5'000'000);
        usage.set_resets_at("2026-09-22T00:00:00Z");
    }

    void add_advice(std::uint32_t number, const Language& language) {
        v1::Advice& advice = *add().mutable_advice();
        advice.set_turn_number(number);
        advice.set_task_id(fmt::format("task-{}", digits(rng_, 8)));
        advice.set_text(one_of(language.advice, rng_));
        advice.add_rules("ask-before-telling");
    }

    /// Milliseconds that a float holds exactly.
    float quarters(std::uint64_t below) { return static_cast<float>(rng_.below(4 * below) + 1) / 4; }

    Rng rng_{5};
    WireCorpus corpus_;
    std::int64_t now_{kBegin};
    std::uint32_t seq_{0};
};
}  // namespace

WireCorpus make_wire_corpus() { return Maker{}.make(); }
}  // namespace rondo::bench
