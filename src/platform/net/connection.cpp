#include "platform/net/connection.hpp"

#include "base/async/within.hpp"
#include "platform/net/problem.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <exception>

namespace rondo::net {
using namespace std::chrono_literals;

namespace {
using ErrorCode = boost::system::error_code;
constexpr std::size_t kCopiedBody = 16U << 10U;  // up to here one copy is cheaper than a second buffer for the kernel

/// What would have to be unpacked, which nothing here does: so there are no bombs.
bool compressed(const Request& request) {
    return std::ranges::any_of(request.headers, [](const Header& header) {
        return same_word(header.name, "Content-Encoding") && !same_word(header.value, "identity");
    });
}
constexpr std::size_t kSmallBody = 64U << 10U;

const Error& overload() {
    static const Error kError{.code = Code::unavailable,
                              .message = "the server has more to do than it can; try again after Retry-After",
                              .reason = "OVERLOADED",
                              .retry_after = Admission::kRetryAfter};
    return kError;
}

std::unexpected<Error> peer_left() { return fail(Code::cancelled, "the peer is gone"); }
}  // namespace

Connection::Connection(std::shared_ptr<Worker> worker, Newcomer newcomer)
    : worker_{std::move(worker)},
      seat_{std::move(newcomer.seat)},
      socket_{std::move(newcomer.socket)},
      input_{std::max<std::size_t>(worker_->shared().config.max_header_bytes, 16U << 10U) + 4096},
      parser_{RequestParser::Limits{.max_header_bytes = worker_->shared().config.max_header_bytes}},
      refusal_{newcomer.refusal},
      travelled_{newcomer.travelled} {
    parser_.request().peer = newcomer.peer.to_string();
    input_.put(newcomer.unread);
    worker_->join(*this);
}

Connection::~Connection() {
    worker_->leave(*this);
    worker_->shared().open.fetch_sub(1, std::memory_order_relaxed);
}

void Connection::start() {
    ErrorCode ignored;
    socket_.non_blocking(true, ignored);
    socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
    const auto* identity = worker_->identity();
    if (identity && !travelled_) tls_ = make_tls_transport(socket_, *identity);
    parser_.request().secure = tls_ != nullptr;
    asio::co_spawn(worker_->context(), run(),
                   asio::bind_cancellation_slot(cancel_.slot(), [self = shared_from_this()](std::exception_ptr thrown) {
                       if (thrown) self->worker_->shared().on_error("a connection ended by an exception");
                   }));
}

asio::awaitable<void> Connection::run() {
    co_await asio::this_coro::throw_if_cancelled(false);
    const bool greeted = !tls_ || co_await shake_hands();
    while (greeted && co_await serve()) {
        parser_.next();
        input_.relax();
        answered_ = chunked_ = false;
    }
    if (!gone_ && answered_) co_await linger();
    tls_.reset();  // says goodbye, so before the socket
    ErrorCode ignored;
    socket_.close(ignored);
}

/// One request. False: the connection is to end.
asio::awaitable<bool> Connection::serve() {
    close_after_ = false;
    match_ = {};
    extra_headers_.clear();
    auto received = co_await receive(RequestParser::State::body);
    if (!received) co_return co_await refuse(std::move(received.error()), false);
    worker_->requests.add();
    fresh_ = false;
    const Request& request = parser_.request();
    const RouteTable& routes = worker_->shared().routes;
    match_ = routes.match(request.method, request.path);
    auto screened = routes.screened(request, match_);
    extra_headers_ = std::move(screened.headers);
    const bool whole = parser_.state() == RequestParser::State::done;
    if (screened.refused) co_return co_await refuse(std::move(*screened.refused), whole);
    if (screened.answer) co_return co_await answer(std::move(*screened.answer), whole);
    const Priority priority = match_.route ? match_.route->priority : Priority::fresh;
    if (refusal_ && priority != Priority::vital) {
        Error full{Code::unavailable, refusal_};
        co_return co_await refuse(std::move(full), false);
    }
    if (!match_.route) {
        Error unknown{Code::not_found, "nothing is at this path"};
        if (match_.known_path()) unknown = {Code::invalid_argument, "this path has other methods; see Allow", {}, "METHOD_NOT_ALLOWED"};
        std::vector<Header> allow;
        if (match_.known_path()) allow.push_back({"Allow", match_.allow});
        co_return co_await refuse(std::move(unknown), whole, std::move(allow));
    }
    if (compressed(request)) {
        Error coded{Code::invalid_argument, "send the body as it is, without a Content-Encoding", {}, "UNSUPPORTED_MEDIA_TYPE"};
        std::vector<Header> accepted{{"Accept-Encoding", "identity"}};
        co_return co_await refuse(std::move(coded), whole, std::move(accepted));
    }
    if (!whole) {
        if (worker_->shared().admission.refuses(priority)) co_return co_await turn_away();
        received = co_await receive_body();
        if (!received) co_return co_await refuse(std::move(received.error()), false);
    }
    auto place = worker_->admit(priority);
    if (!place) co_return co_await turn_away();
    place_ = std::move(*place);
    const bool go_on = co_await handle();
    place_ = {};
    co_return go_on;
}

/// Too much is under way. Cheap: who is turned away must not take the time of those who were let in.
asio::awaitable<bool> Connection::turn_away() {
    const Error& error = overload();
    bool whole = parser_.state() == RequestParser::State::done;
    // A new connection would cost more than the rest of a small body, which is under way already.
    if (!whole && !parser_.expects_continue() && parser_.limit_body(kSmallBody)) {
        const auto received = co_await receive(RequestParser::State::done);
        if (!received) co_return co_await refuse(received.error(), false);
        whole = true;
    }
    const auto wait = worker_->refusal_delay();
    if (wait > Clock::duration::zero() && !co_await pause(wait)) co_return false;
    worker_->rejected.add();
    static const Response kPrepared = problem(overload());
    co_return co_await answer(match_.refusal ? refusal(error) : kPrepared, whole);
}

Result<Admission::Place> Connection::begin_work(Priority priority) {
    auto place = worker_->admit(priority);
    if (!place) return fail(overload());
    return std::move(*place);
}

asio::awaitable<Status> Connection::receive_body() {
    const auto limited = parser_.limit_body(std::min(match_.route->max_body, config().max_body_bytes));
    if (!limited) co_return limited;
    if (parser_.expects_continue() && input_.empty()) {
        const Buffers go_on{asio::buffer(std::string_view{"HTTP/1.1 100 Continue\r\n\r\n"})};
        const auto sent = co_await write(go_on);
        if (!sent) co_return sent;
    }
    co_return co_await receive(RequestParser::State::done);
}

/// Reads until the parser has come to `wanted`. Errors: the parser's, `cancelled`, and reason REQUEST_TIMEOUT.
asio::awaitable<Status> Connection::receive(RequestParser::State wanted) {
    const auto began = Clock::now();
    phase_ = Phase::idle;
    for (;;) {
        if (may_travel()) co_return travel();
        if (!input_.empty()) {
            const auto used = parser_.feed(input_.bytes());
            if (!used) co_return propagate(used);
            input_.consume(*used);
            if (parser_.state() >= wanted) {
                deadline_ = TimePoint::max();
                phase_ = Phase::handling;
                co_return Status{};
            }
            if (*used > 0 && !input_.empty()) continue;
        }
        await_input(began);
        if (phase_ == Phase::idle && worker_->draining()) co_return peer_left();
        const auto space = input_.prepare();
        std::size_t bytes = 0;
        const auto ec = co_await read_some(space.data, space.bytes, bytes);
        if (expired_ && phase_ != Phase::idle) {
            co_return fail(Error{Code::invalid_argument, "the request came too slowly", {}, "REQUEST_TIMEOUT"});
        }
        if (ec == asio::error::operation_aborted && may_travel() && !gone_) continue;
        if (ec || gone_) co_return peer_left();
        input_.commit(bytes);
    }
}

/// Says how long the next read may take.
void Connection::await_input(TimePoint body_started) {
    switch (parser_.state()) {
        case RequestParser::State::idle:
            // A client that connects and says nothing gets no more time than one that speaks slowly.
            if (input_.empty())
                return limit_wait(Phase::idle, fresh_ ? std::min(config().header_timeout, config().idle_timeout) : config().idle_timeout);
            [[fallthrough]];  // a lone CR
        case RequestParser::State::head:
            if (phase_ == Phase::idle) limit_wait(Phase::receiving, config().header_timeout);  // for the whole head, not per read
            return;
        case RequestParser::State::body:
        case RequestParser::State::done: break;
    }
    phase_ = Phase::receiving;
    const std::chrono::milliseconds earned{parser_.request().body.size() * 1000 / 1024};
    deadline_ = body_started + config().body_timeout + earned;
}

asio::awaitable<bool> Connection::handle() {
    const char* failure = nullptr;
    std::string what;
    try {
        co_await match_.route->handler(*this);
        if (!answered_) failure = "a handler gave no answer";
    } catch (const std::exception& thrown) {
        failure = "a handler threw";
        what = thrown.what();
    } catch (...) { failure = "a handler threw something that is no exception"; }
    stop_watching();
    if (gone_) co_return false;  // whatever happened then is the cancellation's doing
    if (failure) {
        worker_->failures.add();
        worker_->shared().on_error(fmt::format("{} ({}) {}", failure, match_.route->pattern, what));
        close_after_ = true;
        if (!answered_) {
            Error error{Code::internal, "the server failed to answer; the fault is ours"};
            auto apology = refusal(error);
            co_await respond(std::move(apology));
        }
        if (web_socket_) co_await web_socket_->finish(true);
        co_return false;
    }
    if (streaming_) co_await events_.finish();
    if (web_socket_) co_await web_socket_->finish(false);
    co_return !close_after_ && !gone_;
}

/// Answers below the routes. The connection goes on only if it is known where the next request begins.
asio::awaitable<bool> Connection::refuse(Error error, bool framing_intact, std::vector<Header> headers) {
    if (error.code == Code::cancelled || gone_) co_return false;
    worker_->rejected.add();
    auto response = refusal(error);
    for (auto& [name, value] : headers) set_header(response, name, std::move(value));
    co_return co_await answer(std::move(response), framing_intact);
}

/// Answers in a route's place; whether the connection goes on is the result.
asio::awaitable<bool> Connection::answer(Response response, bool framing_intact) {
    if (!framing_intact) close_after_ = true;
    co_await respond(std::move(response));
    co_return !close_after_ && !gone_;
}

void Connection::add_extra_headers(Response& response) {
    response.headers.insert(response.headers.end(), extra_headers_.begin(), extra_headers_.end());
}

Response Connection::refusal(const Error& error) const {
    if (match_.refusal) return (*match_.refusal)(request(), error);
    const bool path_known = parser_.state() >= RequestParser::State::body;
    return problem(error, path_known ? std::string_view{request().path} : std::string_view{});
}

std::string_view Connection::param(std::string_view name) const {
    for (const auto& param : match_.params) {
        if (param.name == name) return param.value;
    }
    return {};
}

asio::awaitable<Status> Connection::respond(Response response) {
    // A second answer would be taken for the next request's.
    if (answered_) co_return fail(Code::failed_precondition, "the request is already answered");
    answered_ = true;
    if (!request().keep_alive || last_answer()) close_after_ = true;
    add_extra_headers(response);
    const std::string& body = response.shared_body ? *response.shared_body : response.body;
    head_.clear();
    append_response_head(head_, response, Framing::length, body.size(), close_after_);
    Buffers buffers{};
    const bool with_body = may_have_body(response.status) && request().method != Method::head;
    if (with_body && body.size() <= kCopiedBody) {
        head_.append(body);
    } else if (with_body) {
        buffers[1] = asio::buffer(body);
    }
    buffers[0] = asio::buffer(head_);
    co_return co_await write(buffers);
}

void Connection::limit_wait(Phase phase, Clock::duration limit) {
    phase_ = phase;
    deadline_ = Clock::now() + limit;
}

void Connection::check_deadline(TimePoint now) {
    // A handler that was busy elsewhere when it was cancelled may have begun another wait since.
    if (gone_) return cancel_.emit(asio::cancellation_type::terminal);
    if (web_socket_) web_socket_->check_time(now);
    if (gone_ || now < deadline_) return;
    deadline_ = TimePoint::max();
    if (phase_ != Phase::lingering) worker_->timeouts.add();
    if (phase_ == Phase::receiving) {  // the coroutine answers 408
        expired_ = true;
        ErrorCode ignored;
        socket_.cancel(ignored);
    } else {
        abort();
    }
}

void Connection::close_if_idle() {
    if (phase_ == Phase::idle) abort();
    if (web_socket_) web_socket_->drain();
}

/// While connections are handed over: all that is known of the next request is in `input_`, and more may be in the socket.
bool Connection::may_travel() const { return worker_->agent() && !tls_ && !gone_ && parser_.state() <= RequestParser::State::head; }

/// Says so early: a WebSocket, and with it the turns that it may begin, ends by itself.
void Connection::announce_end() {
    if (web_socket_) web_socket_->drain();
}

/// The socket's wait is ended and not the socket: what a read has taken already goes along.
void Connection::travel_if_idle() {
    if (tls_ || web_socket_) return close_if_idle();
    ErrorCode ignored;
    if (may_travel() && (phase_ == Phase::idle || phase_ == Phase::receiving)) socket_.cancel(ignored);
}

Status Connection::travel() {
    ErrorCode failed;
    const auto descriptor = socket_.release(failed);
    gone_ = true;
    if (!failed) worker_->agent()({Descriptor{descriptor}, std::string{input_.bytes()}});
    return peer_left();
}

/// Nothing follows the answer that is about to be given.
bool Connection::last_answer() const { return worker_->ending() || (worker_->agent() && tls_); }

void Connection::abort() {
    if (gone_) return;
    gone_ = true;
    if (web_socket_) web_socket_->broken();
    cancel_.emit(asio::cancellation_type::terminal);
    tls_.reset();
    ErrorCode ignored;
    socket_.close(ignored);
}
}  // namespace rondo::net
