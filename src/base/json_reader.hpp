#pragma once
#include "base/result.hpp"

#include <boost/json/fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::json {
/// Reads the members of one JSON object and collects every fault at once: missing, wrong type, out of bounds, unknown.
///
///     ObjectReader in{object, "", faults};
///     in.required("user_message", request.text, 16'384);
///     in.optional("turn_number", request.turn, 1, 1'000'000);
///     in.finish();  // names the members nobody read
///
/// The object and the fault list must outlive the reader. Lengths count bytes.
class ObjectReader {
public:
    ObjectReader(const boost::json::object& object, std::string pointer, std::vector<Fault>& faults);

    bool required(std::string_view key, std::string& out, std::size_t max_bytes);
    bool optional(std::string_view key, std::string& out, std::size_t max_bytes);
    bool required(std::string_view key, std::int64_t& out, std::int64_t low, std::int64_t high);
    bool optional(std::string_view key, std::int64_t& out, std::int64_t low, std::int64_t high);
    bool optional(std::string_view key, double& out, double low, double high);
    bool optional(std::string_view key, bool& out);
    /// The member as an object, or null (absent, null, or the wrong type, which is a fault).
    const boost::json::object* object(std::string_view key);
    const boost::json::array* array(std::string_view key);
    /// Any value; marks the key as known.
    const boost::json::value* any(std::string_view key);

    void fault(std::string_view key, std::string message);
    void finish();
    [[nodiscard]] const std::string& pointer() const { return pointer_; }

private:
    const boost::json::value* find(std::string_view key);
    const boost::json::object& object_;
    std::string pointer_;
    std::vector<Fault>& faults_;
    std::set<std::string, std::less<>> known_;
};

/// `Code::invalid_argument` carrying the faults; the edge answers it with 422.
[[nodiscard]] Error invalid(std::vector<Fault> faults, std::string message = "the request has faults; see `errors`");
}  // namespace rondo::json
