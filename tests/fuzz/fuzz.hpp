#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

/// What every fuzz target shares. A target is one file with one LLVMFuzzerTestOneInput; under the preset `fuzz` libFuzzer calls
/// it, elsewhere replay.cpp does, with the kept corpus.
namespace rondo::fuzz {
/// A promise of the code under test, checked in every build. Broken: says which one and ends the process, so that libFuzzer
/// keeps the input.
inline void expect(bool kept, const char* promise) {
    if (kept) return;
    std::fprintf(stderr, "broken promise: %s\n", promise);
    std::abort();
}

/// The first byte of an input, which chooses between the readers of one target; the input is left with the rest.
inline unsigned choice(std::string_view& input) {
    if (input.empty()) return 0;
    const unsigned first = static_cast<unsigned char>(input.front());
    input.remove_prefix(1);
    return first;
}

/// One input, taken to its end. Defined by each target.
void run(std::string_view input);
}  // namespace rondo::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
