#pragma once
#include "edge/mock/provider.hpp"
#include "support/server_test.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <iterator>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A server over a provider, and /v1 as the SDKs of OpenAI and Anthropic meet it.
namespace rondo::support {
/// What differs between the two surfaces, as a client sees it.
struct Surface {
    const char* name;
    const char* path;
    const char* target;  ///< the configured one that speaks the same API

    [[nodiscard]] bool openai() const { return std::string_view{name} == "OpenAi"; }
    [[nodiscard]] boost::json::object request(const std::string& model, const std::string& text, boost::json::object more = {}) const {
        more["model"] = model;
        more["max_tokens"] = 99;
        more["messages"] = boost::json::array{boost::json::object{{"role", "user"}, {"content", text}}};
        return more;
    }
    [[nodiscard]] net::ClientRequest streamed(boost::json::object body) const {
        body["stream"] = true;
        return Client::posting(path, body);
    }
    [[nodiscard]] std::string text(const boost::json::value& answer) const {
        return openai() ? text_of(answer.at("choices").at(0).at("message"), "content") : text_of(answer.at("content").at(0), "text");
    }
    [[nodiscard]] std::string finish(const boost::json::value& answer) const {
        return openai() ? text_of(answer.at("choices").at(0), "finish_reason") : text_of(answer, "stop_reason");
    }
    /// The text of all pieces of a stream.
    [[nodiscard]] std::string text(const std::vector<Event>& events) const {
        std::string all;
        for (const Event& event : events) {
            if (event.data == "[DONE]") continue;
            const boost::json::value json = event.json();
            const auto* choices = json.as_object().if_contains("choices");
            if (openai() && choices && !choices->as_array().empty()) all += text_of(choices->at(0).at("delta"), "content");
            if (event.type == "content_block_delta") all += text_of(json.at("delta"), "text");
        }
        return all;
    }
    /// The last event says that the answer is whole.
    [[nodiscard]] bool whole(const std::vector<Event>& events) const {
        return !events.empty() && (openai() ? events.back().data == "[DONE]" : events.back().type == "message_stop");
    }
};
inline constexpr Surface kOpenAi{"OpenAi", "/v1/chat/completions", "mock"};
inline constexpr Surface kAnthropic{"Anthropic", "/v1/messages", "claude"};
inline void PrintTo(const Surface& surface, std::ostream* out) { *out << surface.name; }

inline mock::Provider& started(mock::Provider& provider) {
    if (const auto status = provider.start(); !status) throw std::runtime_error{status.error().message};
    return provider;
}

/// A server whose targets `mock` and `claude` are one provider by its two APIs; a request names the fault: mock/cut@3.
class Provided : public ::testing::Test {
protected:
    explicit Provided(Server::Settings more = {}) : server{settings(std::move(more))} {}

    Server::Settings settings(Server::Settings more) {
        started(provider);
        more.insert(more.end(), {{"llm.targets.mock.base_url", fmt::format("http://127.0.0.1:{}/v1", provider.port())},
                                 {"llm.targets.claude.kind", "anthropic"},
                                 {"llm.targets.claude.base_url", fmt::format("http://127.0.0.1:{}", provider.port())},
                                 {"llm.aliases.fast.targets", R"(["mock"])"},
                                 {"llm.gateway.attempts", "1"},
                                 {"llm.gateway.attempts_per_target", "1"}});
        return more;
    }
    Answer ask(const Surface& surface, const boost::json::object& body, std::vector<net::Header> headers = {}) {
        return client.post(surface.path, body, std::move(headers));
    }

    mock::Provider provider{{.tokens = 4}};
    Loop loop;
    Server server;
    Client client{loop, server.port()};
};
}  // namespace rondo::support
