#include "app/man_page.hpp"

#include "sample_help.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rondo::app {
namespace {
using testing::HasSubstr;

std::string page() {
    const std::vector<config::Setting> settings{{.key = "server.port",
                                                 .env = "DEMO_SERVER__PORT",
                                                 .type = "integer",
                                                 .value = "1",
                                                 .default_value = "8000",
                                                 .source = "--port",
                                                 .help = "Where it listens.",
                                                 .allowed = "0 to 65535",
                                                 .reload = Reload::restart}};
    return man_page(sample_help(), settings, "1.2.3");
}

struct Row {
    const char* claim;
    const char* text;
};

class ManPageTest : public testing::TestWithParam<Row> {};
TEST_P(ManPageTest, Holds) { EXPECT_THAT(page(), HasSubstr(GetParam().text)) << GetParam().claim; }

INSTANTIATE_TEST_SUITE_P(App, ManPageTest, testing::Values(
    Row{"the title has the version and no date",   ".TH DEMO 1 \"\" \"demo 1.2.3\" \"User Commands\"\n"},
    Row{"the name is followed by what it is",      ".SH NAME\ndemo \\- shows what there is\n"},
    Row{"a command has its synopsis and words",    ".SS \\fBdemo run\\fR [\\fIOPTION\\fR...]\nRun it.\n"},
    Row{"a command below a command, too",          ".SS \\fBdemo pack check\\fR \\fIFOLDER\\fR\nCheck one.\n"},
    Row{"all names of an option stand together",   ".TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\nPrint this help\n"},
    Row{"an option says what its value is",        "\\fB\\-\\-data\\fR \\fIFOLDER\\fR\n"},
    Row{"or which values there are",               "\\fB\\-\\-mode\\fR \\fIfast|slow\\fR\n"},
    Row{"examples keep their lines",               "Examples:\n.RS 4\n.nf\ndemo run \\-v\n\\&.hidden\n.fi\n.RE\n"},
    Row{"paragraphs are kept apart",               ".PP\nExit codes: 0 done.\n.PP\nExamples:"},
    Row{"a setting with its range and default",    "\\fBserver.port\\fR (integer, 0 to 65535)\nWhere it listens.\nDefault: 8000.\n"},
    Row{"and its variable",                        "Environment: DEMO_SERVER__PORT.\n"}));

TEST(ManPage, SaysNothingAboutTheBuilder) {
    EXPECT_EQ(page().find("\\-\\-port, "), std::string::npos) << "sources and values are the moment's";
}
}  // namespace
}  // namespace rondo::app
