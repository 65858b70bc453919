#pragma once
#include "talk/scenario/intent_model.hpp"
#include "talk/scenario/separation.hpp"

#include <vector>

namespace rondo::scenario {
/// What can be said about a pack that loads: how much is in it, how well its intents are told apart, and what its author
/// should look at. Warnings refuse nothing.
struct Review {
    Separation separation;
    std::vector<Fault> warnings;  ///< at `file` or `file:line`
};

/// Trains the pack's intents (without a cache) and plays its transcripts.
///
/// Warns about: few examples; intents that are mistaken for another or rejected; a stage in mid-list that nothing leaves;
/// an intent whose lines run out and repeat; a line of the persona that the pack's own compliance rules object to; example
/// messages and transcript lines that are not recognised; transcripts that repeat an answer or, together, miss a stage.
/// Errors: `invalid_argument` with faults when the examples cannot be learned from.
[[nodiscard]] Result<Review> review(const ScenarioPack& pack);
}  // namespace rondo::scenario
