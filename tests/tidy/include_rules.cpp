#include "rules.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace rondo::tidy {
namespace {
/// Every module that each module reaches through USES, itself included.
using Reach = std::map<std::string, std::set<std::string>>;

void reach_from(const std::string& module, const std::map<std::string, std::vector<std::string>>& uses, std::set<std::string>& reached) {
    const auto found = uses.find(module);
    if (!reached.insert(module).second || found == uses.end()) return;
    for (const std::string& next : found->second) reach_from(next, uses, reached);
}

Reach reach_of(const std::vector<Module>& modules) {
    std::map<std::string, std::vector<std::string>> uses;
    for (const Module& module : modules) uses[module.name] = module.uses;
    Reach reach;
    for (const Module& module : modules) reach_from(module.name, uses, reach[module.name]);
    return reach;
}

/// The module with the deepest folder that holds `path`; null for a file of no module.
const Module* owner_of(const std::vector<Module>& modules, std::string_view path) {
    const Module* owner = nullptr;
    for (const Module& module : modules) {
        if (!path.starts_with(module.folder + "/")) continue;
        if (owner == nullptr || module.folder.size() > owner->folder.size()) owner = &module;
    }
    return owner;
}

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/') + 1); }

/// The repository's include graph, and who in it sees Beast.
class BeastGraph {
public:
    explicit BeastGraph(const std::vector<File>& files) {
        for (const File& file : files) {
            if (!file.path.starts_with("src/")) continue;
            for (const Include& include : includes_of(file)) {
                if (include.target.starts_with("boost/beast")) direct_.insert(file.path);
                if (include.quoted) edges_[file.path].push_back("src/" + include.target);
            }
        }
    }
    [[nodiscard]] bool sees(const std::string& path) {
        const auto [known, fresh] = seen_.try_emplace(path, direct_.contains(path));
        if (!fresh || known->second) return known->second;
        const bool through = std::ranges::any_of(edges_[path], [this](const std::string& next) { return sees(next); });
        return seen_[path] = through;
    }

private:
    std::set<std::string> direct_;
    std::map<std::string, std::vector<std::string>> edges_;
    std::map<std::string, bool> seen_;
};
}  // namespace

Findings check_includes(const std::vector<File>& files) {
    const auto modules = modules_of(files);
    const auto reach = reach_of(modules);
    std::set<std::string> paths;
    for (const File& file : files) paths.insert(file.path);

    Findings found;
    for (const File& file : files) {
        const Module* owner = owner_of(modules, file.path);
        if (owner == nullptr) continue;
        for (const Include& include : includes_of(file)) {
            if (!include.quoted) continue;
            const std::string place = file.path + ":" + std::to_string(include.line);
            const std::string target = "src/" + include.target;
            if (!paths.contains(target)) {  // generated, unless it lies beside the includer
                if (paths.contains(folder_of(file.path) + include.target)) {
                    found.push_back({place, "includes are rooted at src/: \"" + include.target + "\""});
                }
                continue;
            }
            const Module* used = owner_of(modules, target);
            if (used == nullptr || reach.at(owner->name).contains(used->name)) continue;
            found.push_back({place, "module " + owner->name + " includes " + include.target + " but its USES do not reach " + used->name});
        }
    }
    return found;
}

Findings check_beast_units(const std::vector<File>& files) {
    static constexpr std::size_t kMost = 4;
    BeastGraph graph{files};
    std::string units;
    std::size_t count = 0;
    for (const File& file : files) {
        if (!file.path.starts_with("src/") || !file.path.ends_with(".cpp") || !graph.sees(file.path)) continue;
        units += " " + file.path;
        ++count;
    }
    if (count <= kMost) return {};
    return {{"src", std::to_string(count) + " units see Beast, more than four:" + units}};
}
}  // namespace rondo::tidy
