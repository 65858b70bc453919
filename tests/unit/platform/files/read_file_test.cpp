#include "platform/files/read_file.hpp"

#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace rondo::files {
namespace {
class ReadFile : public testing::Test {
protected:
    std::filesystem::path write(const std::string& bytes) {
        std::ofstream{folder.path() / "f", std::ios::binary}.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        return folder.path() / "f";
    }
    support::TempFolder folder;
};

TEST_F(ReadFile, GivesEveryByte) {
    const std::string bytes{"a\r\n\0\xff", 5};
    EXPECT_EQ(read_file(write(bytes), 5).value(), bytes);
    EXPECT_EQ(read_file(write(""), 0).value(), "");
}

TEST_F(ReadFile, TakesNoMoreThanItMay) {
    const auto read = read_file(write("123456"), 5);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Code::resource_exhausted);
}

TEST_F(ReadFile, SaysWhenThereIsNothingToRead) {
    EXPECT_EQ(read_file(folder.path() / "none", 5).error().code, Code::not_found);
    EXPECT_EQ(read_file(folder.path(), 5).error().code, Code::unavailable) << "a folder";
}
}  // namespace
}  // namespace rondo::files
