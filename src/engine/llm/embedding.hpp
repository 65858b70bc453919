#pragma once
#include "engine/ledger/usage.hpp"
#include "engine/llm/model.hpp"
#include "engine/llm/request.hpp"

#include <string>
#include <vector>

namespace rondo::llm {
/// Texts that shall become vectors, all by one call of one target.
struct EmbedRequest {
    std::string model{};               ///< as ModelRequest::model; of the named targets only those that make embeddings count
    std::vector<std::string> texts{};  ///< not empty
    int dimensions{0};                 ///< of each vector; 0: the model's own
    Purpose purpose{};
};

struct EmbedAnswer {
    std::vector<std::vector<float>> vectors{};  ///< one for each text, in their order, all of one length
    ledger::Usage usage{};                      ///< of all attempts together
    bool usage_estimated{false};                ///< the provider told no usage
    std::string model{};                        ///< the name it is billed under; a key of ledger::PriceTable
    std::string target{};                       ///< who answered
    std::vector<Attempt> attempts{};            ///< every try, in order
};
}  // namespace rondo::llm
