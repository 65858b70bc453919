#pragma once
#include "fault/turn_audit.hpp"
#include "support/client.hpp"

#include <functional>
#include <string>
#include <vector>

namespace rondo::fault {
/// A client that repeats every request, under the same id, until it has its answer: one session, a streamed turn whose coach advises
/// later, a turn answered as JSON. It keeps what it was told, and complains of what no client should ever see.
class Insistent {
public:
    /// `recover` is called after each refusal and broken stream; it may start the server anew, and returns the connection to use now.
    Insistent(support::Client& client, std::string session, std::function<support::Client&()> recover)
        : client_{&client}, session_{std::move(session)}, recover_{std::move(recover)} {}

    void converse();
    /// Compares what was told with what the server has now, to be called when nothing fails any more.
    void compare();

    [[nodiscard]] int refusals() const { return refusals_; }
    [[nodiscard]] const std::vector<std::string>& complaints() const { return complaints_; }

private:
    support::Answer insist(const std::string& target, const boost::json::object& body);
    void listen();
    void told(const boost::json::value& result, std::string message_id);
    void refused(int status, const std::string& body);

    support::Client* client_;
    std::string session_;
    std::function<support::Client&()> recover_;
    std::vector<Told> told_;
    std::vector<std::string> complaints_;
    int refusals_{0};
};

/// The session's turns as the API lists them.
[[nodiscard]] std::vector<Kept> history_of(support::Client& client, const std::string& session);
}  // namespace rondo::fault
