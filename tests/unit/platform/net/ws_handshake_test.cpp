#include "platform/net/web_socket_handshake.hpp"

#include <gtest/gtest.h>

#include <cstdio>

namespace rondo::net {
namespace {
constexpr const char* kKey = "dGhlIHNhbXBsZSBub25jZQ==";  // RFC 6455, section 1.3

Request sound() {
    Request request;
    request.headers = {
        {"Host", "h"}, {"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Key", kKey}, {"Sec-WebSocket-Version", "13"}};
    return request;
}

/// One header of a sound handshake becomes `values`: none takes it away.
struct HeaderRow {
    const char* claim;
    const char* header;
    std::vector<const char*> values;
    const char* refused;  // reason; empty: fine
};

constexpr const char* kPlain = "WEBSOCKET_EXPECTED";
constexpr const char* kVersion = "WEBSOCKET_VERSION";
constexpr const char* kMalformed = "MALFORMED_HANDSHAKE";

TEST(WsHandshake, Headers) {
    const HeaderRow rows[] = {
        {"no Upgrade", "Upgrade", {}, kPlain},
        {"another protocol", "Upgrade", {"h2c"}, kPlain},
        {"a word that only begins like it", "Upgrade", {"websockets"}, kPlain},
        {"any case", "Upgrade", {"WebSocket"}, ""},
        {"one of several protocols", "Upgrade", {"h2c, websocket"}, ""},
        {"one of several headers", "Upgrade", {"h2c", "websocket"}, ""},
        {"no Connection", "Connection", {}, kMalformed},
        {"Connection without Upgrade", "Connection", {"keep-alive"}, kMalformed},
        {"browsers keep alive as well", "Connection", {"keep-alive, Upgrade"}, ""},
        {"blanks and case do not matter", "Connection", {" keep-alive ,\tupGRADE "}, ""},
        {"the token in a second header", "Connection", {"keep-alive", "upgrade"}, ""},
        {"no key", "Sec-WebSocket-Key", {}, kMalformed},
        {"an empty key", "Sec-WebSocket-Key", {""}, kMalformed},
        {"two keys", "Sec-WebSocket-Key", {kKey, kKey}, kMalformed},
        {"a key of 15 bytes", "Sec-WebSocket-Key", {"MTIzNDU2Nzg5MDEyMzQ1"}, kMalformed},
        {"a key of 17 bytes", "Sec-WebSocket-Key", {"MTIzNDU2Nzg5MDEyMzQ1Njc="}, kMalformed},
        {"a key of 16 bytes", "Sec-WebSocket-Key", {"MTIzNDU2Nzg5MDEyMzQ1Ng=="}, ""},
        {"a key without padding", "Sec-WebSocket-Key", {"MTIzNDU2Nzg5MDEyMzQ1Ng"}, kMalformed},
        {"a key that is not base64", "Sec-WebSocket-Key", {"MTIzNDU2Nzg5MDE*MzQ1Ng=="}, kMalformed},
        {"the URL's alphabet is another", "Sec-WebSocket-Key", {"MTIzNDU2Nzg5-DE_MzQ1Ng=="}, kMalformed},
        {"no version", "Sec-WebSocket-Version", {}, kVersion},
        {"an older version", "Sec-WebSocket-Version", {"8"}, kVersion},
        {"version 0", "Sec-WebSocket-Version", {"0"}, kVersion},
        {"a later version", "Sec-WebSocket-Version", {"14"}, kVersion},
        {"no number", "Sec-WebSocket-Version", {"thirteen"}, kVersion},
        {"a leading zero", "Sec-WebSocket-Version", {"013"}, kVersion},
        {"a list of versions", "Sec-WebSocket-Version", {"8, 13"}, kVersion},
        {"two versions", "Sec-WebSocket-Version", {"13", "13"}, kVersion},
        {"a body in chunks", "Transfer-Encoding", {"chunked"}, kMalformed},
        {"no extensions", "Sec-WebSocket-Extensions", {""}, ""},
        {"unknown extensions are fine", "Sec-WebSocket-Extensions", {"x-webkit-deflate-frame, foo; bar=\"baz\""}, ""},
        {"several headers of extensions", "Sec-WebSocket-Extensions", {"foo", "bar"}, ""},
        {"empty elements are skipped", "Sec-WebSocket-Extensions", {", foo,, bar ,"}, ""},
        {"an extension without a name", "Sec-WebSocket-Extensions", {"; a"}, kMalformed},
        {"a parameter without a name", "Sec-WebSocket-Extensions", {"foo; =1"}, kMalformed},
        {"a parameter without its value", "Sec-WebSocket-Extensions", {"foo; a="}, kMalformed},
        {"a value that is no token", "Sec-WebSocket-Extensions", {"foo; a=\"b c\""}, kMalformed},
        {"an open quote", "Sec-WebSocket-Extensions", {"foo; a=\"b"}, kMalformed},
        {"two names in a row", "Sec-WebSocket-Extensions", {"foo bar"}, kMalformed},
        {"a semicolon at the end", "Sec-WebSocket-Extensions", {"foo;"}, kMalformed},
        {"a subprotocol is the route's business", "Sec-WebSocket-Protocol", {"chat"}, ""},
    };
    for (const HeaderRow& row : rows) {
        Request request = sound();
        std::erase_if(request.headers, [&](const Header& header) { return same_word(header.name, row.header); });
        for (const char* value : row.values) request.headers.push_back({row.header, value});
        const auto checked = check_handshake(request, true);
        EXPECT_EQ(checked ? "" : checked.error().reason, row.refused) << row.claim;
        if (!checked) EXPECT_FALSE(checked.error().message.empty()) << row.claim;
    }
    std::printf("%zu handshakes\n", std::size(rows));
}

TEST(WsHandshake, ASoundOneIsAccepted) {
    const auto checked = check_handshake(sound(), true);
    ASSERT_TRUE(checked);
    EXPECT_EQ(checked->accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    EXPECT_TRUE(checked->offers.empty());
}

TEST(WsHandshake, OnlyGetInHttp11WithoutABody) {
    EXPECT_FALSE(check_handshake(sound(), false)) << "HTTP/1.0";
    Request post = sound();
    post.method = Method::post;
    EXPECT_FALSE(check_handshake(post, true));
    Request with_body = sound();
    with_body.body = "x";
    EXPECT_FALSE(check_handshake(with_body, true));
}

struct OfferRow {
    const char* claim;
    const char* offer;
    const char* agreed;  // behind what we always say; null: nothing
    int window_bits;
};

TEST(WsHandshake, Deflate) {
    const OfferRow rows[] = {
        {"the plain offer", "permessage-deflate", "", 12},
        {"what browsers offer", "permessage-deflate; client_max_window_bits", "", 12},
        {"the server without context", "permessage-deflate; server_no_context_takeover", "", 12},
        {"the client without context", "permessage-deflate; client_no_context_takeover", "", 12},
        {"both without context", "permessage-deflate; client_no_context_takeover; server_no_context_takeover", "", 12},
        {"a window of 15", "permessage-deflate; server_max_window_bits=15", "; server_max_window_bits=12", 12},
        {"a window of 12", "permessage-deflate; server_max_window_bits=12", "; server_max_window_bits=12", 12},
        {"a window of 10", "permessage-deflate; server_max_window_bits=10", "; server_max_window_bits=10", 10},
        {"a window of 9", "permessage-deflate; server_max_window_bits=9", "; server_max_window_bits=9", 9},
        {"a window of 8, which deflate does not know", "permessage-deflate; server_max_window_bits=8", "; server_max_window_bits=8", 8},
        {"in quotes", "permessage-deflate; server_max_window_bits=\"10\"", "; server_max_window_bits=10", 10},
        {"quoted characters", "permessage-deflate; server_max_window_bits=\"1\\0\"", "; server_max_window_bits=10", 10},
        {"the client's window of 8", "permessage-deflate; client_max_window_bits=8", "", 12},
        {"the client's window of 15", "permessage-deflate; client_max_window_bits=15", "", 12},
        {"everything at once",
         "permessage-deflate; server_max_window_bits=11; client_max_window_bits=9; server_no_context_takeover; client_no_context_takeover",
         "; server_max_window_bits=11", 11},
        {"blanks", "  permessage-deflate ;\tserver_max_window_bits = 10  ", "; server_max_window_bits=10", 10},
        {"nothing", "", nullptr, 0},
        {"another extension", "x-webkit-deflate-frame", nullptr, 0},
        {"an unknown parameter", "permessage-deflate; fast", nullptr, 0},
        {"an unknown parameter with a value", "permessage-deflate; level=9", nullptr, 0},
        {"a window of 7", "permessage-deflate; server_max_window_bits=7", nullptr, 0},
        {"a window of 16", "permessage-deflate; server_max_window_bits=16", nullptr, 0},
        {"a window of 0", "permessage-deflate; server_max_window_bits=0", nullptr, 0},
        {"a leading zero", "permessage-deflate; server_max_window_bits=09", nullptr, 0},
        {"a sign", "permessage-deflate; server_max_window_bits=+9", nullptr, 0},
        {"a window without a number", "permessage-deflate; server_max_window_bits", nullptr, 0},
        {"a word for a number", "permessage-deflate; server_max_window_bits=ten", nullptr, 0},
        {"a huge number", "permessage-deflate; server_max_window_bits=99999999999999999999", nullptr, 0},
        {"the client's window of 7", "permessage-deflate; client_max_window_bits=7", nullptr, 0},
        {"the client's window of 16", "permessage-deflate; client_max_window_bits=16", nullptr, 0},
        {"a value where none belongs", "permessage-deflate; server_no_context_takeover=1", nullptr, 0},
        {"a value where none belongs, the client's", "permessage-deflate; client_no_context_takeover=true", nullptr, 0},
        {"a parameter twice", "permessage-deflate; server_max_window_bits=10; server_max_window_bits=10", nullptr, 0},
        {"a parameter without a value twice", "permessage-deflate; client_no_context_takeover; client_no_context_takeover", nullptr, 0},
        {"the client's window twice", "permessage-deflate; client_max_window_bits; client_max_window_bits=10", nullptr, 0},
        {"the first of two that can be kept", "permessage-deflate; server_max_window_bits=10, permessage-deflate",
         "; server_max_window_bits=10", 10},
        {"the second when the first cannot", "permessage-deflate; server_max_window_bits=7, permessage-deflate", "", 12},
        {"behind another extension", "foo; bar, permessage-deflate; server_max_window_bits=9", "; server_max_window_bits=9", 9},
        {"names have one case", "Permessage-Deflate", nullptr, 0},
    };
    for (const OfferRow& row : rows) {
        const auto offers = parse_extensions(row.offer);
        ASSERT_TRUE(offers) << row.claim;
        const auto terms = accept_deflate(*offers);
        ASSERT_EQ(terms.has_value(), row.agreed != nullptr) << row.claim;
        if (!terms) continue;
        EXPECT_EQ(terms->answer, std::string{"permessage-deflate; server_no_context_takeover; client_no_context_takeover"} + row.agreed)
            << row.claim;
        EXPECT_EQ(terms->window_bits, row.window_bits) << row.claim;
    }
    std::printf("%zu offers\n", std::size(rows));
}
}  // namespace
}  // namespace rondo::net
