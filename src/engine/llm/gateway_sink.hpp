#pragma once
#include "base/async/signal.hpp"
#include "engine/llm/model.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <utility>

namespace rondo::llm {
/// The caller's sink, which may be taken away while the call goes on. One executor.
class GatewaySink {
public:
    /// `closable`: close() will be asked for; costs a little for each piece.
    GatewaySink(DeltaSink sink, const asio::any_io_executor& executor, bool closable)
        : sink_{std::move(sink)}, idle_{executor}, closable_{closable} {}

    [[nodiscard]] bool streams() const { return streams_; }
    /// Passes a piece on and waits until it was taken. When closed the piece is thrown away.
    asio::awaitable<Status> put(Delta delta) { return closable_ ? put_closable(std::move(delta)) : sink_(std::move(delta)); }
    /// Cancels the piece under way, if any; where the sink cannot be closed, cancelling put() itself does that.
    void interrupt() {
        if (busy_) stop_.emit(asio::cancellation_type::terminal);
    }
    /// The sink is not called any more once this has returned; a piece under way is cancelled.
    asio::awaitable<void> close();

private:
    asio::awaitable<Status> put_closable(Delta delta);

    DeltaSink sink_;
    asio::cancellation_signal stop_;
    Signal idle_;
    bool closable_, streams_{static_cast<bool>(sink_)};
    bool busy_{false}, closed_{false};
};
}  // namespace rondo::llm
