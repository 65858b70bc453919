#include "gateway_caller.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace rondo::bench {
namespace {
using std::chrono::microseconds;

Error unexpected(const AnswerReader& answer) {
    return {Code::internal, fmt::format("answered {}: {}", answer.status(), answer.body().substr(0, 400))};
}
}  // namespace

Result<GatewayCaller> GatewayCaller::connect(std::uint16_t port, const Question& question) {
    auto connection = Loopback::connect(port);
    if (!connection) return propagate(connection);
    return GatewayCaller{question, std::move(*connection)};
}

Status GatewayCaller::ask() {
    answer_.reset();
    meter_.reset();
    asked_ = Clock::now();
    return connection_.send(question_->request);
}

Result<bool> GatewayCaller::listen(Tally& tally) {
    std::array<char, 16'384> bytes;
    const auto size = connection_.receive(bytes.data(), bytes.size());
    if (!size) return propagate(size);
    if (*size == 0) return false;
    const TimePoint now = Clock::now();
    if (const auto fed = answer_.feed({bytes.data(), *size}); !fed) return propagate(fed);
    if (question_->kind == Question::Kind::stream && answer_.status() == 200) take_pieces(tally, now);
    if (!answer_.done()) return false;
    if (const auto finished = finish(tally, now); !finished) return propagate(finished);
    return true;
}

void GatewayCaller::take_pieces(Tally& tally, TimePoint now) {
    const auto before = meter_.pieces();
    answer_.drop(meter_.take(answer_.body()));
    const auto fresh = meter_.pieces() - before;
    if (fresh == 0) return;
    tally.pieces += static_cast<std::int64_t>(fresh);
    if (before == 0) {
        tally.first.add(std::chrono::round<microseconds>(now - asked_));
    } else {
        const auto excess = now - piece_ - question_->pace;
        tally.excess.add(std::chrono::round<microseconds>(excess));
        tally.worst = std::max(tally.worst, Clock::duration{excess});
        if (excess > Tally::kLate) ++tally.late;
    }
    // What came with it was not waited for.
    for (std::size_t i = 1; i < fresh; ++i) tally.excess.add(microseconds{0});
    piece_ = now;
}

Status GatewayCaller::finish(Tally& tally, TimePoint now) {
    const int expected = question_->kind == Question::Kind::refusal ? 401 : 200;
    if (answer_.status() != expected) return fail(unexpected(answer_));
    if (question_->kind == Question::Kind::whole && answer_.body().find(R"("finish_reason":"stop")") == std::string::npos)
        return fail(unexpected(answer_));
    if (question_->kind == Question::Kind::stream) {
        tally.text_bytes = meter_.text_bytes();
        tally.lost_bytes += missing();
        if (missing() > 0 || !meter_.whole()) ++tally.torn;
    }
    ++tally.answers;
    tally.took.add(std::chrono::round<microseconds>(now - asked_));
    return {};
}

void GatewayCaller::give_up(Tally& tally) const {
    ++tally.torn;
    tally.lost_bytes += missing();
}

std::size_t GatewayCaller::missing() const { return question_->text_bytes - std::min(question_->text_bytes, meter_.text_bytes()); }
}  // namespace rondo::bench
