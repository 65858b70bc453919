#pragma once
#include "support/client.hpp"
#include "support/server.hpp"

#include <gtest/gtest.h>

namespace rondo::support {
/// A running server and one connection to it.
class ServerTest : public ::testing::Test {
protected:
    explicit ServerTest(Server::Settings settings = {}, Server::AdjustNodes adjust = {}) : server{std::move(settings), std::move(adjust)} {}

    /// On the same data; the connection is made anew.
    void restart() {
        client.close();
        server.restart();
        again_ = std::make_unique<Client>(loop, server.port());
    }
    /// The connection to the server as it runs now.
    [[nodiscard]] Client& now() { return again_ ? *again_ : client; }

    Loop loop;
    Server server;
    Client client{loop, server.port()};

private:
    std::unique_ptr<Client> again_;
};
}  // namespace rondo::support
