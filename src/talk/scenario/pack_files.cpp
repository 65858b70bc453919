#include "talk/scenario/pack_files.hpp"

#include "base/text/utf8.hpp"
#include "talk/scenario/variants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

namespace rondo::scenario {
namespace {
namespace fs = std::filesystem;

/// Line of the first byte that is not UTF-8.
int broken_line(std::string_view text) {
    int line = 1;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (!text::valid_utf8(text.substr(0, end))) return line;
        ++line;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return line;
}

void read_file(const fs::path& folder, const std::string& name, std::size_t max_bytes, PackFiles& out, std::vector<Fault>& faults) {
    std::ifstream in{folder / name, std::ios::binary};
    // One byte more than allowed tells a full file from an over-long one without trusting its reported size.
    std::string bytes(max_bytes + 1, '\0');
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!in.is_open() || in.bad()) {
        faults.push_back({name, "the file is missing or cannot be read"});
        return;
    }
    bytes.resize(static_cast<std::size_t>(in.gcount()));
    if (bytes.size() > max_bytes) {
        faults.push_back({name, fmt::format("the file is larger than {} KiB", max_bytes >> 10U)});
        return;
    }
    if (bytes.starts_with("\xEF\xBB\xBF")) bytes.erase(0, 3);
    if (!text::valid_utf8(bytes)) {
        faults.push_back({fmt::format("{}:{}", name, broken_line(bytes)), "the text is not UTF-8"});
        return;
    }
    out.files.emplace(name, std::move(bytes));
}

void read_folder(const fs::path& folder, const std::string& name, const char* extension, PackFiles& out, std::vector<Fault>& faults) {
    std::vector<std::string> names;
    std::error_code ec;
    fs::directory_iterator entries{folder / name, ec};
    while (!ec && entries != fs::directory_iterator{}) {
        if (entries->path().extension() == extension) names.push_back(name + "/" + entries->path().filename().string());
        entries.increment(ec);
    }
    std::ranges::sort(names);
    if (names.size() > kMaxFilesPerFolder) {
        faults.push_back({name, fmt::format("{} files; {} are allowed", names.size(), kMaxFilesPerFolder)});
        names.resize(kMaxFilesPerFolder);
    }
    for (const std::string& file : names) read_file(folder, file, kMaxFileBytes, out, faults);
    if (names.empty() && name == "knowledge") faults.push_back({name, "no knowledge: add at least one .md file"});
}
}  // namespace

const std::string* PackFiles::find(const std::string& path) const {
    const auto file = files.find(path);
    return file == files.end() ? nullptr : &file->second;
}

std::uint64_t PackFiles::hash() const {
    std::uint64_t hash = hash_text("scenario pack");
    for (const auto& [name, bytes] : files) hash = hash_text(bytes, hash_text(fmt::format("\n{}\n{}\n", name, bytes.size()), hash));
    return hash;
}

PackFiles read_pack_files(const fs::path& folder, std::vector<Fault>& faults) {
    PackFiles out;
    read_file(folder, "scenario.yaml", kMaxYamlBytes, out, faults);
    read_file(folder, "workflow.json", kMaxFileBytes, out, faults);
    read_folder(folder, "knowledge", ".md", out, faults);
    read_folder(folder, "transcripts", ".txt", out, faults);
    return out;
}
}  // namespace rondo::scenario
