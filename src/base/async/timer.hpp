#pragma once
#include "base/clock.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/wait_traits.hpp>

namespace rondo {
namespace asio = boost::asio;

/// Every wait in rondo: an Asio timer that runs on `rondo::Clock`.
using Timer = asio::basic_waitable_timer<Clock>;
}  // namespace rondo
