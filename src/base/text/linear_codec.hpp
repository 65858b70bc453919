#pragma once
#include "base/result.hpp"
#include "base/text/linear_model.hpp"

#include <cstddef>
#include <string>
#include <string_view>

/// Inside of LinearClassifier: the stored form of a model.
///
/// Little-endian: magic "RLIN", format version, hasher bits, label count, row count; temperature, confidence slope and offset, out-of-scope
/// threshold, least known share, idf of unknown features; labels (length, bytes); biases; then by row the buckets, the idfs, the scales,
/// the weights and the labels it was seen with (a bit each); at the end FNV-1a (64 bits) of all that. Integers are 4 bytes, reals IEEE
/// single, weights 1 byte.
namespace rondo::text {
[[nodiscard]] std::string encode(const LinearModel& model);
/// Errors: `data_loss` (damaged), `failed_precondition` (another version). Allocates no more than `bytes` accounts for.
[[nodiscard]] Result<LinearModel> decode_model(std::string_view bytes);
}  // namespace rondo::text
