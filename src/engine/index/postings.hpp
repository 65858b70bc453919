#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// Inside of TextIndex: which documents hold a term, and where.
namespace rondo::index {
/// An inverted index in four flat arrays, so that many short documents cost little more than their terms. Documents are
/// added in rising order. Const use is thread-safe.
class Postings {
public:
    static constexpr std::uint32_t kNone = ~std::uint32_t{0};

    /// One term in one document.
    struct Posting {
        std::uint32_t doc;
        float frequency;         ///< occurrences, those in the title weighted
        std::uint32_t position;  ///< of the first of its offsets in the positions array
        std::uint32_t count;     ///< of offsets
        std::uint32_t next;      ///< the same term's posting of the next document, or kNone
    };
    struct List {
        std::uint64_t key{0};  ///< 0: an empty place in the table
        std::uint32_t head{kNone}, tail{kNone};
        std::uint32_t documents{0};
    };

    /// `offsets` are those in the document's text, rising.
    void add(std::uint64_t key, std::uint32_t doc, float frequency, std::span<const std::uint32_t> offsets);

    [[nodiscard]] const List* find(std::uint64_t key) const noexcept;  ///< null when no document holds the term
    [[nodiscard]] const Posting& operator[](std::uint32_t posting) const noexcept { return postings_[posting]; }
    [[nodiscard]] std::span<const std::uint32_t> offsets(const Posting& posting) const noexcept {
        return std::span{positions_}.subspan(posting.position, posting.count);
    }

private:
    [[nodiscard]] std::size_t place(std::uint64_t key) const noexcept;
    void grow();

    std::vector<List> table_;  // open addressing, a power of two, at most 3/4 full
    std::size_t used_{0};
    std::vector<Posting> postings_;
    std::vector<std::uint32_t> positions_;
};
}  // namespace rondo::index
