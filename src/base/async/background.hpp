#pragma once
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace rondo {
namespace asio = boost::asio;

/// One thread for work that blocks: reading files, waiting for a disk. What is posted runs in order; run_on() brings a
/// coroutine there and back. Its queue is bounded by whoever posts.
class Background {
public:
    /// `on_panic(what)` is called on the thread when a handler threw; may be empty.
    explicit Background(std::function<void(const char*)> on_panic);
    ~Background() { finish(); }
    Background(const Background&) = delete;
    Background& operator=(const Background&) = delete;

    /// While it lives the thread does not end; null once it is about to.
    using Hold = std::unique_ptr<asio::executor_work_guard<asio::io_context::executor_type>>;

    [[nodiscard]] asio::io_context::executor_type executor() { return context_.get_executor(); }
    /// For who must know that what it posts next will run. Thread-safe.
    [[nodiscard]] Hold hold();
    /// Runs what was posted before, waits for holds and joins. Whoever waits for timers or descriptors here must have been told to
    /// stop. Never from the thread itself.
    void finish();

private:
    std::function<void(const char*)> on_panic_;
    asio::io_context context_{1};
    std::mutex mutex_;  // guards open_
    Hold open_{std::make_unique<Hold::element_type>(context_.get_executor())};
    std::thread thread_;
};
}  // namespace rondo
