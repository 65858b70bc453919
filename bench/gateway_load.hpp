#pragma once
#include "base/result.hpp"
#include "gateway_caller.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace rondo::bench {
/// One long request after the other, each body handed over at a steady pace, so that one is always on its way.
class Upload {
public:
    static constexpr std::size_t kPiece = 64U << 10U;
    static constexpr std::chrono::milliseconds kEvery{1};

    /// `request` must outlive it. Errors: those of Loopback.
    [[nodiscard]] static Result<Upload> connect(std::uint16_t port, const std::string& request);
    /// Hands over what is due, reads what has come; call at least every kEvery. Errors: those of Loopback and AnswerReader; `internal`
    /// unless the answer is a 200.
    [[nodiscard]] Status go_on(TimePoint now);
    [[nodiscard]] std::int64_t answers() const { return answers_; }

private:
    Upload(const std::string& request, Loopback connection) : request_{&request}, connection_{std::move(connection)} {}
    const std::string* request_;
    Loopback connection_;
    AnswerReader answer_;
    std::size_t sent_{0};
    TimePoint due_{};
    std::int64_t answers_{0};
};

/// Callers side by side. One thread.
class GatewayLoad {
public:
    /// The question must outlive the load. Errors: those of Loopback; `resource_exhausted` (too few file descriptors).
    [[nodiscard]] static Result<GatewayLoad> connect(std::uint16_t port, const Question& question, std::size_t callers);
    GatewayLoad(GatewayLoad&& other) noexcept;
    GatewayLoad& operator=(GatewayLoad&&) = delete;
    ~GatewayLoad();

    /// Every caller asks, again and again, for so long; what is under way then ends. `beside` goes on meanwhile.
    /// Errors: those of GatewayCaller and Upload; `deadline_exceeded` (silence for twenty seconds).
    [[nodiscard]] Result<Tally> ask_for(std::chrono::milliseconds time, Upload* beside = nullptr);
    /// Every caller asks once, the first at once, the last after `ramp`; `all_asked` is called then. Who is refused or cut off counts as
    /// torn and is not asked again. Errors: `deadline_exceeded`, as above.
    [[nodiscard]] Result<Tally> ask_once(std::chrono::milliseconds ramp, const std::function<void()>& all_asked = [] {});

private:
    explicit GatewayLoad(int epoll) : epoll_{epoll} {}
    enum class Then { rest, ask_again };
    [[nodiscard]] Status ask(GatewayCaller& caller);
    /// Listens to those whose answer has come. A failure ends it, unless `broken` is there to be called with the caller.
    [[nodiscard]] Status listen(std::chrono::milliseconds patience, Then then, Tally& tally,
                                const std::function<void(GatewayCaller&)>& broken = {});

    int epoll_;  // -1 once moved from
    std::vector<GatewayCaller> callers_;
    std::size_t under_way_{0};
    TimePoint heard_;  // when an answer's bytes last came
};
}  // namespace rondo::bench
