#pragma once
#include "base/config/document.hpp"
#include "base/config/field.hpp"
#include "base/config/source.hpp"
#include "base/result.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rondo::config {
using Environment = std::map<std::string, std::string>;

/// A setting from the command line.
struct Override {
    std::string key;           ///< "server.port"
    std::string value;
    std::string name{"flag"};  ///< as the user wrote it, for messages, e.g. "--port"
};

/// A variable of the environment that is accepted under a name of its own, below RONDO_..., the file and the store.
/// Of several aliases for one key the first that is set counts.
struct Alias {
    std::string name;   ///< "REDIS_URL"
    std::string key{};  ///< the setting it stands for; empty: it only is checked, it sets nothing
    /// Turns the variable's value into the setting's, or refuses it with the reason; empty: taken as it is.
    std::function<Result<std::string>(std::string_view value, const Environment& all)> read{};
    std::string warning{};  ///< said when the variable is set
};

struct LoadOptions {
    std::optional<std::filesystem::path> file{};  ///< ".json" is JSON, any other extension YAML
    Environment env{};                            ///< an empty value counts as not set
    std::vector<Override> flags{};                ///< the last one for a key counts
    std::vector<Alias> aliases{};
    std::optional<SharedSettings> shared{};       ///< read from a Source
};

/// One setting, for `check-config` and the metadata API.
struct Setting {
    std::string key;
    std::string env;            ///< its variable, RONDO_SERVER__PORT
    std::string_view type;      ///< see type_name()
    std::string value;          ///< secrets as ***
    std::string default_value;
    std::string source;         ///< "default", "env RONDO_SERVER__PORT", "rondo.yaml:12", "store", "--port"
    std::string help;
    std::string allowed;        ///< see allowed_text()
    Reload reload;
    std::optional<std::string> pending{};  ///< the value a restart will bring; see carry_over()
    bool operator==(const Setting&) const = default;
};

template <class C>
struct Loaded {
    C value;
    std::vector<Setting> settings;      ///< in describe() order
    std::vector<std::string> warnings;  ///< unknown RONDO_ variables, aliases with a warning
};

inline constexpr std::size_t kMaxEntries = 256;  ///< of one map of named sections

/// Gives every map the entries that a layer of `options` names; false when there is nothing to give. For load_text().
bool add_entries(const Description& description, const std::optional<Text>& file, const LoadOptions& options);

/// The layers, applied to the fields of one Config: command line > store > file > RONDO_... > aliases >
/// default. The part of load_text() that is the same for every Config; not for other use.
class Layers {
public:
    Layers(const Description& description, const std::optional<Text>& file, const LoadOptions& options);
    /// Adds the rules that the new values break; a rule of a section with a faulty field would only confuse.
    void check(const std::vector<Fault>& broken_rules);
    [[nodiscard]] std::optional<Error> error() const;
    [[nodiscard]] std::vector<Setting> settings() const;
    [[nodiscard]] std::vector<std::string> take_warnings() { return std::move(warnings_); }

private:
    struct Choice {
        Node node;
        std::string source{"default"};
    };
    void read_aliases(const LoadOptions& options);
    void read_environment(const LoadOptions& options);
    void read_file(const Text& file);
    void read_map(const Text& file, const Node& map, const std::string& prefix);
    void read_shared(const SharedSettings& shared);
    void read_flags(const LoadOptions& options);
    void apply();

    [[nodiscard]] std::string unknown(std::string_view key) const;
    [[nodiscard]] std::optional<std::size_t> index_of(std::string_view key) const;

    const std::vector<FieldRef>& fields_;
    const std::vector<std::string>& sections_;
    const std::vector<MapRef>& maps_;
    std::vector<std::string> defaults_;            // beside fields_
    std::vector<std::optional<Choice>> choices_;   // beside fields_: the highest layer that speaks of it
    std::vector<Fault> faults_;
    std::vector<std::string> warnings_;
};

/// `value` with the layers of `options` over it; its own contents are the defaults. Pure: the file's text is given
/// (`options.file` is not read).
/// Errors: `invalid_argument` with every fault at once (path: the key; message: file:line, variable or flag, what was expected).
template <class C>
[[nodiscard]] Result<Loaded<C>> load_text(const std::optional<Text>& file, const LoadOptions& options, C value = {}) {
    Description description;
    describe(description, value);
    if (add_entries(description, file, options)) {
        description = {};
        describe(description, value);
    }
    Layers layers{description, file, options};
    Description after;
    describe(after, value);
    layers.check(after.broken_rules());
    if (auto error = layers.error()) return fail(std::move(*error));
    auto settings = layers.settings();  // reads through pointers into `value`
    return Loaded<C>{std::move(value), std::move(settings), layers.take_warnings()};
}

/// The same, reading the file. Errors: also `not_found` (the file cannot be read).
template <class C>
[[nodiscard]] Result<Loaded<C>> load(const LoadOptions& options, C value = {}) {
    if (!options.file) return load_text(std::nullopt, options, std::move(value));
    const auto text = read_text(*options.file);
    if (!text) return propagate(text);
    return load_text(*text, options, std::move(value));
}

/// The process's environment as a map.
[[nodiscard]] Environment process_environment();
}  // namespace rondo::config
