#include "base/json_reader.hpp"
#include "talk/scenario/knowledge.hpp"
#include "talk/scenario/pack.hpp"
#include "talk/scenario/pack_files.hpp"
#include "talk/scenario/scenario_reader.hpp"
#include "talk/scenario/yaml_tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace rondo::scenario {
namespace {
namespace fs = std::filesystem;
constexpr std::size_t kMaxPacks = 256;
constexpr std::size_t kMaxUserLine = 4'000;  // bytes
constexpr std::size_t kMaxTranscript = 500;  // lines

void read_knowledge(const PackFiles& files, std::vector<Fault>& faults, ScenarioPack::Parts& parts) {
    for (const auto& [name, text] : files.files) {
        if (!name.starts_with("knowledge/")) continue;
        FaultSink sink{name, faults};
        for (index::Document& document : cut_markdown(text, name, sink)) {
            parts.knowledge.add(document);
            parts.documents.push_back(std::move(document));
        }
    }
}

void read_transcripts(const PackFiles& files, std::vector<Fault>& faults, ScenarioPack::Parts& parts) {
    for (const auto& [name, text] : files.files) {
        if (!name.starts_with("transcripts/")) continue;
        FaultSink sink{name, faults};
        Transcript transcript{fs::path{name}.stem().string(), {}};
        int number = 0;
        for (std::string_view rest = text; !rest.empty();) {
            const std::size_t end = std::min(rest.find('\n'), rest.size());
            std::string_view line = rest.substr(0, end);
            rest.remove_prefix(std::min(end + 1, rest.size()));
            ++number;
            if (line.ends_with('\r')) line.remove_suffix(1);
            if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
            if (line.size() > kMaxUserLine) sink.add(number, fmt::format("the line is longer than {} bytes", kMaxUserLine));
            transcript.lines.emplace_back(line);
        }
        if (transcript.lines.empty()) sink.add(1, "the transcript is empty");
        if (transcript.lines.size() > kMaxTranscript) sink.add(number, fmt::format("more than {} lines", kMaxTranscript));
        parts.transcripts.push_back(std::move(transcript));
    }
}

void read_workflow(const std::string& text, std::span<const flow::NodeType> nodes, std::vector<Fault>& faults, ScenarioPack::Parts& parts) {
    auto workflow = flow::parse_workflow(text, nodes);
    if (workflow) {
        parts.workflow = std::move(*workflow);
    } else if (workflow.error().faults.empty()) {
        faults.push_back({"workflow.json", workflow.error().message});  // malformed: the message has the position
    } else {
        auto placed = place_faults(workflow.error().faults, text, "workflow.json");
        std::ranges::move(placed, std::back_inserter(faults));
    }
}
}  // namespace

Result<std::shared_ptr<const ScenarioPack>> ScenarioPack::load(const fs::path& folder, std::span<const flow::NodeType> nodes, Known known) {
    std::error_code ec;
    if (!fs::is_directory(folder, ec)) return fail(Code::not_found, fmt::format("there is no scenario folder {}", folder.string()));
    Parts parts;
    std::vector<Fault> faults;
    // "a/b/" has an empty last name; its parent's is the folder's.
    parts.id = (folder.has_filename() ? folder : folder.parent_path()).filename().string();
    if (!plain_name(parts.id)) faults.push_back({parts.id, "the folder's name is the pack's id: lower-case letters, digits, _ and -"});

    const PackFiles files = read_pack_files(folder, faults);
    parts.content_hash = files.hash();
    const auto same = [&parts](const auto& pack) { return pack->id() == parts.id && pack->content_hash() == parts.content_hash; };
    if (const auto found = std::ranges::find_if(known, same); faults.empty() && found != known.end()) return *found;
    if (const std::string* yaml = files.find("scenario.yaml")) {
        if (auto root = parse_yaml(*yaml, "scenario.yaml")) {
            FaultSink sink{"scenario.yaml", faults};
            read_scenario(*root, sink, parts);
        } else {
            faults.insert(faults.end(), root.error().faults.begin(), root.error().faults.end());
        }
    }
    if (const std::string* workflow = files.find("workflow.json")) read_workflow(*workflow, nodes, faults, parts);
    read_knowledge(files, faults, parts);
    read_transcripts(files, faults, parts);

    if (!faults.empty()) {
        std::string message = fmt::format("the scenario pack {} has {} fault{}", parts.id, faults.size(), faults.size() == 1 ? "" : "s");
        return fail(json::invalid(std::move(faults), std::move(message)));
    }
    return std::make_shared<const ScenarioPack>(std::move(parts));
}

Result<std::vector<std::shared_ptr<const ScenarioPack>>> load_all(const fs::path& folder, std::span<const flow::NodeType> nodes,
                                                                  ScenarioPack::Known known) {
    std::error_code ec;
    std::vector<fs::path> folders;
    fs::directory_iterator entries{folder, ec};
    while (!ec && entries != fs::directory_iterator{}) {
        std::error_code ignored;
        const bool hidden = entries->path().filename().string().starts_with('.');
        if (!hidden && entries->is_directory(ignored)) folders.push_back(entries->path());
        entries.increment(ec);
    }
    if (folders.empty()) return fail(Code::not_found, fmt::format("there is no scenario pack in {}", folder.string()));
    if (folders.size() > kMaxPacks)
        return fail(Code::resource_exhausted, fmt::format("{} scenario packs; {} are allowed", folders.size(), kMaxPacks));
    std::ranges::sort(folders);

    std::vector<std::shared_ptr<const ScenarioPack>> packs;
    std::vector<Fault> faults;
    for (const fs::path& path : folders) {
        auto pack = ScenarioPack::load(path, nodes, known);
        if (pack) {
            packs.push_back(std::move(*pack));
            continue;
        }
        const std::string id = path.filename().string();
        if (pack.error().faults.empty()) faults.push_back({id, pack.error().message});
        for (const Fault& fault : pack.error().faults) faults.push_back({id + "/" + fault.path, fault.message});
    }
    if (faults.empty()) return packs;
    std::string message =
        fmt::format("the scenario packs in {} have {} fault{}", folder.string(), faults.size(), faults.size() == 1 ? "" : "s");
    return fail(json::invalid(std::move(faults), std::move(message)));
}
}  // namespace rondo::scenario
