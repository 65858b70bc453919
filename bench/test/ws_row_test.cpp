#include "ws_row.hpp"

#include <gtest/gtest.h>

namespace rondo::bench {
namespace {
WsRow pb() { return {"size", "pb", {{"messages", 12'083}, {"percent_of_flat", 6.56, 1}}}; }

TEST(WsRow, IsALineOfItsFiguresInTheirOrder) {
    EXPECT_EQ(to_json(pb()), R"({"bench":"ws","case":"size","what":"pb","messages":12083,"percent_of_flat":6.6})");
    EXPECT_TRUE(check_ws(to_json(pb())).empty());
}

TEST(WsRow, TargetsAreMetUpToTheirLimit) {
    struct Row {
        const char* claim;
        WsRow row;
        const char* verdict;
    };
    for (const auto& [claim, row, verdict] : {
             Row{"at most: the limit itself", {"size", "pb", {{"percent_of_flat", 15, 1}}}, "15.0  met\n"},
             Row{"at most: beyond it", {"size", "pb", {{"percent_of_flat", 15.1, 1}}}, "15.1  missed\n"},
             Row{"at least: the limit itself", {"echo", "32 B", {{"percent_of_beast", 90, 1}}}, "90.0  met\n"},
             Row{"at least: below it", {"echo", "32 B", {{"percent_of_beast", 89.9, 1}}}, "89.9  missed\n"},
             Row{"none at all: one is too many", {"weak", "200 cuts", {{"duplicates", 1}}}, "1.0  missed\n"},
         }) {
        EXPECT_TRUE(ws_targets_text({&row, 1}).ends_with(verdict)) << claim << ": " << ws_targets_text({&row, 1});
    }
}

TEST(WsRow, AFigureOfAnotherCaseHasNoTarget) {
    const WsRow row{"idle", "pb", {{"percent_of_flat", 99}}};
    EXPECT_EQ(ws_targets_text({&row, 1}).find("percent_of_flat"), std::string::npos);
}

TEST(WsRow, ALineThatIsNotAsAgreedIsRefused) {
    struct Row {
        const char* claim;
        const char* line;
        const char* pointer;
    };
    for (const auto& [claim, line, pointer] : {
             Row{"another bench", R"({"bench":"turn","case":"size","what":"pb","messages":1})", "/bench"},
             Row{"a case nobody knows", R"({"bench":"ws","case":"sizes","what":"pb","messages":1})", "/case"},
             Row{"nothing measured", R"({"bench":"ws","case":"size","what":"","messages":1})", "/what"},
             Row{"no figure", R"({"bench":"ws","case":"size","what":"pb"})", ""},
             Row{"a figure that is none", R"({"bench":"ws","case":"size","what":"pb","messages":null})", "/messages"},
             Row{"a size below nothing", R"({"bench":"ws","case":"size","what":"pb","messages":-1})", "/messages"},
             Row{"no JSON", "size pb", ""},
         }) {
        const auto faults = check_ws(line);
        ASSERT_EQ(faults.size(), 1U) << claim;
        EXPECT_EQ(faults[0].path, pointer) << claim;
    }
    EXPECT_TRUE(check_ws(R"({"bench":"ws","case":"weak","what":"pb","resume_lower_percent":-3.5})").empty())
        << "a difference may be negative";
}
}  // namespace
}  // namespace rondo::bench
