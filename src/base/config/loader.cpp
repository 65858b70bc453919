#include "base/config/loader.hpp"

#include "base/config/convert.hpp"
#include "base/config/suggest.hpp"
#include "base/json_reader.hpp"
#include "base/obs/log_line.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <unistd.h>

namespace rondo::config {
namespace {
constexpr std::string_view kPrefix = "RONDO_";

/// A name from outside, fit to be shown.
std::string shown(std::string_view name) {
    std::string out;
    obs::append_json_string(out, name, 128);
    return out.substr(1, out.size() - 2);
}

std::string_view section_of(std::string_view key) { return key.substr(0, std::min(key.rfind('.'), key.size())); }
}  // namespace

Layers::Layers(const Description& description, const std::optional<Text>& file, const LoadOptions& options)
    : fields_{description.fields()}, sections_{description.sections()}, maps_{description.maps()}, choices_(fields_.size()) {
    for (const auto& field : fields_) defaults_.push_back(value_text(field));
    read_aliases(options);
    read_environment(options);
    if (file) read_file(*file);
    if (options.shared) read_shared(*options.shared);
    read_flags(options);
    apply();
}

std::optional<std::size_t> Layers::index_of(std::string_view key) const {
    const auto found = std::ranges::find(fields_, key, &FieldRef::key);
    if (found == fields_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - fields_.begin());
}

std::string Layers::unknown(std::string_view key) const {
    const auto holds = [&](const MapRef& map) { return section_of(key) == map.key; };
    if (std::ranges::any_of(maps_, holds)) return "a name begins with a letter and has lower-case letters, digits, - and single _";
    std::vector<std::string_view> known;
    for (const auto& field : fields_) known.push_back(field.key);
    for (const auto& section : sections_) known.push_back(section);
    const auto near = nearest_key(key, known);
    return near.empty() ? "unknown setting; remove it" : fmt::format("unknown setting; did you mean {}?", near);
}

void Layers::read_aliases(const LoadOptions& options) {
    for (const Alias& alias : options.aliases) {
        const auto variable = options.env.find(alias.name);
        if (variable == options.env.end() || variable->second.empty()) continue;
        if (!alias.warning.empty()) warnings_.push_back(alias.name + ": " + alias.warning);
        const auto value = alias.read ? alias.read(variable->second, options.env) : Result<std::string>{variable->second};
        if (!value) {
            faults_.push_back({alias.name, value.error().message});
        } else if (const auto index = index_of(alias.key); index && !choices_[*index]) {
            choices_[*index] = Choice{node_of(fields_[*index], *value), "env " + alias.name};
        } else if (!index && !alias.key.empty()) {
            warnings_.push_back(fmt::format("{}: has no effect, there is no setting {}", alias.name, alias.key));
        }
    }
}

void Layers::read_environment(const LoadOptions& options) {
    std::vector<std::string> names;
    for (const auto& field : fields_) names.push_back(env_name(field.key));
    const auto is_alias = [&](const std::string& name) {
        return std::ranges::find(options.aliases, name, &Alias::name) != options.aliases.end();
    };
    for (auto variable = options.env.lower_bound(std::string{kPrefix}); variable != options.env.end(); ++variable) {
        const auto& [name, value] = *variable;
        if (!name.starts_with(kPrefix)) break;
        if (value.empty() || is_alias(name)) continue;
        const auto found = std::ranges::find(names, name);
        if (found != names.end()) {
            const auto index = static_cast<std::size_t>(found - names.begin());
            choices_[index] = Choice{node_of(fields_[index], value), "env " + name};
            continue;
        }
        const auto near = nearest_env(name, {names.begin(), names.end()});
        const auto hint = near.empty() ? std::string{} : fmt::format("; did you mean {}?", near);
        warnings_.push_back(fmt::format("{}: no such setting, ignored{}", shown(name), hint));
    }
}

void Layers::read_file(const Text& file) {
    auto root = parse(file);
    if (!root) {
        const auto& found = root.error().faults;
        faults_.insert(faults_.end(), found.begin(), found.end());
    } else if (root->kind != Node::Kind::map) {
        faults_.push_back({file.name + ":1", "expected sections and settings (key: value)"});
    } else {
        read_map(file, *root, "");
    }
}

void Layers::read_map(const Text& file, const Node& map, const std::string& prefix) {
    for (const auto& [name, node] : map.members) {
        const auto key = prefix + name;
        const auto place = fmt::format("{}:{}", file.name, node.line);
        if (name.contains('.')) {
            faults_.push_back({shown(key), place + ": a key may not contain a dot; write sections (server: {port: 8000})"});
        } else if (const auto index = index_of(key)) {
            choices_[*index] = Choice{node, place};
        } else if (std::ranges::find(sections_, key) == sections_.end()) {
            faults_.push_back({shown(key), place + ": " + unknown(key)});
        } else if (node.kind == Node::Kind::map) {
            read_map(file, node, key + '.');
        } else if (node.kind != Node::Kind::null) {  // a section whose lines are all commented out is empty
            faults_.push_back({key, place + ": expected a section with settings of its own"});
        }
    }
}

void Layers::read_shared(const SharedSettings& shared) {
    for (const auto& [key, value] : shared.values) {
        if (const auto index = index_of(key)) choices_[*index] = Choice{node_of(fields_[*index], value), shared.name};
        else faults_.push_back({shown(key), shared.name + ": " + unknown(key)});
    }
}

void Layers::read_flags(const LoadOptions& options) {
    for (const Override& flag : options.flags) {
        if (const auto index = index_of(flag.key)) choices_[*index] = Choice{node_of(fields_[*index], flag.value), flag.name};
        else faults_.push_back({shown(flag.key), flag.name + ": " + unknown(flag.key)});
    }
}

void Layers::apply() {
    for (std::size_t i = 0; i < fields_.size(); ++i) {
        if (!choices_[i]) continue;
        if (const auto refusal = assign(fields_[i], choices_[i]->node)) {
            faults_.push_back({fields_[i].key, choices_[i]->source + ": " + *refusal});
        }
    }
}

void Layers::check(const std::vector<Fault>& broken_rules) {
    const auto fields_faults = faults_;
    for (const Fault& rule : broken_rules) {
        const auto same_section = [&](const Fault& fault) { return section_of(fault.path) == section_of(rule.path); };
        if (std::ranges::any_of(fields_faults, same_section)) continue;
        const auto index = index_of(rule.path);
        const auto source = index && choices_[*index] ? choices_[*index]->source + ": " : std::string{};
        faults_.push_back({rule.path, source + rule.message});
    }
}

std::optional<Error> Layers::error() const {
    if (faults_.empty()) return std::nullopt;
    return json::invalid(faults_, fmt::format("the configuration has {} fault{}", faults_.size(), faults_.size() == 1 ? "" : "s"));
}

std::vector<Setting> Layers::settings() const {
    std::vector<Setting> all;
    for (std::size_t i = 0; i < fields_.size(); ++i) {
        const FieldRef& field = fields_[i];
        all.push_back({.key = field.key,
                       .env = env_name(field.key),
                       .type = type_name(field),
                       .value = value_text(field),
                       .default_value = defaults_[i],
                       .source = choices_[i] ? choices_[i]->source : "default",
                       .help = field.help,
                       .allowed = allowed_text(field),
                       .reload = field.reload});
    }
    return all;
}

Environment process_environment() {
    Environment all;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text{*entry};
        const auto equals = text.find('=');
        if (equals != std::string_view::npos) all.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return all;
}
}  // namespace rondo::config
