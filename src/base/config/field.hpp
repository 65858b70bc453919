#pragma once
#include "base/config/secret.hpp"
#include "base/describe.hpp"
#include "base/result.hpp"

#include <chrono>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace rondo::config {
/// An integer of any type, seen through 64 bits.
struct IntegerRef {
    void* target;
    std::int64_t (*get)(const void*);
    void (*set)(void*, std::int64_t);
    std::int64_t low, high;  ///< of the type
};

/// A duration of any unit, seen through nanoseconds.
struct DurationRef {
    void* target;
    std::chrono::nanoseconds (*get)(const void*);
    void (*set)(void*, std::chrono::nanoseconds);
    std::chrono::nanoseconds step;  ///< one tick of the type
};

/// Points into the Config being described, which must outlive it.
using Target = std::variant<std::string*, bool*, double*, std::optional<std::string>*, std::vector<std::string>*, std::filesystem::path*,
                            IntegerRef, DurationRef>;
using AllowedDurations = DurationRange<std::chrono::nanoseconds::rep, std::nano>;
using Allowed = std::variant<std::monostate, Range, AllowedDurations, OneOf>;

template <class T>
concept Duration = requires {
    typename T::period;
    requires std::integral<typename T::rep>;
};

template <class T>
Target target_of(T& value) {
    if constexpr (std::integral<T> && !std::same_as<T, bool>) {
        constexpr auto kHighest = std::numeric_limits<std::int64_t>::max();
        constexpr bool kFits = std::cmp_less_equal(std::numeric_limits<T>::max(), kHighest);
        return IntegerRef{&value, [](const void* p) { return static_cast<std::int64_t>(*static_cast<const T*>(p)); },
                          [](void* p, std::int64_t n) { *static_cast<T*>(p) = static_cast<T>(n); },
                          static_cast<std::int64_t>(std::numeric_limits<T>::min()),
                          kFits ? static_cast<std::int64_t>(std::numeric_limits<T>::max()) : kHighest};
    } else if constexpr (Duration<T>) {
        using std::chrono::duration_cast;
        using std::chrono::nanoseconds;
        return DurationRef{&value, [](const void* p) { return duration_cast<nanoseconds>(*static_cast<const T*>(p)); },
                           [](void* p, nanoseconds n) { *static_cast<T*>(p) = duration_cast<T>(n); }, duration_cast<nanoseconds>(T{1})};
    } else {
        return &value;  // a type outside the list does not compile here
    }
}

/// One line of a describe() list.
struct FieldRef {
    std::string key;  ///< the whole path, e.g. "server.port"
    Target target;
    Reload reload;
    std::string help;
    Allowed allowed{};
    bool secret{false};

    void mark(const Range& range) { allowed = range; }
    void mark(const AllowedDurations& range) { allowed = range; }
    void mark(OneOf words) { allowed = std::move(words); }
    void mark(Secret) { secret = true; }
};

/// A section for each of any number of things that have names, e.g. `targets: {main: {…}, spare: {…}}`.
struct MapRef {
    std::string key;   ///< the whole path, e.g. "llm.targets"
    std::string help;
    std::function<void(const std::string& name)> add;  ///< an entry with its defaults; one that is there stays
    std::vector<FieldRef> fresh;  ///< the fields of an entry called kEntryName, with its defaults
    std::shared_ptr<void> owner;  ///< of what they point into
};
inline constexpr std::string_view kEntryName = "NAME";

/// The visitor handed to describe(): lists a Config's fields and the rules it breaks.
/// Everything that is the same for all types happens in the .cpp files, on `FieldRef`s.
class Description {
public:
    /// `extra`: in(...), OneOf{...}, Secret{}.
    template <class T, class... Extra>
    void field(std::string_view name, T& target, Reload reload, std::string_view help, Extra&&... extra) {
        FieldRef ref{.key = path(name), .target = target_of(target), .reload = reload, .help = std::string{help}};
        (ref.mark(std::forward<Extra>(extra)), ...);
        fields_.push_back(std::move(ref));
    }
    template <class C>
    void section(std::string_view name, C& config) {
        const auto outer = std::exchange(prefix_, path(name) + '.');
        sections_.push_back(prefix_.substr(0, prefix_.size() - 1));
        describe(*this, config);
        prefix_ = outer;
    }
    /// Named sections of one type; the loader makes those that a layer names. A name begins with a letter and has lower-case
    /// letters, digits, - and single _.
    template <class C>
    void map(std::string_view name, std::map<std::string, C>& entries, std::string_view help) {
        const auto fresh = std::make_shared<C>();
        Description one;
        one.prefix_ = path(name) + '.' + std::string{kEntryName} + '.';
        describe(one, *fresh);
        maps_.push_back({.key = path(name),
                         .help = std::string{help},
                         .add = [&entries](const std::string& entry) { entries.try_emplace(entry); },
                         .fresh = std::move(one.fields_),
                         .owner = fresh});
        sections_.push_back(path(name));
        for (auto& [entry, config] : entries) section(std::string{name} + '.' + entry, config);
    }
    void rule(bool holds, std::string_view name, std::string_view message) {
        if (!holds) broken_.push_back({path(name), std::string{message}});
    }

    [[nodiscard]] const std::vector<FieldRef>& fields() const { return fields_; }
    [[nodiscard]] const std::vector<std::string>& sections() const { return sections_; }
    [[nodiscard]] const std::vector<MapRef>& maps() const { return maps_; }
    [[nodiscard]] const std::vector<Fault>& broken_rules() const { return broken_; }

private:
    [[nodiscard]] std::string path(std::string_view name) const { return prefix_ + std::string{name}; }

    std::string prefix_;
    std::vector<FieldRef> fields_;
    std::vector<std::string> sections_;
    std::vector<MapRef> maps_;
    std::vector<Fault> broken_;
};
}  // namespace rondo::config
