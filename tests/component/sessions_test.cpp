#include "support/server_test.hpp"

#include <fmt/format.h>

namespace rondo {
namespace {
using support::Answer;
using support::text_of;

class Sessions : public support::ServerTest {
protected:
    /// All items of a list, page by page; how many each page had goes to `pages`.
    std::vector<boost::json::value> all(const std::string& list, int limit, std::vector<std::size_t>& pages) {
        std::vector<boost::json::value> found;
        std::string cursor;
        do {
            const Answer page = client.get(
                fmt::format("{}{}limit={}{}", list, list.contains('?') ? '&' : '?', limit, cursor.empty() ? "" : "&cursor=" + cursor));
            EXPECT_EQ(page.status, 200) << page.body;
            const auto items = page.at("items").as_array();
            pages.push_back(items.size());
            found.insert(found.end(), items.begin(), items.end());
            cursor = page.text("next");
        } while (!cursor.empty() && pages.size() < 100);
        return found;
    }
};

TEST_F(Sessions, AreListedNewestFirstPageByPage) {
    for (int i = 1; i <= 5; ++i) client.open_session({{"session_id", fmt::format("s{}", i)}});
    std::vector<std::size_t> pages;
    std::vector<std::string> ids;
    for (const auto& session : all("/api/v1/sessions", 2, pages)) ids.push_back(text_of(session, "session_id"));
    EXPECT_EQ(ids, (std::vector<std::string>{"s5", "s4", "s3", "s2", "s1"}));
    EXPECT_EQ(pages, (std::vector<std::size_t>{2, 2, 1}));
}

TEST_F(Sessions, MessagesAreListedOldestFirstTwoATurn) {
    const std::string session = client.open_session();
    const std::vector<std::string> said{"你好", "你们的产品有什么功能？", "多少钱？"};
    for (const auto& message : said) ASSERT_EQ(client.say(session, message).status, 200);
    std::vector<std::size_t> pages;
    const auto messages = all("/api/v1/sessions/" + session + "/messages", 2, pages);
    ASSERT_EQ(messages.size(), 6U);
    EXPECT_EQ(pages, (std::vector<std::size_t>{4, 2})) << "the limit counts turns";
    for (std::size_t i = 0; i < said.size(); ++i) {
        EXPECT_EQ(text_of(messages[2 * i], "role"), "user");
        EXPECT_EQ(text_of(messages[2 * i], "text"), said[i]);
        EXPECT_EQ(text_of(messages[2 * i + 1], "role"), "npc");
        EXPECT_EQ(messages[2 * i + 1].at("turn_number"), static_cast<std::int64_t>(i + 1));
    }
}

TEST_F(Sessions, AreFoundByWhatWasSaidInThem) {
    for (const char* id : {"s1", "s2", "s3"}) client.open_session({{"session_id", id}, {"scenario", "sales-zh"}});
    ASSERT_EQ(client.say("s1", "你好，我是小李").status, 200);
    ASSERT_EQ(client.say("s3", "你们的 MES 多少钱？").status, 200);
    const auto found = [&](const char* words) {
        std::vector<std::size_t> pages;
        std::string ids;
        for (const auto& item : all(std::string{"/api/v1/sessions?q="} + words, 1, pages)) {
            ids += text_of(item, "session_id");
            if (item.at("match").is_object()) ids += "(" + text_of(item.at("match"), "role") + ")";
            ids += " ";
        }
        return ids;
    };
    EXPECT_EQ(found("%E5%B0%8F%E6%9D%8E"), "s1(user) ") << "小李";
    EXPECT_EQ(found("mes+%E5%A4%9A%E5%B0%91"), "s3(user) ") << "mes 多少";
    EXPECT_EQ(found("nowhere"), "");
    EXPECT_EQ(client.get("/api/v1/sessions?q=%20").at("items").as_array().size(), 3U) << "no words: the plain list";
    const Answer refused = client.get("/api/v1/sessions?q=" + std::string(201, 'a'));
    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(text_of(refused.at("errors").as_array().at(0), "pointer"), "q");
}

TEST_F(Sessions, PagingThatMakesNoSenseIsRefused) {
    for (const char* query : {"limit=0", "limit=201", "limit=two", "cursor=-1", "cursor=abc"}) {
        EXPECT_EQ(client.get(fmt::format("/api/v1/sessions?{}", query)).status, 422) << query;
    }
}

TEST_F(Sessions, ADeletedSessionIsGoneForGoodAndItsIdIsFree) {
    const std::string session = client.open_session({{"session_id", "mine"}});
    ASSERT_EQ(client.say(session, "你好", {{"message_id", "m-1"}}).status, 200);
    const auto remove = [&](support::Client& by) {
        return by.send({.method = net::Method::delete_, .target = "/api/v1/sessions/mine"}).status;
    };
    EXPECT_EQ(remove(client), 204);
    restart();
    EXPECT_EQ(remove(now()), 404);
    EXPECT_EQ(now().get("/api/v1/sessions/mine/messages").status, 404);
    EXPECT_EQ(now().say("mine", "你好").status, 404);
    EXPECT_EQ(now().events("mine", 1).head().status, 404);
    EXPECT_TRUE(now().get("/api/v1/sessions").at("items").as_array().empty());
    now().open_session({{"session_id", "mine"}});
    const Answer fresh = now().say("mine", "你好", {{"message_id", "m-1"}});
    EXPECT_EQ(fresh.at("turn_number"), 1);
    EXPECT_TRUE(fresh.header("idempotent-replay").empty()) << "the old session's message ids went with it";
}
}  // namespace
}  // namespace rondo
