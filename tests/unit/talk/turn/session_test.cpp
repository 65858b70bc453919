#include "talk/turn/session.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace rondo::turn {
namespace {
class SessionTableTest : public testing::Test {
protected:
    std::shared_ptr<Session> make(const std::string& id, const std::string& tenant = "acme") {
        StoredSession stored;
        stored.created.tenant = tenant;
        stored.created.id = id;
        return std::make_shared<Session>(std::move(stored), io.get_executor(), 1);
    }
    void insert(const std::string& id) { table.insert(make(id)); }
    std::shared_ptr<Session> find(const std::string& id, const std::string& tenant = "acme") {
        return table.find(TenantId{tenant}, SessionId{id});
    }

    asio::io_context io;
    SessionTable table{3};
};

TEST_F(SessionTableTest, TheLeastRecentlyUsedMakesRoom) {
    for (const char* id : {"a", "b", "c", "d"}) insert(id);
    EXPECT_EQ(table.size(), 3U);
    EXPECT_FALSE(find("a"));
    EXPECT_TRUE(find("b") && find("c") && find("d"));
}

TEST_F(SessionTableTest, FindingIsUsing) {
    for (const char* id : {"a", "b", "c"}) insert(id);
    EXPECT_TRUE(find("a"));
    insert("d");
    EXPECT_TRUE(find("a"));
    EXPECT_FALSE(find("b"));
}

TEST_F(SessionTableTest, ASessionInUseStays) {
    const auto held = table.insert(make("a"));
    for (const char* id : {"b", "c", "d", "e"}) insert(id);
    EXPECT_EQ(table.size(), 3U);
    EXPECT_EQ(find("a"), held);
    EXPECT_TRUE(find("d") && find("e"));
}

TEST_F(SessionTableTest, ThereMayBeMoreWhenAllAreInUse) {
    std::vector<std::shared_ptr<Session>> held;
    for (const char* id : {"a", "b", "c", "d", "e"}) held.push_back(table.insert(make(id)));
    EXPECT_EQ(table.size(), 5U);
    held.clear();
    insert("f");
    EXPECT_EQ(table.size(), 3U) << "once they are let go, room is made again";
    EXPECT_TRUE(find("d") && find("e") && find("f"));
}

TEST_F(SessionTableTest, TheOneAlreadyThereStays) {
    const auto first = table.insert(make("a"));
    EXPECT_EQ(table.insert(make("a")), first);
    EXPECT_EQ(table.size(), 1U);
}

TEST_F(SessionTableTest, TenantsDoNotMeet) {
    insert("a");
    EXPECT_FALSE(find("a", "other"));
    table.insert(make("a", "other"));
    EXPECT_EQ(table.size(), 2U);
    EXPECT_NE(find("a"), find("a", "other"));
}

TEST_F(SessionTableTest, EraseTakesThatSessionAndNoOther) {
    const auto gone = table.insert(make("a"));
    table.erase(*gone);
    EXPECT_FALSE(find("a"));
    const auto again = table.insert(make("a"));
    table.erase(*gone);
    EXPECT_EQ(find("a"), again) << "another of the same name";
    table.erase(*make("never"));
    EXPECT_EQ(table.size(), 1U);
}
}  // namespace
}  // namespace rondo::turn
