#pragma once
#include "engine/index/postings.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::index {
struct Document {
    std::string id;
    std::string title;
    std::string text;
};

struct Hit {
    std::size_t doc;      ///< number of the document, in order of add()
    double score;         ///< BM25; comparable within one search only
    double coverage;      ///< share of the query's weight that the document holds, 0..1; comparable between searches
    std::string snippet;  ///< the part of the text around the best match
};

/// Full-text search over some thousand short texts (chunks) held in memory, ranked by BM25.
///
/// Words are folded (base/text) and compared in the singular. Chinese needs no dictionary: ideographs are indexed one by
/// one and in adjacent pairs, so any query of one or two of them finds every document that holds it; in longer queries the
/// single ones count for less. A match in the title counts double.
/// add() needs exclusive access; const use is thread-safe, takes no lock and needs no build step.
class TextIndex {
public:
    struct Config {
        double k1{1.2};                             ///< saturation of repeated terms
        double b{0.75};                             ///< 0: long documents are as good as short ones
        std::size_t snippet_bytes{240};             ///< about 80 Chinese characters; 64 or more
        std::size_t max_document_bytes{1U << 20U};  ///< what follows is not found
        std::size_t max_query_bytes{2'048};         ///< what follows is ignored
    };

    TextIndex() : TextIndex(Config{}) {}
    explicit TextIndex(Config config);

    void add(Document document);

    /// The `k` best documents that hold a term of the query, best first, then by number. Empty when there is none.
    [[nodiscard]] std::vector<Hit> search(std::string_view query, std::size_t k) const;

    /// Precondition: doc < size(). Valid until the next add().
    [[nodiscard]] const Document& document(std::size_t doc) const { return documents_[doc]; }
    [[nodiscard]] std::size_t size() const noexcept { return documents_.size(); }

private:
    struct Scoring;
    void score(std::string_view query, Scoring& scoring) const;
    void add_snippets(Scoring& scoring, std::vector<Hit>& hits) const;

    Config config_;
    std::vector<Document> documents_;
    std::vector<float> lengths_;  // in words and ideographs
    double total_length_{0};
    Postings postings_;
};
}  // namespace rondo::index
