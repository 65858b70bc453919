#include "fuzz/fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    rondo::fuzz::run({reinterpret_cast<const char*>(data), size});
    return 0;
}
