#include "app/scenario_template.hpp"

#include "talk/scenario/scenario_reader.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <string>
#include <system_error>

namespace rondo::app {
namespace {
namespace fs = std::filesystem;
constexpr std::string_view kName = "@NAME@";  // in a template: the pack's id

std::string with_name(std::string_view text, std::string_view name) {
    std::string out;
    for (std::size_t at = text.find(kName); at != text.npos; at = text.find(kName)) {
        out += text.substr(0, at);
        out += name;
        text.remove_prefix(at + kName.size());
    }
    return out += text;
}

std::error_code write_file(const fs::path& file, const std::string& bytes) {
    std::error_code ec;
    fs::create_directories(file.parent_path(), ec);
    if (ec) return ec;
    errno = 0;
    std::ofstream out{file, std::ios::binary | std::ios::trunc};
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.close();
    if (!out.fail()) return {};
    return {errno != 0 ? errno : EIO, std::generic_category()};
}

std::error_code write_all(const fs::path& folder, std::string_view name, std::string_view language) {
    for (const TemplateFile& file : scenario_template_files()) {
        const std::size_t slash = file.path.find('/');
        const std::string_view written_in = file.path.substr(0, slash);
        if (written_in != "any" && written_in != language) continue;
        if (const auto ec = write_file(folder / file.path.substr(slash + 1), with_name(file.bytes, name))) return ec;
    }
    return {};
}
}  // namespace

Result<fs::path> write_scenario_template(const fs::path& parent, std::string_view name, std::string_view language) {
    if (!scenario::plain_name(name)) {
        return fail(Code::invalid_argument, fmt::format("\"{}\" cannot name a pack: use lower-case letters, digits, _ and -", name));
    }
    const fs::path folder = parent / name;
    std::error_code ec;
    if (fs::exists(fs::symlink_status(folder, ec))) {
        return fail(Code::already_exists, fmt::format("{} is already there and stays as it is; choose another name", folder.string()));
    }
    // Written beside its place and renamed: a server that watches the folder never sees half a pack, and skips hidden names.
    const fs::path unfinished = parent / fmt::format(".{}.new", name);
    fs::remove_all(unfinished, ec);
    if (!(ec = write_all(unfinished, name, language))) fs::rename(unfinished, folder, ec);
    if (!ec) return folder;
    const std::string reason = ec.message();
    fs::remove_all(unfinished, ec);
    return fail(Code::unavailable, fmt::format("cannot write {}: {}; choose another --dir or make room there", folder.string(), reason));
}
}  // namespace rondo::app
