#include "talk/turn/best_rated.hpp"

#include "base/json.hpp"
#include "records.hpp"
#include "talk/turn/schema.hpp"
#include "unit/platform/store/store_fixture.hpp"

#include <boost/json.hpp>

namespace rondo::turn {
namespace {
/// A rated turn of some session of the past. What is not said is as the question wants it.
struct Past {
    const char* answer;
    std::int64_t rating{5};
    const char *tenant{"acme"}, *user{"ada"}, *scenario{"tiny"}, *persona{"Bob"}, *intent{"hello"};
    State state{State::completed};
    boost::json::object more{};  ///< of the result
    bool deleted{false};
};
struct Row {
    const char* claim;
    std::vector<Past> past;  ///< oldest first
    const char* found;       ///< "": nothing
    llm::ModelRequest request{};
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.claim; }

class BestRatedTest : public store::StoreTest, public testing::WithParamInterface<Row> {
protected:
    BestRatedTest() {
        options.migrations = migrations();
        options.migrations.push_back(advice_places(3));
        options.projections = {&projection};
    }
    void SetUp() override { open(); }

    void write(std::int64_t session, Kind kind, std::string body) {
        store::Batch batch;
        batch.append(session, static_cast<int>(kind), std::move(body));
        ASSERT_TRUE(commit(std::move(batch)));
    }
    void write(std::int64_t session, const Past& past) {
        SessionCreated created{.tenant = past.tenant,
                               .user = past.user,
                               .id = "s_" + std::to_string(session),
                               .scenario = past.scenario,
                               .persona_name = past.persona,
                               .persona_role = "",
                               .stage = "start",
                               .title = ""};
        write(session, Kind::session_created, created.encode());
        TurnAccepted accepted;
        accepted.number = 1;
        accepted.user_message = "hi";
        write(session, Kind::turn_accepted, accepted.encode());
        boost::json::object result{{"npc_response", past.answer}, {"intent", past.intent}, {"model", "m"}, {"blocked", false}};
        for (const auto& member : past.more) result[member.key()] = member.value();
        TurnRecord record;
        record.number = 1;
        record.state = past.state;
        record.result = json::write(result);
        write(session, Kind::turn_ended, record.encode());
        rate(session, past.rating);
    }
    void rate(std::int64_t session, std::int64_t stars) {
        FeedbackGiven given;
        given.id = "f_" + std::to_string(++given_);
        given.number = 1;
        given.rating = stars;
        given.matched = true;
        given.at = samples::at(given_);
        write(session, Kind::feedback, given.encode());
    }
    std::string find(const llm::ModelRequest& request) {
        BestRated source{*db};
        CallContext ctx;
        ctx.scope = {TenantId{"acme"}, UserId{"ada"}};
        const auto found = run(source.best_rated(request, ctx));
        EXPECT_TRUE(found) << (found ? "" : found.error().message);
        return found && *found ? **found : std::string{};
    }
    static llm::ModelRequest question() {
        llm::ModelRequest request;
        request.purpose.scenario = "tiny";
        request.cue.intent = "hello";
        request.cue.slots["persona_name"] = "Bob";
        return request;
    }

    TurnProjection projection;
    int given_{0};
};

TEST_P(BestRatedTest, IsFound) {
    std::int64_t session = 40;
    for (const Past& past : GetParam().past) write(++session, past);
    project();
    // The tables do not know of a deletion at once.
    session = 40;
    for (const Past& past : GetParam().past) {
        ++session;
        if (past.deleted) write(session, Kind::session_deleted, "");
    }
    EXPECT_EQ(find(GetParam().request), GetParam().found) << GetParam().claim;
    project();
    EXPECT_EQ(find(GetParam().request), GetParam().found) << GetParam().claim << " (projected)";
}

llm::ModelRequest asking(const std::function<void(llm::ModelRequest&)>& change = {}) {
    llm::ModelRequest request;
    request.purpose.scenario = "tiny";
    request.cue.intent = "hello";
    request.cue.slots["persona_name"] = "Bob";
    if (change) change(request);
    return request;
}
boost::json::object rung(const char* word) { return {{"answered_by", {{"target", nullptr}, {"rung", word}, {"attempts", 1}}}}; }

// clang-format off
INSTANTIATE_TEST_SUITE_P(Turn, BestRatedTest, testing::Values(
    Row{"nothing was ever said",                   {}, "", asking()},
    Row{"five stars",                              {{.answer = "a"}}, "a", asking()},
    Row{"the latest of them",                      {{.answer = "a"}, {.answer = "b"}}, "b", asking()},
    Row{"five before four, however late",          {{.answer = "a"}, {.answer = "b", .rating = 4}}, "a", asking()},
    Row{"four will do",                            {{.answer = "b", .rating = 4}}, "b", asking()},
    Row{"three will not",                          {{.answer = "b", .rating = 3}}, "", asking()},
    Row{"another intent's answer is none",         {{.answer = "a", .intent = "price"}}, "", asking()},
    Row{"nor another scenario's",                  {{.answer = "a", .scenario = "other"}}, "", asking()},
    Row{"nor another persona's, who has another name", {{.answer = "I am Eve", .persona = "Eve"}}, "", asking()},
    Row{"nor another tenant's",                    {{.answer = "a", .tenant = "evil"}}, "", asking()},
    Row{"nor another user's, who may be quoted",   {{.answer = "a", .user = "eve"}}, "", asking()},
    Row{"nor one of a deleted session",            {{.answer = "a"}, {.answer = "b", .deleted = true}}, "a", asking()},
    Row{"nor one that was stopped",                {{.answer = "a", .state = State::stopped}}, "", asking()},
    Row{"nor an empty one",                        {{.answer = ""}}, "", asking()},
    Row{"a stand-in is not repeated",              {{.answer = "a", .more = rung("few_shot")}, {.answer = "b", .more = rung("apology")}}, "", asking()},
    Row{"another target's answer is a real one",   {{.answer = "a", .more = rung("target")}}, "a", asking()},
    Row{"the scenario's own line is none",         {{.answer = "a", .more = {{"model", "fallback"}}}}, "", asking()},
    Row{"nor what compliance withheld",            {{.answer = "a", .more = {{"blocked", true}}}}, "", asking()},
    Row{"what was said already is passed by",      {{.answer = "a"}, {.answer = "b"}}, "a",
        asking([](auto& r) { r.messages.push_back({.role = llm::Message::Role::assistant, .text = "b"}); })},
    Row{"what was refused is, too",                {{.answer = "a"}, {.answer = "b"}}, "a", asking([](auto& r) { r.cue.rejected = {"b"}; })},
    Row{"no intent was recognised",                {{.answer = "a", .intent = ""}}, "", asking([](auto& r) { r.cue.intent = ""; })},
    Row{"the message was out of scope",            {{.answer = "a", .intent = "out_of_scope"}}, "", asking([](auto& r) { r.cue.intent = "out_of_scope"; })},
    Row{"a call that belongs to no scenario",      {{.answer = "a", .scenario = ""}}, "", asking([](auto& r) { r.purpose.scenario = ""; })}));
// clang-format on

TEST_F(BestRatedTest, WhoChangesHisMindIsHeard) {
    write(41, {.answer = "a"});
    rate(41, 1);
    project();
    EXPECT_EQ(find(question()), "");
    rate(41, 5);
    project();
    EXPECT_EQ(find(question()), "a");
}
}  // namespace
}  // namespace rondo::turn
