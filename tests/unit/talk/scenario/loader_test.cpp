#include "pack_fixture.hpp"
#include "talk/scenario/map_reader.hpp"

#include <gmock/gmock.h>

namespace rondo::scenario {
namespace {
TEST(Loader, ReadsASoundPack) {
    const PackFolder folder;
    const auto loaded = ScenarioPack::load(folder.path());
    ASSERT_TRUE(loaded) << text_of(loaded.error());
    const ScenarioPack& pack = **loaded;
    EXPECT_EQ(pack.id(), "tiny");
    EXPECT_EQ(pack.title(), "Tiny");
    EXPECT_EQ(pack.description(), "A pack for tests.");
    EXPECT_EQ(pack.language(), "en");
    EXPECT_EQ(pack.user_name(), "Sam");
    EXPECT_EQ(pack.persona().name, "Ada");
    EXPECT_EQ(pack.opening_line(), "Hello Sam, I am Ada.");
    EXPECT_EQ(pack.example_messages(), std::vector<std::string>{"hello"});
    EXPECT_EQ(pack.stages().front().name, pack.machine().initial());
    EXPECT_EQ(pack.machine().next("start", "bye"), "finish");
    EXPECT_EQ(pack.machine().next("start", "hello"), "start");
    EXPECT_EQ(pack.intents()[1].examples.size(), 3U);
    EXPECT_EQ(pack.workflow().name, "tiny");
    ASSERT_EQ(pack.documents().size(), 1U);
    EXPECT_EQ(pack.documents()[0].title, "Tea › Leaves");
    EXPECT_EQ(pack.knowledge().search("leaf water", 3).size(), 1U);
    ASSERT_EQ(pack.transcripts().size(), 1U);
    EXPECT_EQ(pack.transcripts()[0].lines, (std::vector<std::string>{"hello", "goodbye"}));
    EXPECT_EQ(pack.fallback_line(), "One moment.");
    EXPECT_EQ(pack.blocked_line(), "I will not go there.");
    EXPECT_EQ(pack.check("a bribe", "").risk_level, Risk::block);
    EXPECT_EQ(pack.coach({.user_text = "tea", .intent = "hello", .stage = "start"}).text, "Say more about tea.");
}

TEST(Loader, TheHashFollowsEveryFile) {
    const PackFolder folder;
    const auto hash = folder.load()->content_hash();
    EXPECT_EQ(folder.load()->content_hash(), hash);
    folder.write("transcripts/short.txt", "hello\n");
    EXPECT_NE(folder.load()->content_hash(), hash);
}

/// `from` in the sound YAML becomes `to`; the fault stands at `path` and says `message`.
struct Row {
    const char* claim;
    const char* from;
    const char* to;
    const char* path;
    const char* message;
};

class SpoiledScenario : public testing::TestWithParam<Row> {};
TEST_P(SpoiledScenario, IsRefusedWithItsLine) {
    const Row& row = GetParam();
    const PackFolder folder;
    folder.spoil(row.from, row.to);
    const auto pack = ScenarioPack::load(folder.path());
    ASSERT_FALSE(pack) << row.claim;
    EXPECT_EQ(pack.error().code, Code::invalid_argument);
    const auto there = [&](const Fault& fault) { return fault.path == row.path && fault.message.find(row.message) != std::string::npos; };
    EXPECT_TRUE(std::ranges::any_of(pack.error().faults, there)) << row.claim << " should be at " << row.path << "\n"
                                                                 << text_of(pack.error());
}

INSTANTIATE_TEST_SUITE_P(Loader, SpoiledScenario, testing::Values(
    Row{"an unknown key, with what was meant",     "title: Tiny",         "title: Tiny\nopenning: x",  "scenario.yaml:3",  "did you mean \"opening\""},
    Row{"an unknown key far from any",             "title: Tiny",         "title: Tiny\nzzzzzzz: x",   "scenario.yaml:3",  "unknown key \"zzzzzzz\""},
    Row{"a missing field",                         "title: Tiny\n",       "",                          "scenario.yaml:1",  "\"title\" is missing"},
    Row{"an empty field",                          "title: Tiny",         "title: \"\"",               "scenario.yaml:2",  "\"title\" is empty"},
    Row{"a field without value",                   "title: Tiny",         "title:",                    "scenario.yaml:2",  "has no value"},
    Row{"a repeated key",                          "title: Tiny",         "title: Tiny\ntitle: Two",   "scenario.yaml:3",  "\"title\" is repeated"},
    Row{"another format",                          "format: 1",           "format: 2",                 "scenario.yaml:1",  "must be 1"},
    Row{"a language we do not speak",              "language: en",        "language: fr",              "scenario.yaml:4",  "zh or en"},
    Row{"a list where a map belongs",              "  name: Ada\n  role: tutor", "  - x",              "scenario.yaml:7",  "expected `key: value`"},
    Row{"an opening with a placeholder of turns",  "Hello {user_name}",   "Hello {source}",            "scenario.yaml:9",  "opening may use"},
    Row{"a slot that is ours",                     "  topic:\n",          "  source: x\n  topic:\n",   "scenario.yaml:12", "is taken"},
    Row{"a stage nobody defined",                  "finish: [bye]",       "finsh: [bye]",              "scenario.yaml:21", "unknown stage \"finsh\" (did you mean \"finish\"?)"},
    Row{"an intent nobody defined",                "finish: [bye]",       "finish: [by]",              "scenario.yaml:21", "unknown intent \"by\" (did you mean \"bye\"?)"},
    Row{"a stage out of reach",                    "    next:\n      finish: [bye]\n", "",             "scenario.yaml:20", "cannot be reached"},
    Row{"a stage twice",                           "name: finish",        "name: start",               "scenario.yaml:22", "defined twice"},
    Row{"an intent twice",                         "name: bye",           "name: hello",               "scenario.yaml:29", "defined twice"},
    Row{"the server's own intent",                 "name: bye",           "name: out_of_scope",        "scenario.yaml:29", "the server's own word"},
    Row{"an example under two intents",            "[goodbye,",           "[Hello,",                   "scenario.yaml:31", "already stands under hello (line 28)"},
    Row{"two examples",                            "[goodbye, see you later, farewell now]", "[goodbye, farewell]", "scenario.yaml:29", "give at least 3"},
    Row{"no variants",                             "variants: [\"Leave {topic} for now.\", \"So long.\"]", "variants: []", "scenario.yaml:37", "empty list"},
    Row{"an unknown placeholder",                  "Leave {topic}",       "Leave {topics}",            "scenario.yaml:37", "unknown placeholder \"topics\" (did you mean \"topic\"?)"},
    Row{"an open brace",                           "Leave {topic}",       "Leave {topic",              "scenario.yaml:37", "never closed"},
    Row{"variants that some turns cannot use",     "What do you mean?",   "{echo}?",                   "scenario.yaml:39", "add one without"},
    Row{"lines for the same case twice",           "  - intent: bye\n",   "  - intent: hello\n    stage: start\n", "scenario.yaml:36", "already lines"},
    Row{"an intent nobody answers",                "  - intent: bye\n",   "  - stage: finish\n",       "scenario.yaml:1",  "no line answers the intent bye"},
    Row{"no line for everything else",             "  - variants: [\"Go", "  - stage: finish\n    variants: [\"Go", "scenario.yaml:1", "for everything else"},
    Row{"a stage without advice",                  "    finish: [Sum up.]\n", "",                      "scenario.yaml:48", "no general advice for the stage finish"},
    Row{"a condition out of range",                "max_chars: 5",        "max_chars: none",           "scenario.yaml:45", "whole number from 1 to"},
    Row{"an unknown condition",                    "max_chars: 5",        "maxchars: 5",               "scenario.yaml:45", "did you mean \"max_chars\""},
    Row{"a risk in lower case",                    "risk: BLOCK",         "risk: block",               "scenario.yaml:52", "unknown risk \"block\": LOW, MEDIUM, HIGH or BLOCK"},
    Row{"an id with a space",                      "id: bribe",           "id: a bribe",               "scenario.yaml:51", "is not made of"}));

TEST(Loader, AScenarioThatIsNoMapIsOneFault) {
    for (const char* yaml : {"just words", "- a list\n", ""}) {
        const PackFolder folder;
        folder.write("scenario.yaml", yaml);
        const auto pack = ScenarioPack::load(folder.path());
        ASSERT_FALSE(pack) << yaml;
        EXPECT_EQ(pack.error().code, Code::invalid_argument) << yaml;
        EXPECT_EQ(pack.error().faults.size(), 1U) << text_of(pack.error());
    }
}

TEST(Loader, SaysAllFaultsOfAllFilesAtOnce) {
    const PackFolder folder;
    folder.spoil("language: en", "language: fr\ncolour: red");
    folder.write("workflow.json",
                 R"({"name": "tiny", "version": "1", "enabled_nodes": ["intent", "npc"], "routing_rules": {"intent": ["knowledge"]}})");
    folder.write("knowledge/tea.md", "no heading\n");
    folder.write("transcripts/short.txt", "\n\n");
    const auto pack = ScenarioPack::load(folder.path());
    ASSERT_FALSE(pack);
    std::vector<std::string> paths;
    for (const Fault& fault : pack.error().faults) paths.push_back(fault.path);
    EXPECT_THAT(paths, testing::IsSupersetOf({"scenario.yaml:4", "scenario.yaml:5", "knowledge/tea.md:1", "transcripts/short.txt:1"}));
    EXPECT_THAT(paths, testing::Contains(testing::StartsWith("workflow.json:1#/")));
}

TEST(Loader, AKnownPackIsTakenAsLongAsNoFileOfItChanges) {
    const PackFolder folder;
    const std::vector first{*ScenarioPack::load(folder.path())};
    EXPECT_EQ(*ScenarioPack::load(folder.path(), kNodes, first), first[0]);
    EXPECT_EQ(load_all(folder.root(), kNodes, first)->at(0), first[0]);
    folder.write("transcripts/another.txt", "hello\n");
    const auto next = *ScenarioPack::load(folder.path(), kNodes, first);
    EXPECT_NE(next, first[0]);
    EXPECT_EQ(next->transcripts().size(), first[0]->transcripts().size() + 1);
    folder.write("transcripts/another.txt", "\xff\n");
    EXPECT_FALSE(ScenarioPack::load(folder.path(), kNodes, std::vector{next})) << "what cannot be read is never taken as known";
}

TEST(Loader, AnyLineMayGoMissingOrComeTwice) {
    const PackFolder folder;
    const std::string sound = kSoundYaml;
    for (std::size_t begin = 0; begin < sound.size();) {
        const std::size_t next = sound.find('\n', begin) + 1;
        const std::string line = sound.substr(begin, next - begin);
        for (const std::string& instead : {std::string{}, line + line}) {
            folder.write("scenario.yaml", sound.substr(0, begin) + instead + sound.substr(next));
            const auto pack = ScenarioPack::load(folder.path());
            if (!pack) {
                for (const Fault& fault : pack.error().faults) EXPECT_TRUE(fault.path.starts_with("scenario.yaml:")) << fault.path;
                continue;
            }
            EXPECT_FALSE((*pack)->line({.intent = "bye", .stage = "finish"}).empty()) << line;
            EXPECT_FALSE((*pack)->coach({.user_text = "x", .intent = "bye", .stage = "finish"}).text.empty()) << line;
            EXPECT_FALSE((*pack)->fallback_line().empty()) << line;
        }
        begin = next;
    }
}

struct FileRow {
    const char* claim;
    const char* file;
    std::string bytes;
    const char* path;
    const char* message;
};
class SpoiledFile : public testing::TestWithParam<FileRow> {};
TEST_P(SpoiledFile, IsRefused) {
    const FileRow& row = GetParam();
    const PackFolder folder;
    if (row.bytes.empty()) folder.remove(row.file);
    else folder.write(row.file, row.bytes);
    const auto pack = ScenarioPack::load(folder.path());
    ASSERT_FALSE(pack) << row.claim;
    const auto there = [&](const Fault& fault) {
        return fault.path.starts_with(row.path) && fault.message.find(row.message) != std::string::npos;
    };
    EXPECT_TRUE(std::ranges::any_of(pack.error().faults, there)) << row.claim << "\n" << text_of(pack.error());
}

INSTANTIATE_TEST_SUITE_P(Loader, SpoiledFile, testing::Values(
    FileRow{"no scenario",                    "scenario.yaml", "",                                     "scenario.yaml",         "missing"},
    FileRow{"no workflow",                    "workflow.json", "",                                     "workflow.json",         "missing"},
    FileRow{"no knowledge",                   "knowledge",     "",                                     "knowledge",             "no knowledge"},
    FileRow{"a scenario beyond its limit",    "scenario.yaml", std::string((1U << 20U) + 1, '#'),      "scenario.yaml",         "larger than 1024 KiB"},
    FileRow{"knowledge beyond its limit",     "knowledge/b.md", std::string((256U << 10U) + 1, 'x'),   "knowledge/b.md",        "larger than 256 KiB"},
    FileRow{"bytes that are not UTF-8",       "knowledge/b.md", "# ok\n\xff\n",                        "knowledge/b.md:2",      "not UTF-8"},
    FileRow{"a transcript without lines",     "transcripts/b.txt", "\n",                               "transcripts/b.txt:1",   "empty"},
    FileRow{"JSON that does not parse",       "workflow.json", "{",                                    "workflow.json",         ""}));

TEST(Loader, TheFolderNameIsTheId) {
    const PackFolder folder{"My Pack"};
    const auto pack = ScenarioPack::load(folder.path());
    ASSERT_FALSE(pack);
    EXPECT_THAT(pack.error().faults[0].message, testing::HasSubstr("folder's name"));
    EXPECT_EQ(ScenarioPack::load(folder.root() / "absent").error().code, Code::not_found);
}

TEST(LoadAll, NamesThePackOfEachFault) {
    const PackFolder folder;
    const auto sound = load_all(folder.root());
    ASSERT_TRUE(sound);
    EXPECT_EQ(sound->size(), 1U);
    folder.spoil("language: en", "language: fr");
    const auto spoiled = load_all(folder.root());
    ASSERT_FALSE(spoiled);
    EXPECT_EQ(spoiled.error().faults[0].path, "tiny/scenario.yaml:4");
    EXPECT_EQ(load_all(folder.path() / "knowledge").error().code, Code::not_found) << "no pack in it";
}

TEST(Nearest, SuggestsSlipsOnly) {
    const std::vector<std::string> known{"greeting", "price_inquiry"};
    EXPECT_EQ(nearest("greting", known), "greeting");
    EXPECT_EQ(nearest("weather", known), "");
    EXPECT_EQ(nearest(std::string(10'000, 'g'), known), "") << "a hostile word costs nothing";
}
}  // namespace
}  // namespace rondo::scenario
