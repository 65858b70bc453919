#include "platform/store/config.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace rondo::store {
namespace {
/// Notes each field's name and whether its default lies in its own range.
struct Visitor {
    std::set<std::string> names;

    void field(const char* name, const std::int64_t& value, Reload, const char* help, Range range) {
        note(name, help, static_cast<double>(value), range.low, range.high);
    }
    void field(const char* name, const std::chrono::milliseconds& value, Reload, const char* help, auto range) {
        note(name, help, static_cast<double>(std::chrono::nanoseconds{value}.count()), static_cast<double>(range.low.count()),
             static_cast<double>(range.high.count()));
    }
    void note(const char* name, const char* help, double value, double low, double high) {
        EXPECT_TRUE(names.insert(name).second) << name << " twice";
        EXPECT_NE(std::string{help}, "");
        EXPECT_TRUE(low <= value && value <= high) << name << ": the default is out of range";
    }
};

TEST(StoreConfig, DescribesEveryFieldOnceWithADefaultInRange) {
    Config config;
    Visitor visitor;
    describe(visitor, config);
    EXPECT_EQ(visitor.names.size(), 11U);
}
}  // namespace
}  // namespace rondo::store
