#include "engine/index/text_index.hpp"

#include "base/text/utf8.hpp"
#include "engine/index/snippet.hpp"
#include "engine/index/terms.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <functional>

namespace rondo::index {
namespace {
constexpr float kTitleWeight = 2;
/// A single ideograph of a longer query: enough to find a paraphrase, too little to outweigh a pair.
constexpr float kSingleWeight = 0.25F;

float weight(Term::Kind kind) { return kind == Term::Kind::ideograph ? kSingleWeight : 1.0F; }

struct Occurrence {
    std::uint64_t key;
    std::uint32_t offset;
    bool in_title;
};

/// Each key once, with the greatest of its weights.
struct QueryTerm {
    std::uint64_t key;
    float weight;
};

std::vector<QueryTerm> query_terms(std::string_view query) {
    std::vector<Term> terms;
    find_terms(query, terms);
    std::vector<QueryTerm> distinct;
    distinct.reserve(terms.size());
    for (const Term& term : terms) distinct.push_back({term.key, weight(term.kind)});
    std::ranges::sort(distinct,
                      [](const QueryTerm& a, const QueryTerm& b) { return a.key != b.key ? a.key < b.key : a.weight > b.weight; });
    const auto repeats = std::ranges::unique(distinct, {}, &QueryTerm::key);
    distinct.erase(repeats.begin(), repeats.end());
    return distinct;
}
}  // namespace

struct TextIndex::Scoring {
    struct Found {
        std::uint32_t head;  // of the term's postings
        float weight;
    };
    std::vector<float> scores;  // by document
    std::vector<float> held;    // query weight found, by document
    std::vector<Found> found;
    float whole{0};             // query weight
};

TextIndex::TextIndex(Config config) : config_{config} { assert(config.snippet_bytes >= kLeastSnippetBytes); }

void TextIndex::add(Document document) {
    const auto doc = static_cast<std::uint32_t>(documents_.size());
    std::vector<Occurrence> found;
    std::vector<Term> terms;
    float length = 0;
    const auto collect = [&](std::string_view text, bool title) {
        find_terms(text::prefix(text, config_.max_document_bytes), terms);
        for (const Term& term : terms) {
            found.push_back({term.key, term.offset, title});
            if (term.kind != Term::Kind::pair) ++length;
        }
    };
    collect(document.title, true);
    collect(document.text, false);
    // Offsets of a term must rise; those of the title are not kept.
    std::ranges::sort(found, [](const Occurrence& a, const Occurrence& b) { return a.key != b.key ? a.key < b.key : a.offset < b.offset; });

    std::vector<std::uint32_t> offsets;
    for (std::size_t i = 0; i < found.size();) {
        const std::uint64_t key = found[i].key;
        float frequency = 0;
        offsets.clear();
        for (; i < found.size() && found[i].key == key; ++i) {
            frequency += found[i].in_title ? kTitleWeight : 1.0F;
            if (!found[i].in_title) offsets.push_back(found[i].offset);
        }
        postings_.add(key, doc, frequency, offsets);
    }
    lengths_.push_back(length);
    total_length_ += length;
    documents_.push_back(std::move(document));
}

void TextIndex::score(std::string_view query, Scoring& scoring) const {
    const auto count = static_cast<double>(documents_.size());
    const auto saturation = static_cast<float>(config_.k1 + 1);
    // A document's norm is fixed + slope x length.
    const auto fixed = static_cast<float>(config_.k1 * (1 - config_.b));
    const auto slope = static_cast<float>(total_length_ > 0 ? config_.k1 * config_.b * count / total_length_ : 0);
    scoring.scores.resize(documents_.size());
    scoring.held.resize(documents_.size());
    for (const QueryTerm& term : query_terms(query)) {
        const Postings::List* list = postings_.find(term.key);
        const double documents = list != nullptr ? list->documents : 0;
        const float idf = term.weight * static_cast<float>(std::log(1 + (count - documents + 0.5) / (documents + 0.5)));
        scoring.whole += idf;
        if (list == nullptr) continue;
        scoring.found.push_back({list->head, idf});
        const float factor = idf * saturation;
        for (std::uint32_t at = list->head; at != Postings::kNone; at = postings_[at].next) {
            const Postings::Posting& posting = postings_[at];
            const float norm = fixed + slope * lengths_[posting.doc];
            scoring.scores[posting.doc] += factor * posting.frequency / (posting.frequency + norm);
            scoring.held[posting.doc] += idf;
        }
    }
}

void TextIndex::add_snippets(Scoring& scoring, std::vector<Hit>& hits) const {
    // The rarest terms say where to look, and one that is found everywhere does not.
    constexpr std::size_t kMarkedTerms = 10;
    constexpr std::size_t kMarksPerTerm = 8;
    if (hits.empty()) return;
    const std::size_t terms = std::min(kMarkedTerms, scoring.found.size());
    std::ranges::partial_sort(scoring.found, scoring.found.begin() + static_cast<std::ptrdiff_t>(terms), std::greater<>{},
                              &Scoring::Found::weight);
    std::vector<std::uint32_t> rank(documents_.size(), Postings::kNone);
    for (std::size_t i = 0; i < hits.size(); ++i) rank[hits[i].doc] = static_cast<std::uint32_t>(i);
    std::vector<std::vector<Mark>> marks(hits.size());
    for (std::uint32_t term = 0; term < terms; ++term) {
        for (std::uint32_t at = scoring.found[term].head; at != Postings::kNone; at = postings_[at].next) {
            const Postings::Posting& posting = postings_[at];
            if (rank[posting.doc] == Postings::kNone) continue;
            const auto offsets = postings_.offsets(posting);
            auto& of_hit = marks[rank[posting.doc]];
            of_hit.reserve(kMarkedTerms * kMarksPerTerm);
            for (const std::uint32_t offset : offsets.first(std::min(offsets.size(), kMarksPerTerm))) {
                of_hit.push_back({offset, term, scoring.found[term].weight});
            }
        }
    }
    for (std::size_t i = 0; i < hits.size(); ++i) hits[i].snippet = snippet(documents_[hits[i].doc].text, marks[i], config_.snippet_bytes);
}

std::vector<Hit> TextIndex::search(std::string_view query, std::size_t k) const {
    Scoring scoring;
    score(text::prefix(query, config_.max_query_bytes), scoring);
    std::vector<Hit> hits;
    hits.reserve(static_cast<std::size_t>(std::ranges::count_if(scoring.scores, [](float s) { return s > 0; })));
    for (std::size_t doc = 0; doc < scoring.scores.size(); ++doc) {
        if (scoring.scores[doc] <= 0) continue;
        const float coverage = std::min(1.0F, scoring.held[doc] / scoring.whole);  // the sums may round differently
        hits.push_back({doc, scoring.scores[doc], coverage, {}});
    }
    const auto better = [](const Hit& a, const Hit& b) { return a.score != b.score ? a.score > b.score : a.doc < b.doc; };
    const std::size_t kept = std::min(k, hits.size());
    std::ranges::partial_sort(hits, hits.begin() + static_cast<std::ptrdiff_t>(kept), better);
    hits.resize(kept);
    add_snippets(scoring, hits);
    return hits;
}
}  // namespace rondo::index
