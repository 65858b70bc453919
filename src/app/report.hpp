#pragma once
#include "base/result.hpp"

#include <string>

namespace rondo::app {
/// "rondo: <message>" and one indented line for each fault, on stderr.
void report(const Error& error);
}  // namespace rondo::app
