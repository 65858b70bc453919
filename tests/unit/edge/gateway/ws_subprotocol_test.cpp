#include "edge/gateway/wire/subprotocol.hpp"

#include <gtest/gtest.h>

#include <ostream>

namespace rondo::gateway::wire {
namespace {
struct Row {
    const char* claim;
    const char* offered;
    const char* agreed;  // null: refused
    Protocol protocol{};
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.claim; }

class Subprotocol : public ::testing::TestWithParam<Row> {};
TEST_P(Subprotocol, IsChosen) {
    const Row& row = GetParam();
    const auto choice = choose_protocol(row.offered);
    ASSERT_EQ(choice.has_value(), row.agreed != nullptr);
    if (!choice) {
        EXPECT_EQ(choice.error().reason, "UNKNOWN_SUBPROTOCOL");
        for (const char* ours : {"rondo.v1.pb", "rondo.v1.json", "envelope.v2"}) {
            EXPECT_NE(choice.error().message.find(ours), std::string::npos) << "the refusal names " << ours;
        }
        return;
    }
    EXPECT_EQ(choice->answer, row.agreed);
    EXPECT_EQ(choice->protocol, row.protocol);
}
INSTANTIATE_TEST_SUITE_P(Lists, Subprotocol, ::testing::Values(
    Row{"one of ours",                          "rondo.v1.json",                        "rondo.v1.json", Protocol::json},
    Row{"the client's order decides",           "rondo.v1.json, rondo.v1.pb",           "rondo.v1.json", Protocol::json},
    Row{"and so the other way round",           "rondo.v1.pb,rondo.v1.json",            "rondo.v1.pb",   Protocol::pb},
    Row{"what is unknown is passed over",       "graphql-ws , rondo.v2.pb, rondo.v1.pb", "rondo.v1.pb",  Protocol::pb},
    Row{"older clients have a name, too",       "envelope.v2",                          "envelope.v2",   Protocol::envelope},
    Row{"no list means the flat envelope",      "",                                     "",              Protocol::envelope},
    Row{"a list of nothing is none",            " , ,",                                 "",              Protocol::envelope},
    Row{"nothing known is refused",             "graphql-ws",                           nullptr},
    Row{"names are compared with their case",   "RONDO.V1.PB",                          nullptr},
    Row{"a part of a name is another name",     "rondo.v1",                             nullptr},
    Row{"and so is a longer one",               "rondo.v1.pbx",                         nullptr}));
}  // namespace
}  // namespace rondo::gateway::wire
