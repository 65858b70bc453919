#include "platform/files/replace_file.hpp"

#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <vector>

namespace rondo::files {
namespace {
namespace fs = std::filesystem;

std::string read(const fs::path& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

class ReplaceFile : public testing::Test {
protected:
    [[nodiscard]] fs::path at(const char* name) const { return folder.path() / name; }
    [[nodiscard]] std::ptrdiff_t entries() const { return std::distance(fs::directory_iterator{folder.path()}, {}); }
    support::TempFolder folder;
};

TEST_F(ReplaceFile, MakesTheFileAndTheFoldersItLiesIn) {
    ASSERT_TRUE(replace_file(at("a/b/c.json"), "one"));
    EXPECT_EQ(read(at("a/b/c.json")), "one");
    EXPECT_EQ(fs::status(at("a/b/c.json")).permissions(), fs::perms{0644});
}

TEST_F(ReplaceFile, ASecretIsForItsOwnerFromTheFirstByte) {
    ASSERT_TRUE(replace_file(at("secret"), "one", Readers::owner));
    EXPECT_EQ(fs::status(at("secret")).permissions(), fs::perms{0600});
    ASSERT_TRUE(replace_file(at("secret"), "two"));
    EXPECT_EQ(fs::status(at("secret")).permissions(), fs::perms{0600}) << "a later writer who does not ask keeps it so";
}

TEST_F(ReplaceFile, LeavesNothingOfTheOldOneNorOfTheWork) {
    ASSERT_TRUE(replace_file(at("c.json"), std::string(100'000, 'x')));
    ASSERT_TRUE(replace_file(at("c.json"), "two"));
    EXPECT_EQ(read(at("c.json")), "two");
    EXPECT_EQ(entries(), 1);
}

TEST_F(ReplaceFile, WhoReadsTheOldFileReadsItToTheEnd) {
    ASSERT_TRUE(replace_file(at("c.json"), "one"));
    std::ifstream reader{at("c.json")};
    ASSERT_TRUE(replace_file(at("c.json"), "another"));
    EXPECT_EQ((std::string{std::istreambuf_iterator<char>{reader}, {}}), "one");
}

TEST_F(ReplaceFile, KeepsPermissionsAndLinks) {
    ASSERT_TRUE(replace_file(at("real.json"), "one"));
    fs::permissions(at("real.json"), fs::perms{0600});
    fs::create_symlink("real.json", at("link.json"));
    ASSERT_TRUE(replace_file(at("link.json"), "two"));
    EXPECT_TRUE(fs::is_symlink(at("link.json")));
    EXPECT_EQ(read(at("real.json")), "two");
    EXPECT_EQ(fs::status(at("real.json")).permissions(), fs::perms{0600});
}

TEST_F(ReplaceFile, RefusesWhatIsNoFileAndLeavesItAsItWas) {
    ASSERT_TRUE(replace_file(at("file"), "one"));
    fs::create_directory(at("folder"));
    for (const auto& path : {at("folder"), at("file/below")}) {
        const auto status = replace_file(path, "two");
        ASSERT_FALSE(status) << path;
        EXPECT_EQ(status.error().code, Code::failed_precondition) << status.error().message;
    }
    EXPECT_EQ(read(at("file")), "one");
    EXPECT_EQ(entries(), 2);
}

}  // namespace
}  // namespace rondo::files
