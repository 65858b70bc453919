#include "app/completion.hpp"

#include "sample_help.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rondo::app {
namespace {
using testing::HasSubstr;

struct Row {
    const char* claim;
    std::string (*make)(const CommandHelp&);
    const char* text;
};

class CompletionTest : public testing::TestWithParam<Row> {};
TEST_P(CompletionTest, Holds) { EXPECT_THAT(GetParam().make(sample_help()), HasSubstr(GetParam().text)) << GetParam().claim; }

INSTANTIATE_TEST_SUITE_P(App, CompletionTest, testing::Values(
    Row{"bash: commands and options of the program", bash_completion, "'demo')\n            words='run pack -h --help'\n"},
    Row{"bash: a command below a command",           bash_completion, "'demo pack check') command='demo pack check' ;;\n"},
    Row{"bash: choices are offered",                 bash_completion, "'demo run --mode')\n            mapfile -t COMPREPLY < <(compgen -W 'fast slow' -- \"$word\")\n            return\n"},
    Row{"bash: a file is the shell's to find",       bash_completion, "'demo run --config')\n            compopt -o default\n"},
    Row{"bash: a folder, too",                       bash_completion, "'demo run --data')\n            compopt -o dirnames\n"},
    Row{"bash: for a number nothing",                bash_completion, "'demo run --port')\n            return\n"},
    Row{"bash: an argument may be a file",           bash_completion, "words=''\n            [[ $word == -* ]] || { compopt -o default; return; }\n"},
    Row{"zsh: it completes the program",             zsh_completion,  "#compdef demo\n"},
    Row{"zsh: commands come with their words",       zsh_completion,  "            'run:Run it'\n"},
    Row{"zsh: a command has its own function",       zsh_completion,  "        run) _demo_run ;;\n"},
    Row{"zsh: signs with a meaning are escaped",     zsh_completion,  R"('--config[Settings \[YAML\: or JSON\], it'\''s read once]:file:_files')"},
    Row{"zsh: both names of an option",              zsh_completion,  "'(-h --help)'{-h,--help}'[Print this help]'"},
    Row{"zsh: choices are offered",                  zsh_completion,  "'--mode[How]:value:(fast slow)'"},
    Row{"zsh: only folders",                         zsh_completion,  "'--data[Folder]:folder:_files -/'"}));
}  // namespace
}  // namespace rondo::app
