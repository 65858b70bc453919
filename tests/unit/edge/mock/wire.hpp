#pragma once
#include "edge/mock/provider.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace rondo::mock {
using namespace std::chrono_literals;

/// How long a test waits for something that must happen; reached only when it fails.
inline constexpr auto kPatience = 20s;

/// How a connection looks to who reads it.
enum class Ending { open, closed, reset };

/// A caller that sends and reads bytes, with blocking calls. Reads give up after `kPatience`.
class Wire {
public:
    explicit Wire(std::uint16_t port);
    ~Wire() { close(); }
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    void send(std::string_view bytes);
    /// Reads until `bytes` have come or the connection ends.
    std::string read(std::size_t bytes);
    /// Reads until `end` has come or the connection ends.
    std::string read_to(std::string_view end);
    /// How the connection ends behind what was read. Only where an end must come: waits for it.
    Ending ending();
    void close();
    [[nodiscard]] int descriptor() const { return socket_; }

private:
    bool more(std::string& into);
    int socket_{-1};
    Ending ending_{Ending::open};
    std::string ahead_;
};

[[nodiscard]] std::string post(std::string_view path, std::string_view body, std::string_view headers = "");
[[nodiscard]] std::string chat(std::string_view model, bool stream, std::string_view message = "hi", std::string_view more = "");
[[nodiscard]] std::string messages(std::string_view model, bool stream, std::string_view message = "hi", std::string_view more = "");
/// Ids are hashes: each digit of one becomes a 0.
[[nodiscard]] std::string without_ids(std::string text);
/// As one chunk of a chunked body.
[[nodiscard]] std::string chunk(std::string_view bytes);

/// A running provider whose answers have four tokens: "You said: hi".
class ProviderTest {
public:
    explicit ProviderTest(Provider::Options options = {.tokens = 4});
    Provider& operator*() { return provider_; }
    Provider* operator->() { return &provider_; }
    /// The log once `count` attempts have ended.
    std::vector<Attempt> ended(std::size_t count);

private:
    Provider provider_;
};
}  // namespace rondo::mock
