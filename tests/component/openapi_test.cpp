#include "edge/mock/provider.hpp"
#include "support/json_schema.hpp"
#include "support/server_test.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

namespace rondo {
namespace {
using boost::json::object;
using support::Answer;
using support::text_of;

/// What must be so while a documented request is made, besides those before it.
class Given {
public:
    Given(const object& step, std::filesystem::path workflow_file) {
        const auto* given = step.if_contains("given");
        if (!given) return;
        EXPECT_EQ(given->as_string(), "a folder in the place of the workflow file") << "the only one there is";
        folder_ = std::move(workflow_file);
        std::filesystem::create_directory(folder_);
    }
    ~Given() {
        std::error_code none;
        if (!folder_.empty()) std::filesystem::remove(folder_, none);
    }
    Given(const Given&) = delete;
    Given& operator=(const Given&) = delete;

private:
    std::filesystem::path folder_;
};

/// One documented request of an operation.
struct Replay {
    std::string path, method;
    const object* operation;
    const object* step;
    [[nodiscard]] std::string name() const { return method + " " + path + ": " + text_of(*step, "note"); }
};

/// Answers what the document shows of models.
struct WithProvider {
    WithProvider() {
        if (const auto status = provider.start(); !status) throw std::runtime_error{status.error().message};
    }
    mock::Provider provider{{}};
};

class OpenApi : private WithProvider, public support::ServerTest {
protected:
    OpenApi()
        : ServerTest{{{"llm.targets.mock.base_url", fmt::format("http://127.0.0.1:{}/v1", provider.port())},
                      {"llm.targets.mock.model", "ok"},
                      {"llm.targets.mock.embeddings", "true"}}},
          document{client.get("/openapi.json").json} {}

    /// Every documented request in the document's order; those marked `last` at the end.
    std::vector<Replay> replays() {
        std::vector<Replay> first, last;
        for (const auto& [path, operations] : document.at("paths").as_object()) {
            for (const auto& [method, operation] : operations.as_object()) {
                for (const auto& step : operation.at("x-replay").as_array()) {
                    const object& one = step.as_object();
                    (one.contains("last") ? last : first).push_back({path, method, &operation.as_object(), &one});
                }
            }
        }
        first.insert(first.end(), last.begin(), last.end());
        return first;
    }
    static net::ClientRequest request_of(const Replay& replay) {
        net::ClientRequest request{.method = method_of(replay.method), .target = replay.path};
        const auto members = [&](const char* key) {
            const auto* found = replay.step->if_contains(key);
            return found ? found->as_object() : object{};
        };
        for (const auto& [name, value] : members("path")) {
            const std::string slot = "{" + std::string{name} + "}";
            request.target.replace(request.target.find(slot), slot.size(), std::string{value.as_string()});
        }
        char mark = '?';
        for (const auto& [name, value] : members("query")) {
            request.target += fmt::format("{}{}={}", std::exchange(mark, '&'), std::string_view{name}, percent(value.as_string()));
        }
        for (const auto& [name, value] : members("headers")) request.headers.push_back({std::string{name}, std::string{value.as_string()}});
        if (const auto* body = replay.step->if_contains("body")) request.body = boost::json::serialize(*body);
        if (const auto* raw = replay.step->if_contains("raw")) request.body = raw->as_string().c_str();
        if (const auto* fill = replay.step->if_contains("fill")) request.body.assign(static_cast<std::size_t>(fill->as_int64()), ' ');
        return request;
    }
    /// What is wrong with the answer by the document; "" when nothing is.
    std::string fault_of(const Replay& replay, const Answer& answer) {
        const auto* response = replay.operation->at("responses").as_object().if_contains(std::to_string(answer.status));
        if (!response) return fmt::format("{} is not documented", answer.status);
        const auto* content = response->as_object().if_contains("content");
        if (!content) return answer.body.empty() ? "" : "a body where none is documented";
        std::string type{answer.header("content-type")};
        type = type.substr(0, type.find(';'));
        const auto* medium = content->as_object().if_contains(type);
        if (!medium) return type + " is not documented";
        if (!type.ends_with("json")) return answer.body.empty() ? "an empty body" : "";
        return support::schema_fault(document, medium->at("schema"), answer.json);
    }

    static std::string lower(std::string_view word) {
        std::string out{word};
        for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
        return out;
    }

    boost::json::value document;

private:
    static net::Method method_of(std::string_view word) {
        for (const auto method : {net::Method::get, net::Method::post, net::Method::put, net::Method::delete_}) {
            if (net::same_word(net::name(method), word)) return method;
        }
        ADD_FAILURE() << "no such method: " << word;
        return net::Method::other;
    }
    static std::string percent(std::string_view text) {
        std::string out;
        for (const char c : text) out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        return out;
    }
};

TEST_F(OpenApi, EveryRouteIsDocumentedAndEveryDocumentedPathIsARoute) {
    std::set<std::string> documented, served;
    for (const auto& [path, operations] : document.at("paths").as_object()) {
        for (const auto& [method, operation] : operations.as_object()) {
            documented.insert(fmt::format("{} {} {} {}", std::string_view{method}, std::string_view{path},
                                          text_of(operation, "operationId"), text_of(operation, "summary")));
        }
    }
    for (const auto& route : server.app().routes().routes()) {
        if (route.name == "page") continue;
        served.insert(fmt::format("{} {} {} {}", lower(net::name(route.method)), route.pattern, route.name, route.summary));
    }
    EXPECT_EQ(documented, served) << "method, path, name, summary";
}

TEST_F(OpenApi, EveryExampleIsAnsweredAsDocumented) {
    for (const Replay& replay : replays()) {
        const Given given{*replay.step, server.workflow_file()};
        const Answer answer = now().send(request_of(replay));
        EXPECT_EQ(answer.status, replay.step->at("status").as_int64()) << replay.name() << '\n' << answer.body;
        EXPECT_EQ(fault_of(replay, answer), "") << replay.name() << '\n' << answer.body;
    }
}

TEST_F(OpenApi, EveryDocumentedStatusHasAnExample) {
    std::map<std::string, std::set<std::string>> missing;
    for (const Replay& replay : replays()) {
        const std::string operation = replay.method + " " + replay.path;
        if (!missing.contains(operation)) {
            for (const auto& [status, response] : replay.operation->at("responses").as_object()) missing[operation].emplace(status);
        }
        missing[operation].erase(std::to_string(replay.step->at("status").as_int64()));
    }
    for (const auto& [operation, statuses] : missing) EXPECT_TRUE(statuses.empty()) << operation << " lacks one of " << *statuses.begin();
}

TEST_F(OpenApi, EveryReferenceLeadsSomewhere) {
    const std::string text = boost::json::serialize(document);
    for (std::size_t at = text.find("\"#/"); at != std::string::npos; at = text.find("\"#/", at + 1)) {
        const std::string pointer = text.substr(at + 2, text.find('"', at + 1) - at - 2);
        boost::system::error_code ec;
        EXPECT_TRUE(document.find_pointer(pointer, ec)) << pointer;
    }
    EXPECT_EQ(text_of(document, "openapi"), "3.1.0");
}

TEST_F(OpenApi, ThePageForPeopleIsThereWithWhatItLoads) {
    for (const char* path : {"/docs", "/docs.js", "/docs.css"}) {
        const Answer answer = client.get(path);
        EXPECT_EQ(answer.status, 200) << path;
        EXPECT_NE(answer.header("content-security-policy").find("script-src 'self'"), std::string_view::npos) << path;
        EXPECT_EQ(answer.header("cache-control"), "no-cache") << path;
    }
}
}  // namespace
}  // namespace rondo
