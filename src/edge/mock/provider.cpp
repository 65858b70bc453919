#include "edge/mock/provider.hpp"

#include "base/async/event_loops.hpp"
#include "edge/mock/service.hpp"
#include "platform/net/input_buffer.hpp"
#include "platform/net/raw_server.hpp"
#include "platform/net/request_parser.hpp"

#include <utility>

namespace rondo::mock {
namespace {
using namespace std::chrono_literals;
constexpr std::size_t kMaxBody = 64U << 20U;
constexpr std::size_t kMaxWaiting = 1U << 20U;  ///< bytes received and not yet parsed
constexpr auto kLongestSilence = 1h;            ///< even a hang ends

/// Plays one plan and keeps the log. False: the connection is over.
asio::awaitable<bool> play(net::RawConnection& connection, const Plan& plan, AttemptLog* log, std::uint64_t ticket) {
    bool left = false;
    for (std::size_t i = 0; i < plan.pieces.size() && !left; ++i) {
        const Piece& piece = plan.pieces[i];
        if (piece.pause > Clock::duration{}) left = co_await connection.gone_within(piece.pause);
        // A pause may end in the moment in which the caller leaves; nothing is to be written to who has left. The time is taken
        // first: whatever carries a later one than the departure would prove otherwise.
        const auto now = Clock::now();
        if (i > 0 && !left) left = connection.gone();
        if (left || piece.bytes.empty()) continue;
        const auto bytes = co_await connection.write(piece.bytes);
        left = bytes < piece.bytes.size();
        if (log) log->wrote(ticket, {now, bytes, left ? 0 : static_cast<std::size_t>(piece.tokens)});
    }
    if (!left && plan.end == Plan::End::silence) left = co_await connection.gone_within(kLongestSilence);
    if (plan.end == Plan::End::reset && !left) connection.reset();
    if (log) log->end(ticket, left);
    co_return !left && plan.end == Plan::End::keep;
}
}  // namespace

class Provider::Impl {
public:
    explicit Impl(Options options) : options_{std::move(options)}, loops_{options_.threads, {}, {}} {}
    ~Impl() { stop(); }

    Status start() {
        std::optional<net::TestIdentity> valid;
        std::optional<net::TestIdentity> expired;
        if (const auto made = make(options_.tls_port, net::TestIdentity::Validity::now, valid); !made) return made;
        if (const auto made = make(options_.expired_tls_port, net::TestIdentity::Validity::expired, expired); !made) return made;
        if (valid) certificate_ = valid->certificate_pem();
        service_ = std::make_unique<Service>(Service::Config{.key = options_.key,
                                                             .tokens = options_.tokens,
                                                             .pace = options_.pace,
                                                             .script = std::move(options_.script),
                                                             .certificate = certificate_});
        if (const auto bound = listen(options_.port, std::nullopt, port_); !bound) return bound;
        if (valid) {
            if (const auto bound = listen(*options_.tls_port, valid, tls_port_); !bound) return bound;
        }
        if (expired) {
            if (const auto bound = listen(*options_.expired_tls_port, expired, expired_tls_port_); !bound) return bound;
        }
        loops_.start();
        return {};
    }

    void stop() { loops_.stop(); }

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::uint16_t tls_port() const { return tls_port_; }
    [[nodiscard]] std::uint16_t expired_tls_port() const { return expired_tls_port_; }
    [[nodiscard]] const std::string& certificate() const { return certificate_; }
    [[nodiscard]] Service& service() { return *service_; }

private:
    static Status make(const std::optional<int>& port, net::TestIdentity::Validity validity, std::optional<net::TestIdentity>& into) {
        if (!port) return {};
        auto made = net::TestIdentity::make(validity);
        if (!made) return propagate(made);
        into = std::move(*made);
        return {};
    }

    Status listen(int port, const std::optional<net::TestIdentity>& identity, std::uint16_t& bound) {
        servers_.push_back(std::make_unique<net::RawServer>(
            net::RawServer::Config{.host = options_.host, .port = port, .tls = identity},
            [this](net::RawConnection& connection) { return serve(connection); }, loops_.all()));
        const auto listening = servers_.back()->listen();
        if (!listening) return propagate(listening);
        bound = *listening;
        return {};
    }

    /// All requests of one connection.
    asio::awaitable<void> serve(net::RawConnection& connection) {
        net::InputBuffer input{kMaxWaiting};
        net::RequestParser parser{{}};
        for (;;) {
            parser.next();
            const auto received = co_await receive(connection, input, parser);
            if (!received && received.error().code == Code::cancelled) co_return;
            if (!received) {
                const Plan refusal = Service::refuse(received.error());
                co_await play(connection, refusal, nullptr, 0);
                co_return;
            }
            input.relax();
            const bool keep_alive = parser.request().keep_alive;
            const bool goes_on = co_await answer(connection, parser.request());
            if (!goes_on || !keep_alive) co_return;
        }
    }

    asio::awaitable<bool> answer(net::RawConnection& connection, const net::Request& request) {
        auto answered = service_->answer(request);
        if (!answered.asked) co_return co_await play(connection, *answered.plan, nullptr, 0);
        auto& log = service_->log();
        const auto ticket = log.begin({.asked = std::move(answered.asked),
                                       .status = answered.plan->status,
                                       .began = Clock::now(),
                                       .connection = connection.number(),
                                       .tls = connection.tls(),
                                       .headers = headers_of_interest(request)});
        co_return co_await play(connection, *answered.plan, &log, ticket);
    }

    /// Errors: the parser's, and `cancelled` when the caller is gone.
    static asio::awaitable<Status> receive(net::RawConnection& connection, net::InputBuffer& input, net::RequestParser& parser) {
        using State = net::RequestParser::State;
        bool in_body = false;
        for (;;) {
            while (!input.empty()) {
                const auto used = parser.feed(input.bytes());
                if (!used) co_return propagate(used);
                input.consume(*used);
                if (parser.state() == State::done) co_return Status{};
                if (parser.state() == State::body && !std::exchange(in_body, true)) {
                    if (const auto fine = parser.limit_body(kMaxBody); !fine) co_return fine;
                    if (parser.expects_continue()) co_await connection.write("HTTP/1.1 100 Continue\r\n\r\n");
                }
                if (*used == 0) break;
            }
            const auto space = input.prepare();
            const auto got = co_await connection.read(space.data, space.bytes);
            if (!got) co_return propagate(got);
            input.commit(*got);
        }
    }

    Options options_;
    std::string certificate_;
    std::unique_ptr<Service> service_;
    std::uint16_t port_{0}, tls_port_{0}, expired_tls_port_{0};
    EventLoops loops_;
    std::vector<std::unique_ptr<net::RawServer>> servers_;  // before the loops go
};

Provider::Provider(Options options) : impl_{std::make_unique<Impl>(std::move(options))} {}
Provider::~Provider() = default;

Status Provider::start() { return impl_->start(); }
void Provider::stop() { impl_->stop(); }
std::uint16_t Provider::port() const { return impl_->port(); }
std::uint16_t Provider::tls_port() const { return impl_->tls_port(); }
std::uint16_t Provider::expired_tls_port() const { return impl_->expired_tls_port(); }
std::string Provider::certificate_pem() const { return impl_->certificate(); }
std::vector<Attempt> Provider::attempts() const { return impl_->service().log().snapshot(); }
void Provider::forget() { impl_->service().forget(); }
bool Provider::wait_for(const std::function<bool(const std::vector<Attempt>&)>& enough, Clock::duration patience) const {
    return impl_->service().log().wait(enough, patience);
}
}  // namespace rondo::mock
