// Every way a provider breaks, asked through the whole server: either a whole answer or a clean error, never part of an answer that
// looks whole. Three questions to each fault: alone and streamed, alone and not, streamed with a sound target behind it.
#include "edge/mock/provider.hpp"
#include "support/server_test.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace rondo::fault {
namespace {
using boost::json::array;
using boost::json::object;

/// What a caller must see of a target with this fault, alone.
enum class Expected { whole, error, refused };

struct Fault {
    const char* name;       ///< of the target
    const char* model;      ///< what the provider is asked for
    Expected alone;         ///< a stream of it
    Expected rescued;       ///< a stream of it with a sound target behind it
};

// refused: the request's own fault or a policy's word, which no other target may overrule.
constexpr Fault kFaults[] = {
    {"rate-limit", "rate-limit@1", Expected::whole, Expected::whole},  // a second try comes after Retry-After
    {"rate-limit-bare", "rate-limit-bare", Expected::error, Expected::whole},
    {"unavailable", "unavailable", Expected::error, Expected::whole},
    {"server-error", "server-error", Expected::error, Expected::whole},
    {"overloaded", "overloaded", Expected::error, Expected::whole},
    {"key-refused", "key-refused", Expected::error, Expected::whole},
    {"forbidden", "forbidden", Expected::error, Expected::whole},
    {"not-found", "not-found", Expected::refused, Expected::refused},
    {"too-large", "too-large", Expected::refused, Expected::refused},
    {"context-too-long", "context-too-long", Expected::refused, Expected::refused},
    {"flaky", "flaky@1", Expected::whole, Expected::whole},
    {"reset-before-head", "reset-before-head", Expected::error, Expected::whole},
    {"reset-after-head", "reset-after-head", Expected::error, Expected::whole},
    {"reset-mid-stream", "reset-mid-stream@5", Expected::error, Expected::whole},
    {"hang", "hang", Expected::error, Expected::whole},
    {"slow-first-token", "slow-first-token@5000", Expected::error, Expected::whole},
    {"stall", "stall@5", Expected::error, Expected::whole},
    {"cut", "cut@5", Expected::error, Expected::whole},
    {"cut-once", "cut-once@5", Expected::whole, Expected::whole},
    {"cut-clean", "cut-clean@5", Expected::error, Expected::whole},
    {"close-after", "close-after", Expected::whole, Expected::whole},
    {"redirect", "redirect", Expected::error, Expected::whole},
    {"slow-body", "slow-body@1", Expected::whole, Expected::whole},
    {"split-utf8", "split-utf8", Expected::whole, Expected::whole},
    {"odd-framing", "odd-framing", Expected::whole, Expected::whole},
    {"malformed-chunk", "malformed-chunk@5", Expected::whole, Expected::whole},
    {"gzip", "gzip", Expected::error, Expected::whole},
    {"wrong-type", "wrong-type", Expected::error, Expected::whole},
    {"empty-body", "empty-body", Expected::error, Expected::whole},
    {"huge-chunk", "huge-chunk@65536", Expected::whole, Expected::whole},
    {"error-in-200", "error-in-200", Expected::error, Expected::whole},
    {"error-in-stream", "error-in-stream@5", Expected::error, Expected::whole},
    {"early-done", "early-done@5", Expected::error, Expected::whole},
    {"no-done", "no-done", Expected::whole, Expected::whole},
    {"duplicate-tool-ids", "duplicate-tool-ids", Expected::whole, Expected::whole},
    {"tool-order", "tool-order", Expected::whole, Expected::whole},
    {"wrong-usage", "wrong-usage", Expected::whole, Expected::whole},
    {"no-usage", "no-usage", Expected::whole, Expected::whole},
    {"refusal", "refusal", Expected::refused, Expected::refused},
    {"content-filter", "content-filter@5", Expected::refused, Expected::refused},
};
