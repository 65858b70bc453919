#pragma once
#include "base/result.hpp"
#include "engine/llm/model.hpp"
#include "platform/net/message.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace rondo::gateway::sdk {
/// One request of an SDK, read, and the shapes of its answer. `ask` is the caller's to complete and take.
class Wire {
public:
    Wire(llm::ModelRequest request, bool stream) : ask{std::move(request)}, streams_{stream} {}
    virtual ~Wire();
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    [[nodiscard]] bool streams() const { return streams_; }
    [[nodiscard]] virtual std::string whole(const llm::Completion& completion) const = 0;
    // Frames of a stream, in this order: any number of deltas, then one of the others.
    [[nodiscard]] virtual std::string delta(const llm::Delta& delta) = 0;
    [[nodiscard]] virtual std::string finish(const llm::Completion& completion) = 0;
    [[nodiscard]] virtual std::string error(const Error& error) = 0;

    llm::ModelRequest ask;

private:
    bool streams_;
};

/// What differs between the surfaces. Made once; the members never change.
struct Dialect {
    /// `id` is unique; the answer's own is made of it. Errors: `invalid_argument`.
    Result<std::unique_ptr<Wire>> (*read)(std::string_view body, std::string id);
    net::Response (*refusal)(const Error& error);
    std::string (*models)(std::span<const std::string> ids);  ///< the list of models
    std::string_view request_id;  ///< the header the SDK reads it from, besides x-request-id; "" for none
    std::string_view took;        ///< the header that tells how long the answer took, in ms; "" for none
};
[[nodiscard]] const Dialect& openai_dialect();
[[nodiscard]] const Dialect& anthropic_dialect();
/// Whose SDK sent it: Anthropic's says its version with every request.
[[nodiscard]] const Dialect& dialect_of(const net::Request& request);
}  // namespace rondo::gateway::sdk
