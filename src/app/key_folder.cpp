#include "app/key_folder.hpp"

#include "mind/guard/key_file.hpp"
#include "mind/guard/key_text.hpp"
#include "platform/files/read_file.hpp"
#include "platform/files/replace_file.hpp"
#include "platform/store/lock_file.hpp"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <string>

namespace rondo::app {
namespace {
namespace fs = std::filesystem;

/// Nothing when there is no such file.
Result<std::optional<std::string>> read_file(const fs::path& file) {
    std::error_code ec;
    if (!fs::exists(file, ec) && !ec) return std::nullopt;
    auto text = files::read_file(file, guard::kMaxKeyFileBytes);
    if (!text) return fail(Code::failed_precondition, fmt::format("cannot read {}; run rondo as the user who owns it", file.string()));
    return std::move(*text);
}
}  // namespace

Result<guard::Pepper> KeyFolder::pepper(bool make) const {
    const auto file = data_ / "keys.pepper";
    auto bytes = read_file(file);
    if (!bytes) return propagate(bytes);
    if (!*bytes && make) {
        const auto fresh = guard::random_secret();
        const std::string text{fresh.begin(), fresh.end()};
        if (const auto written = files::replace_file(file, text, files::Readers::owner); !written) return propagate(written);
        *bytes = text;
    }
    guard::Pepper pepper{};
    if (!*bytes || (*bytes)->size() != pepper.size()) {
        return fail(Code::data_loss,
                    fmt::format("{} is missing or damaged, and no key can be checked without it; restore it from a copy, or "
                                "remove keys.json and create new keys",
                                file.string()));
    }
    std::ranges::transform(**bytes, pepper.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
    return pepper;
}

Result<guard::KeyBook> KeyFolder::read() const {
    const auto text = read_file(keys_file());
    if (!text) return propagate(text);
    if (!*text) return guard::KeyBook{guard::Pepper{}};
    const auto pepper_read = pepper(false);
    if (!pepper_read) return propagate(pepper_read);
    return guard::read_key_file(**text, *pepper_read);
}

Status KeyFolder::change(const std::function<Status(guard::KeyBook&)>& edit) const {
    std::error_code ec;
    fs::create_directories(data_, ec);
    if (const auto owner = check_owner(); !owner) return owner;
    const auto lock = store::LockFile::acquire(data_ / "keys.lock");
    if (!lock && lock.error().code == Code::failed_precondition) {
        return fail(Code::aborted, "another `rondo keys` is changing the keys of this folder; try again");
    }
    if (!lock) return propagate(lock);
    const auto pepper_read = pepper(!fs::exists(keys_file()));
    if (!pepper_read) return propagate(pepper_read);
    auto book = read();
    if (!book) return propagate(book);
    if (book->empty()) book = guard::KeyBook{*pepper_read};
    if (const auto edited = edit(*book); !edited) return edited;
    return files::replace_file(keys_file(), guard::write_key_file(*book), files::Readers::owner);
}

Status KeyFolder::check_owner() const {
    struct stat folder{};
    if (::stat(data_.c_str(), &folder) != 0) return fail(Code::failed_precondition, fmt::format("cannot make or read {}", data_.string()));
    if (folder.st_uid == ::geteuid()) return {};
    return fail(Code::failed_precondition, fmt::format("{} belongs to another user, whose server could not read the keys; run this as its "
                                                       "owner: sudo -u '#{}' rondo keys …",
                                                       data_.string(), folder.st_uid));
}

guard::LastUsed::Times KeyFolder::last_used() const {
    const auto text = read_file(data_ / "keys-used.json");
    return text && *text ? guard::read_last_used(**text) : guard::LastUsed::Times{};
}

Status KeyFolder::write_last_used(const guard::LastUsed::Times& times) const {
    return files::replace_file(data_ / "keys-used.json", guard::write_last_used(times), files::Readers::owner);
}
}  // namespace rondo::app
