#pragma once
#include "engine/llm/error_class.hpp"
#include "engine/llm/model.hpp"
#include "engine/llm/provider_answer.hpp"
#include "engine/llm/provider_usage.hpp"
#include "platform/net/sse.hpp"

#include <boost/json/fwd.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::llm::wire {
/// Bounds of one answer, and how much nonsense a stream may hold.
struct ReadLimits {
    std::size_t max_event_bytes{1U << 20U};
    std::size_t max_answer_bytes{8U << 20U};
    int max_bad_chunks{3};  ///< skipped and counted; one more and the stream has failed
};

enum class Ending {
    open,      ///< more may come
    complete,  ///< the provider said that the answer is whole
    failed,    ///< it said that it is not, said nonsense, or the bytes ended before it said anything: see failure()
};

/// Reads one streamed answer: bytes in, cut anywhere; deltas out, and how it ended. Pure: no clock, no socket.
///
/// Lenient about form, strict about the end. Skipped are comments, unknown events, and a few chunks that are no JSON; the last
/// blank line and the closing sentinel may be missing. But an answer is whole only if its finish reason came.
class ProviderStream {
public:
    explicit ProviderStream(const ReadLimits& limits, std::string repeated = {});
    virtual ~ProviderStream();
    ProviderStream(const ProviderStream&) = delete;
    ProviderStream& operator=(const ProviderStream&) = delete;

    /// Appends the deltas that `bytes` complete. Ignored after the end.
    void feed(std::string_view bytes, std::vector<Delta>& out);
    /// No more bytes will come, for whatever reason: the body ended, broke off, or fell silent. Decides an open stream.
    void finish(std::vector<Delta>& out);

    [[nodiscard]] Ending ending() const { return ending_; }
    [[nodiscard]] const std::optional<ProviderError>& failure() const { return failure_; }  ///< set if failed
    /// The finish reason came; what may still come is the usage and the sentinel.
    [[nodiscard]] bool answer_whole() const { return !finish_reason_.empty(); }
    [[nodiscard]] std::size_t pieces() const { return answer_.pieces(); }  ///< tokens' sign of life: text, tools, reasoning
    /// Something was said, or billed.
    [[nodiscard]] bool begun() const { return pieces() > 0 || told_.input || told_.output; }
    [[nodiscard]] int bad_chunks() const { return bad_chunks_; }
    [[nodiscard]] Bill bill(const ModelRequest& request) const { return wire::bill(told_, request, answer_.counted()); }
    /// What was read, as a completion without usage, target and model. Once.
    [[nodiscard]] Completion take();

protected:
    virtual void on_event(const net::SseEvent& event, std::vector<Delta>& out) = 0;

    /// Parses a chunk; null for one that is no JSON object, which is counted then.
    [[nodiscard]] const boost::json::object* parse(std::string_view data, boost::json::value& into);
    void set_finish(std::string_view reason) { finish_reason_ = reason; }
    void complete() { end_of_answer_ = true; }  ///< the sentinel came
    void fail_with(ProviderError failure);
    void fail_with(std::string message);  ///< provider_fault

    AnswerBuilder answer_;
    ToldUsage told_;
    std::string id_;

private:
    void decide();

    ReadLimits limits_;
    net::SseParser parser_;
    std::vector<net::SseEvent> events_;
    std::string finish_reason_;
    bool end_of_answer_{false};
    Ending ending_{Ending::open};
    std::optional<ProviderError> failure_;
    int bad_chunks_{0};
};

/// An answer that said nothing because a filter stopped it. It is told as a refusal; one that said something is a completion
/// with the finish reason "content_filter".
[[nodiscard]] ProviderError empty_refusal();
}  // namespace rondo::llm::wire
