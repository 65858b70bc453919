#pragma once
#include "server_fixture.hpp"

#include "base/rng.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::net {
/// How a conversation's bytes come to the server: the lengths of the pieces, each of which it has read before the next is sent.
using Pieces = std::vector<std::size_t>;

/// Whole, byte by byte (longer ones in steps), and cut in two at places that are the same every time.
inline std::vector<Pieces> deliveries(std::size_t bytes) {
    std::vector<Pieces> ways{{bytes}};
    const std::size_t step = std::max<std::size_t>(1, bytes / 500);
    ways.emplace_back(bytes / step, step);
    ways.back().push_back(bytes % step);
    Rng rng{bytes};
    for (int i = 0; i < 6; ++i) {
        const std::size_t cut = 1 + rng.below(bytes - 1);
        ways.push_back({cut, bytes - cut});
    }
    return ways;
}

/// A server whose routes answer with what they understood: "[POST /echo a=b|body]".
class FramingTest : public ServerTest {
public:
    FramingTest() {
        const auto echo = [this](Exchange& exchange) -> asio::awaitable<void> {
            const Request& request = exchange.request();
            const auto query = request.query.empty() ? "" : " " + request.query;
            understood += fmt::format("[{} {}{}|{}]", name(request.method), request.path, query, request.body);
            co_await exchange.respond({.body = "{}"});
        };
        for (const auto method : {Method::get, Method::head, Method::post, Method::put}) route(method, "/echo", echo, 64);
        route(Method::get, "/next", echo);
        start({.max_header_bytes = 16U << 10U});
    }

    template <class Condition>
    asio::awaitable<void> until(Condition condition) {
        const auto ctx = in_time();
        while (!condition() && ctx.left() > 0s) co_await asio::post(context, asio::use_awaitable);
        EXPECT_TRUE(condition());
    }
    /// Everything that comes back on one connection until the server ends it.
    std::string converse_in(const std::string& bytes, const Pieces& pieces) {
        understood.clear();
        std::string answer;
        run([](FramingTest& test, std::string_view bytes, const Pieces& pieces, std::string& answer) -> asio::awaitable<void> {
            RawClient client{test.context};
            co_await client.connect(test.port);
            co_await test.until([&] { return test.server->open_connections() == 1; });
            const auto before = test.server->stats().bytes_in;
            std::size_t sent = 0;
            for (const auto piece : pieces) {
                co_await client.send(std::string{bytes.substr(sent, piece)});
                sent += piece;
                // Whoever was refused is read to the end as well, so that nothing is lost by a reset.
                co_await test.until([&] { return test.server->stats().bytes_in >= before + sent || test.server->open_connections() == 0; });
            }
            answer = co_await client.read();
            EXPECT_FALSE(client.was_reset()) << "closed before everything was read";
            client.close();
            co_await test.until([&] { return test.server->open_connections() == 0; });
        }(*this, bytes, pieces, answer));
        return answer;
    }
    /// The final statuses of the answers, one after the other: "200 400".
    static std::string statuses(const std::string& answers) {
        std::string list;
        constexpr std::string_view kBegin = "HTTP/1.1 ";
        for (auto at = answers.find(kBegin); at != std::string::npos; at = answers.find(kBegin, at + 1)) {
            const auto status = answers.substr(at + kBegin.size(), 3);
            if (!status.starts_with('1')) list += (list.empty() ? "" : " ") + status;
        }
        return list;
    }

    std::string understood;
};
}  // namespace rondo::net
