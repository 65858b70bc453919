#include "platform/net/service_manager.hpp"

#include "support/temp_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <optional>
#include <string>

namespace rondo::net {
namespace {
using testing::MatchesRegex;

/// The manager's end: a datagram socket at `address`.
class Manager {
public:
    explicit Manager(const std::string& address) : socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
        sockaddr_un at{};
        at.sun_family = AF_UNIX;
        std::memcpy(at.sun_path, address.data(), address.size());
        if (address.front() == '@') at.sun_path[0] = '\0';
        const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size());
        EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&at), size), 0) << std::strerror(errno);
    }
    ~Manager() { ::close(socket_); }
    Manager(const Manager&) = delete;
    Manager& operator=(const Manager&) = delete;

    /// The next message; empty when there is none.
    std::string heard() {
        std::string bytes(512, '\0');
        const auto size = ::recv(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT);
        bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        return bytes;
    }

private:
    int socket_;
};

struct Said {
    const char* claim;
    Status (*say)(const ServiceManager&);
    const char* heard;  ///< a regular expression
};

class ServiceManagerTest : public testing::TestWithParam<Said> {};

TEST_P(ServiceManagerTest, IsHeardAtAPathAndAtAnAbstractName) {
    const Said& row = GetParam();
    const support::TempFolder folder;
    for (const std::string& address : {(folder.path() / "notify").string(), "@rondo-test-" + folder.path().filename().string()}) {
        Manager manager{address};
        EXPECT_TRUE(row.say(ServiceManager{address})) << row.claim;
        EXPECT_THAT(manager.heard(), MatchesRegex(row.heard)) << row.claim << " at " << address;
        EXPECT_EQ(manager.heard(), "") << row.claim << ": one datagram a message";
    }
}

INSTANTIATE_TEST_SUITE_P(Net, ServiceManagerTest, testing::Values(
    Said{"ready comes with its status",           [](const ServiceManager& m) { return m.ready("serves port 8000"); },
         "READY=1\nSTATUS=serves port 8000"},
    Said{"a status cannot smuggle in a message",  [](const ServiceManager& m) { return m.ready("fine\nSTOPPING=1"); },
         "READY=1\nSTATUS=fine"},
    Said{"a reload says when it began",           [](const ServiceManager& m) { return m.reloading(); },
         "RELOADING=1\nMONOTONIC_USEC=[0-9]+"},
    Said{"the end is announced",                  [](const ServiceManager& m) { return m.stopping(); },
         "STOPPING=1"}));

struct Address {
    const char* claim;
    std::string address;
    std::optional<Code> refused;
};

class ServiceAddressTest : public testing::TestWithParam<Address> {};

TEST_P(ServiceAddressTest, Send) {
    const Address& row = GetParam();
    const auto sent = ServiceManager{row.address}.stopping();
    EXPECT_EQ(sent ? std::nullopt : std::optional{sent.error().code}, row.refused) << row.claim;
}

INSTANTIATE_TEST_SUITE_P(Net, ServiceAddressTest, testing::Values(
    Address{"without a manager nothing is said",      "",                          std::nullopt},
    Address{"nobody at the path",                     "/nowhere/notify",           Code::unavailable},
    Address{"nobody by the name",                     "@rondo-test-nobody",        Code::unavailable},
    Address{"a relative path is no address",          "notify",                    Code::invalid_argument},
    Address{"a sign alone is no name",                "@",                         Code::invalid_argument},
    Address{"longer than a socket's address may be",  "/" + std::string(200, 'x'), Code::invalid_argument}));
}  // namespace
}  // namespace rondo::net
