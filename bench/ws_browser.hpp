#pragma once
#include "base/result.hpp"
#include "wire_corpus.hpp"
#include "ws_row.hpp"

#include <filesystem>

namespace rondo::bench {
/// Runs bench/browser/decode.mjs, which reads the corpus in Chromium in its three forms.
/// Errors: those of Child; `deadline_exceeded` (five minutes), `unavailable` (it failed and said why on standard error).
[[nodiscard]] Status measure_browser(const WireCorpus& corpus, const std::filesystem::path& script, std::size_t rounds, const WsSink& tell);
}  // namespace rondo::bench
