#pragma once
#include "base/result.hpp"
#include "mind/guard/key_book.hpp"
#include "mind/guard/last_used.hpp"

#include <filesystem>
#include <functional>

namespace rondo::app {
/// The files in the data folder that API keys live in; all readable by their owner only. Every call blocks.
///
///     keys.json       who may do what; replaced as a whole by `rondo keys`, watched by the server
///     keys.pepper     32 random bytes, made with the first key
///     keys-used.json  when each key was last used; written by the server
///     keys.lock       held by a `rondo keys` that changes something
class KeyFolder {
public:
    explicit KeyFolder(std::filesystem::path data) : data_{std::move(data)} {}

    /// No key as long as there is no file. Errors: `data_loss` (unreadable content, lost pepper), `failed_precondition` (no right to read).
    [[nodiscard]] Result<guard::KeyBook> read() const;
    /// Reads, lets `edit` change, writes; nobody else changes anything meanwhile, and a failed edit changes nothing.
    /// Errors: those of read(), edit and replace_file(); `aborted` (another one is at it); `failed_precondition` (the data folder
    /// is another user's: the server could not read what is written).
    [[nodiscard]] Status change(const std::function<Status(guard::KeyBook&)>& edit) const;

    [[nodiscard]] guard::LastUsed::Times last_used() const;  ///< empty when there is none
    [[nodiscard]] Status write_last_used(const guard::LastUsed::Times& times) const;

    [[nodiscard]] std::filesystem::path keys_file() const { return data_ / "keys.json"; }

private:
    [[nodiscard]] Result<guard::Pepper> pepper(bool make) const;
    [[nodiscard]] Status check_owner() const;

    std::filesystem::path data_;
};
}  // namespace rondo::app
