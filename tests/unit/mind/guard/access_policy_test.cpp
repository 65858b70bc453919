#include "mind/guard/access_policy.hpp"

#include <gtest/gtest.h>

namespace rondo::guard {
namespace {
struct Row {
    const char* claim;
    Role role;
    Resource resource;
    Action action;
    Owner owner;
    Verdict verdict;
};
class AccessPolicyTest : public testing::TestWithParam<Row> {};
TEST_P(AccessPolicyTest, Decide) {
    const Row& row = GetParam();
    EXPECT_EQ(AccessPolicy::decide(row.role, row.resource, row.action, row.owner), row.verdict) << row.claim;
}
using enum Role;
using enum Action;
using enum Verdict;
INSTANTIATE_TEST_SUITE_P(AccessPolicy, AccessPolicyTest, testing::Values(
    Row{"a user reads its own sessions",                  user,       Resource::sessions, read,   Owner::self,     allowed},
    Row{"a user deletes its own sessions",                user,       Resource::sessions, change, Owner::self,     allowed},
    Row{"a user speaks in its own sessions",              user,       Resource::turns,    change, Owner::self,     allowed},
    Row{"another user's session is not there",            user,       Resource::sessions, read,   Owner::tenant,   hidden},
    Row{"nor are its events",                             user,       Resource::turns,    read,   Owner::tenant,   hidden},
    Row{"nor can it be deleted",                          user,       Resource::sessions, change, Owner::tenant,   hidden},
    Row{"a user does not see settings",                   user,       Resource::settings, read,   Owner::self,     forbidden},
    Row{"a user does not see metrics",                    user,       Resource::metrics,  read,   Owner::self,     forbidden},
    Row{"a user sees the scenarios",                      user,       Resource::catalog,  read,   Owner::self,     allowed},
    Row{"an operator sees others' sessions without texts", supervisor, Resource::sessions, read,   Owner::tenant,   redacted},
    Row{"an operator sees its own whole",                 supervisor, Resource::sessions, read,   Owner::self,     allowed},
    Row{"an operator does not see others' events",        supervisor, Resource::turns,    read,   Owner::tenant,   hidden},
    Row{"an operator changes nobody's sessions",          supervisor, Resource::sessions, change, Owner::tenant,   hidden},
    Row{"an operator reads settings",                     supervisor, Resource::settings, read,   Owner::self,     allowed},
    Row{"an operator does not change settings",           supervisor, Resource::settings, change, Owner::self,     forbidden},
    Row{"an operator reads metrics",                      supervisor, Resource::metrics,  read,   Owner::self,     allowed},
    Row{"a user sees what it spent",                      user,       Resource::usage,    read,   Owner::self,     allowed},
    Row{"not what others spent",                          user,       Resource::usage,    read,   Owner::tenant,   hidden},
    Row{"an operator sees what the tenant spent",         supervisor, Resource::usage,    read,   Owner::tenant,   allowed},
    Row{"an admin too",                                   admin,      Resource::usage,    read,   Owner::tenant,   allowed},
    Row{"a user sees its own budget",                     user,       Resource::budgets,  read,   Owner::self,     allowed},
    Row{"not another's",                                  user,       Resource::budgets,  read,   Owner::tenant,   hidden},
    Row{"and sets none, not even its own",                user,       Resource::budgets,  change, Owner::self,     forbidden},
    Row{"an operator sees all budgets of the tenant",     supervisor, Resource::budgets,  read,   Owner::tenant,   allowed},
    Row{"and sets none",                                  supervisor, Resource::budgets,  change, Owner::tenant,   forbidden},
    Row{"an admin sets everybody's",                      admin,      Resource::budgets,  change, Owner::tenant,   allowed},
    Row{"a user sees no alerts and no providers",         user,       Resource::operations, read, Owner::self,     forbidden},
    Row{"an operator does",                               supervisor, Resource::operations, read, Owner::self,     allowed},
    Row{"nobody changes them",                            admin,      Resource::operations, change, Owner::self,   forbidden},
    Row{"an admin reads everybody's sessions",            admin,      Resource::sessions, read,   Owner::tenant,   allowed},
    Row{"an admin changes settings",                      admin,      Resource::settings, change, Owner::self,     allowed},
    Row{"another tenant is not there, not even for an admin", admin,  Resource::sessions, read,   Owner::stranger, hidden},
    Row{"nor its events",                                 admin,      Resource::turns,    change, Owner::stranger, hidden},
    Row{"what is open is open",                           user,       Resource::open,     read,   Owner::stranger, allowed}));

TEST(AccessPolicy, NobodyReachesAnotherTenantsConversations) {
    for (const Role role : {user, supervisor, admin}) {
        for (const Resource resource : {Resource::sessions, Resource::turns}) {
            for (const Action action : {read, change}) {
                EXPECT_EQ(AccessPolicy::decide(role, resource, action, Owner::stranger), hidden);
                EXPECT_EQ(AccessPolicy::decide(role, resource, action, Owner::self), allowed);
            }
        }
    }
}

TEST(AccessPolicy, NobodySeesOrChangesAnotherTenantsMoney) {
    for (const Role role : {user, supervisor, admin}) {
        for (const Resource resource : {Resource::usage, Resource::budgets}) {
            for (const Action action : {read, change}) { EXPECT_EQ(AccessPolicy::decide(role, resource, action, Owner::stranger), hidden); }
        }
    }
}

TEST(AccessPolicy, ReachFollowsTheTable) {
    EXPECT_EQ(AccessPolicy::reach(user, Resource::sessions, read), Reach::own);
    EXPECT_EQ(AccessPolicy::reach(supervisor, Resource::sessions, read), Reach::tenant);
    EXPECT_EQ(AccessPolicy::reach(supervisor, Resource::turns, read), Reach::own);
    EXPECT_EQ(AccessPolicy::reach(admin, Resource::turns, change), Reach::tenant);
    EXPECT_EQ(AccessPolicy::reach(user, Resource::usage, read), Reach::own);
    EXPECT_EQ(AccessPolicy::reach(supervisor, Resource::budgets, read), Reach::tenant);
}

TEST(AccessPolicy, ARolesNameReadsBack) {
    for (const Role role : {user, supervisor, admin}) {
        Role read_back = user;
        EXPECT_TRUE(parse_role(name(role), read_back));
        EXPECT_EQ(read_back, role);
    }
    Role untouched = admin;
    EXPECT_FALSE(parse_role("root", untouched));
    EXPECT_FALSE(parse_role("", untouched));
    EXPECT_EQ(untouched, admin);
}
}  // namespace
}  // namespace rondo::guard
