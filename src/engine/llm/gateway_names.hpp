#pragma once
#include "base/result.hpp"
#include "engine/llm/gateway_path.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rondo::llm {
/// What requests may ask for, and whom each name stands for. Immutable once made; thread-safe then.
///
/// A name is a target, an alias, or "" for the usual order. A target has a model of its own or is open: asked for by
/// NAME/MODEL. Of what was named, an open target takes any MODEL, the others only their own; the first who is asked serves the model
/// that was asked for. Those further on in an alias, and after a target those of the usual order, step in with the models
/// they have. A name that is written in full, slashes included, goes before NAME/MODEL.
class GatewayNames {
public:
    /// `targets`: ids unique. Ids in `aliases` and `order` that are no targets are passed by; an empty order: all targets.
    GatewayNames(std::vector<GatewayRoute> targets, const std::map<std::string, std::vector<std::string>, std::less<>>& aliases,
                 const std::vector<std::string>& order);

    struct Found {
        GatewayChain chain;  ///< not empty
        std::string model;   ///< what open targets are asked for; "": nothing
    };
    /// Whom to ask for an answer. Errors: `not_found`, MODEL_NOT_FOUND.
    [[nodiscard]] Result<Found> find(std::string_view asked) const;
    /// Whom to ask for vectors: nobody steps in, and all of them serve the same model, because vectors of two models do not
    /// compare. Errors: `not_found`, MODEL_NOT_FOUND, also when none of them makes embeddings.
    [[nodiscard]] Result<Found> find_embedder(std::string_view asked) const;

    [[nodiscard]] const std::vector<GatewayRoute>& targets() const { return targets_; }

private:
    struct Name {
        std::vector<std::size_t> list;  ///< indexes into targets_
        std::size_t named{0};           ///< so many of them were; the rest step in
        GatewayChain usual{};           ///< who answers when no MODEL is asked for
    };
    /// The entry and what follows its slash.
    [[nodiscard]] std::pair<const Name*, std::string_view> entry(std::string_view asked) const;
    [[nodiscard]] bool serves(std::size_t target, std::string_view model) const;

    std::vector<GatewayRoute> targets_;
    std::vector<std::string> models_;  ///< of each target, "" of an open one
    std::map<std::string, Name, std::less<>> names_;
};
}  // namespace rondo::llm
