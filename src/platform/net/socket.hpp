#pragma once
#include "base/async/timer.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace rondo::net {
namespace asio = boost::asio;

// Concrete executors: a type-erased one costs a virtual call and a reference count at every step.
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using LoopTimer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;
}  // namespace rondo::net
