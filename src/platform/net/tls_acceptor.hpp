#pragma once
#include "base/result.hpp"
#include "platform/net/test_identity.hpp"

#include <memory>
#include <string>
#include <string_view>

struct ssl_st;

namespace rondo::net {
/// The accepting side of one TLS session, as bytes in and bytes out. Pure: no socket. One thread at a time.
class TlsAcceptor {
public:
    explicit TlsAcceptor(const TestIdentity& identity);

    /// Takes what the peer sent and appends what it means to `plain`; the handshake goes on inside. Answers wait in `outgoing`.
    /// Errors: `unavailable` (no TLS, the peer refused us, a broken record); what waits in `outgoing` then is the alert.
    [[nodiscard]] Status receive(std::string_view bytes, std::string& plain);
    /// Once the handshake is done. Errors: `unavailable`.
    [[nodiscard]] Status send(std::string_view plain);
    /// What has to go to the peer now; the caller's from here on.
    [[nodiscard]] std::string take_outgoing();
    [[nodiscard]] bool closed() const { return closed_; }  ///< the peer said goodbye

private:
    struct Free {
        void operator()(ssl_st* session) const;
    };
    std::unique_ptr<ssl_st, Free> session_;  // owns its two memory buffers
    bool closed_{false};
};
}  // namespace rondo::net
