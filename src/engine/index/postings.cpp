#include "engine/index/postings.hpp"

#include <utility>

namespace rondo::index {
/// Where `key` is or would be.
std::size_t Postings::place(std::uint64_t key) const noexcept {
    const std::size_t mask = table_.size() - 1;
    std::size_t at = (key >> 1U) & mask;
    while (table_[at].key != 0 && table_[at].key != key) at = (at + 1) & mask;
    return at;
}

void Postings::grow() {
    std::vector<List> old = std::exchange(table_, std::vector<List>(table_.empty() ? 64 : 2 * table_.size()));
    for (const List& list : old) {
        if (list.key != 0) table_[place(list.key)] = list;
    }
}

void Postings::add(std::uint64_t key, std::uint32_t doc, float frequency, std::span<const std::uint32_t> offsets) {
    if (4 * (used_ + 1) > 3 * table_.size()) grow();
    List& list = table_[place(key)];
    const auto added = static_cast<std::uint32_t>(postings_.size());
    postings_.push_back({doc, frequency, static_cast<std::uint32_t>(positions_.size()), static_cast<std::uint32_t>(offsets.size()), kNone});
    positions_.insert(positions_.end(), offsets.begin(), offsets.end());
    if (list.key == 0) {
        list.key = key;
        list.head = added;
        ++used_;
    } else {
        postings_[list.tail].next = added;
    }
    list.tail = added;
    ++list.documents;
}

const Postings::List* Postings::find(std::uint64_t key) const noexcept {
    if (table_.empty()) return nullptr;
    const List& list = table_[place(key)];
    return list.key == 0 ? nullptr : &list;
}
}  // namespace rondo::index
