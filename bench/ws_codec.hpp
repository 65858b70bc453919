#pragma once
#include "base/result.hpp"
#include "wire_corpus.hpp"
#include "ws_row.hpp"

#include <cstddef>

namespace rondo::bench {
/// Bytes on the connection of the corpus in its three forms.
[[nodiscard]] Status measure_size(const WireCorpus& corpus, const WsSink& tell);

/// Nanoseconds a message takes to read and to write in each form, on this thread: over the deltas alone and over the whole corpus, the
/// median of `rounds`. Frames are read and written by the server's own codec, the flat envelope as far as a tree of values; two more rows
/// say what the least is for lean JSON (values) and for the binary form (a frame that is used again, nothing checked).
/// Errors: `internal` (a form does not read back as what was written).
[[nodiscard]] Status measure_decode(const WireCorpus& corpus, std::size_t rounds, const WsSink& tell);
}  // namespace rondo::bench
