#include "engine/llm/gateway_names.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

namespace rondo::llm {
namespace {
std::unexpected<Error> not_found(std::string message) {
    return fail({.code = Code::not_found, .message = std::move(message), .reason = "MODEL_NOT_FOUND"});
}
}  // namespace

GatewayNames::GatewayNames(std::vector<GatewayRoute> targets, const std::map<std::string, std::vector<std::string>, std::less<>>& aliases,
                           const std::vector<std::string>& order)
    : targets_{std::move(targets)} {
    for (const GatewayRoute& route : targets_) models_.emplace_back(route.target->billed_as({}));
    const auto list = [this](const std::vector<std::string>& ids) {
        std::vector<std::size_t> indexes;
        for (const std::string& id : ids) {
            const auto known = std::ranges::find_if(targets_, [&](const GatewayRoute& route) { return route.target->id() == id; });
            const auto index = static_cast<std::size_t>(known - targets_.begin());
            if (known != targets_.end() && std::ranges::find(indexes, index) == indexes.end()) indexes.push_back(index);
        }
        return indexes;
    };
    auto usual = list(order);
    const bool unordered = usual.empty();
    for (std::size_t i = 0; unordered && i < targets_.size(); ++i) usual.push_back(i);

    for (std::size_t i = 0; i < targets_.size(); ++i) {
        Name name{.list = {i}, .named = 1};
        std::ranges::copy_if(usual, std::back_inserter(name.list), [&](std::size_t other) { return other != i; });
        names_.insert_or_assign(std::string{targets_[i].target->id()}, std::move(name));
    }
    const auto add = [this](std::string_view name, std::vector<std::size_t> indexes) {
        const auto count = indexes.size();
        names_.insert_or_assign(std::string{name}, Name{.list = std::move(indexes), .named = count});
    };
    for (const auto& [alias, ids] : aliases) add(alias, list(ids));
    add("", std::move(usual));

    for (auto& [name, entry] : names_) {
        if (entry.list.empty() || (entry.named == 1 && !serves(entry.list.front(), ""))) continue;  // only as NAME/MODEL
        std::vector<GatewayRoute> chain;
        for (const std::size_t index : entry.list) {
            if (serves(index, "")) chain.push_back(targets_[index]);
        }
        if (!chain.empty()) entry.usual = std::make_shared<const std::vector<GatewayRoute>>(std::move(chain));
    }
}

std::pair<const GatewayNames::Name*, std::string_view> GatewayNames::entry(std::string_view asked) const {
    if (const auto known = names_.find(asked); known != names_.end()) return {&known->second, {}};
    const auto slash = asked.find('/');
    if (slash == std::string_view::npos || slash == 0 || slash + 1 == asked.size()) return {nullptr, {}};
    const auto known = names_.find(asked.substr(0, slash));
    if (known == names_.end()) return {nullptr, {}};
    return {&known->second, asked.substr(slash + 1)};
}

bool GatewayNames::serves(std::size_t target, std::string_view model) const {
    const std::string& own = models_[target];
    return own.empty() ? !model.empty() : model.empty() || model == own;
}

Result<GatewayNames::Found> GatewayNames::find(std::string_view asked) const {
    const auto [name, model] = entry(asked);
    if (name && model.empty() && name->usual) return Found{.chain = name->usual, .model = {}};
    if (!name || name->list.empty()) return not_found("no such model; GET /v1/models lists those there are");
    if (model.empty()) return not_found("this target has no model of its own; ask for its name, a slash and a model");
    std::vector<GatewayRoute> chain;
    for (std::size_t i = 0; i < name->list.size(); ++i) {
        const std::size_t index = name->list[i];
        const bool steps_in = !models_[index].empty() && !chain.empty();
        if (steps_in || (i < name->named && serves(index, model))) chain.push_back(targets_[index]);
        if (i + 1 == name->named && chain.empty()) return not_found("this target serves another model; ask for its name alone");
    }
    return Found{.chain = std::make_shared<const std::vector<GatewayRoute>>(std::move(chain)), .model = std::string{model}};
}

Result<GatewayNames::Found> GatewayNames::find_embedder(std::string_view asked) const {
    if (targets_.empty()) {
        return not_found("no provider makes embeddings; configure a target under llm.targets with `embeddings: true`");
    }
    const auto [name, model] = entry(asked);
    if (!name) return not_found("no such model; GET /v1/models lists those there are");
    std::vector<GatewayRoute> chain;
    std::string_view served;
    bool able = false;
    for (std::size_t i = 0; i < name->named; ++i) {
        const std::size_t index = name->list[i];
        if (!targets_[index].target->abilities().embeddings) continue;
        able = true;
        if (!serves(index, model)) continue;
        const std::string_view own = models_[index].empty() ? model : std::string_view{models_[index]};
        if (chain.empty()) served = own;
        if (own == served) chain.push_back(targets_[index]);
    }
    if (!chain.empty()) {
        return Found{.chain = std::make_shared<const std::vector<GatewayRoute>>(std::move(chain)), .model = std::string{model}};
    }
    if (able) return not_found("nobody of this name makes embeddings with this model; ask for NAME, or NAME/MODEL where NAME has no model");
    return not_found("no target of this name makes embeddings; ask for another one, or set llm.targets.NAME.embeddings");
}
}  // namespace rondo::llm
