#pragma once
#include "fault/crash_client.hpp"
#include "support/loop.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace rondo::fault {
/// Clients of a server that is replaced again and again, all on one thread of their own. Whatever goes wrong for one of them is a
/// complaint: nobody repeats anything, and a connection that was kept has to be there still.
class TakeoverLoad {
public:
    explicit TakeoverLoad(std::uint16_t port);
    ~TakeoverLoad() { finish(); }

    void add_talkers(int count, CrashClient::Manner manner);  ///< sessions of turns, over kept connections
    void add_keepers(int count);                              ///< one connection each for all their requests, never opened again
    void add_visitors(int count);                             ///< a connection for each request
    /// Streams may be cut: talkers join them again where they were. Before start().
    void allow_cuts() { world_.cuts = true; }
    void start();
    void finish();  ///< everybody finishes what it is at

    struct Sums {
        int requests{0};               ///< of keepers and visitors
        Clock::duration longest{};     ///< of these
    };
    [[nodiscard]] const World& world() const { return world_; }  ///< once finished
    [[nodiscard]] const std::vector<std::string>& sessions() const { return sessions_; }
    [[nodiscard]] Sums sums() const { return sums_; }

private:
    asio::awaitable<void> keep(int number);
    asio::awaitable<void> visit(int number);
    /// Sends a request and reads its answer. False: it was no good, and has been complained about.
    asio::awaitable<bool> ask(asio::ip::tcp::socket& socket, std::string who, std::string request);
    void complain(const std::string& who, const std::string& what);

    support::Loop loop_;
    World world_;
    std::vector<std::unique_ptr<CrashClient>> talkers_;
    std::vector<std::string> sessions_;
    Sums sums_;
    std::thread thread_;
};
}  // namespace rondo::fault
