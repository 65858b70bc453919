#include "app/commands.hpp"
#include "app/report.hpp"
#include "base/clock.hpp"
#include "base/cpu_time.hpp"
#include "base/json.hpp"
#include "base/text/evaluation.hpp"
#include "base/text/labelled_texts.hpp"
#include "base/text/linear_classifier.hpp"
#include "platform/files/read_file.hpp"
#include "platform/files/replace_file.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <set>
#include <unistd.h>

namespace rondo::app {
namespace {
namespace fs = std::filesystem;
using text::LabelledText;
using text::LinearClassifier;

constexpr std::size_t kMaxModelBytes = 256U << 20U;
constexpr std::size_t kShownConfusions = 10;

struct TrainOptions {
    std::string file, model;
    std::uint64_t seed{1};
};

struct EvalOptions {
    std::string model, file;
    bool json{false};
};

Status write_file(const std::string& file, const std::string& bytes) {
    auto written = files::replace_file(file, bytes);
    if (!written) written.error().message = fmt::format("cannot write {}: {}", file, written.error().message);
    return written;
}

Result<std::vector<LabelledText>> read_rows(const std::string& file) {
    const text::LabelledTextLimits limits;
    const auto bytes = files::read_file(file, limits.bytes);
    if (!bytes) return propagate(bytes);
    auto rows = text::read_labelled_texts(*bytes, limits);
    if (!rows) rows.error().message = fmt::format("{}: {}", file, rows.error().message);
    return rows;
}

/// The classifier names examples by position and labels by number; a person looks for lines and names.
Error in_the_file(Error error, const std::string& file, const std::vector<LabelledText>& rows) {
    error.message = fmt::format("{}: the classifier cannot be trained", file);
    for (Fault& fault : error.faults) {
        constexpr std::string_view kExample = "examples/";
        if (fault.path.starts_with(kExample))
            fault.path = fmt::format("line {}", rows[std::stoul(fault.path.substr(kExample.size()))].line);
    }
    return error;
}

/// Percents on a terminal, nothing elsewhere.
LinearClassifier::Progress progress_bar() {
    if (isatty(STDERR_FILENO) == 0) return {};
    return [](double done) {
        std::fprintf(stderr, "\rtraining %3.0f %%%s", 100 * done, done >= 1 ? "\r\033[K" : "");
        std::fflush(stderr);
    };
}

int refuse(const Error& error) {
    report(error);
    return kFailed;
}

int train(const TrainOptions& options) {
    // Told now, not after a minute of training.
    const fs::path folder = fs::path{options.model}.parent_path();
    std::error_code ec;
    if (!folder.empty() && !fs::is_directory(folder, ec))
        return refuse({Code::not_found, fmt::format("cannot write {}: {} is no folder; make it first", options.model, folder.string())});
    const auto rows = read_rows(options.file);
    if (!rows) return refuse(rows.error());
    // Sorted, so that the order of the rows does not number the labels.
    std::set<std::string> names;
    for (const LabelledText& row : *rows) names.insert(row.label);
    const bool strange = names.erase(std::string{text::kOutOfScopeLabel}) > 0;
    std::vector<std::string> labels(names.begin(), names.end());
    if (labels.empty())
        return refuse({Code::invalid_argument,
                       fmt::format("{}: every row is {}; there is nothing to tell apart", options.file, text::kOutOfScopeLabel)});
    std::vector<LinearClassifier::Example> examples;
    for (const LabelledText& row : *rows) {
        const auto at = std::ranges::lower_bound(labels, row.label);
        const bool oos = row.label == text::kOutOfScopeLabel;
        examples.push_back({row.text, oos ? LinearClassifier::Example::kOutOfScope : static_cast<int>(at - labels.begin())});
    }
    const auto began = Clock::now();
    const auto classifier = LinearClassifier::train(std::move(labels), examples, {.seed = options.seed, .progress = progress_bar()});
    if (!classifier) return refuse(in_the_file(classifier.error(), options.file, *rows));
    const std::chrono::duration<double> took = Clock::now() - began;
    const std::string bytes = classifier->serialize();
    if (const auto written = write_file(options.model, bytes); !written) return refuse(written.error());
    fmt::print("{}: {} labels{} from {} rows in {:.1f} s, {} bytes\n", options.model, names.size(), strange ? " and out of scope" : "",
               rows->size(), took.count(), bytes.size());
    return kOk;
}

std::vector<text::Judged> judge(const LinearClassifier& classifier, const std::vector<LabelledText>& rows, double& us_per_text) {
    std::vector<LinearClassifier::Prediction> said;
    said.reserve(rows.size());
    const auto before = thread_cpu_time();
    for (const LabelledText& row : rows) said.push_back(classifier.classify(row.text));
    us_per_text = std::chrono::duration<double, std::micro>(thread_cpu_time() - before).count() / static_cast<double>(rows.size());
    std::vector<text::Judged> judged;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        judged.push_back({rows[i].label, classifier.labels()[static_cast<std::size_t>(said[i].label)], said[i].confidence,
                          said[i].oos_score, said[i].out_of_scope});
    }
    return judged;
}

void print_report(const text::Evaluation& found, double us_per_text, std::size_t model_bytes) {
    const std::size_t in_scope = found.n - found.out_of_scope;
    fmt::print("texts            {} ({} in scope, {} out of scope)\n", found.n, in_scope, found.out_of_scope);
    fmt::print("accuracy         {:.4f}\nmacro F1         {:.4f}\n", found.accuracy, found.macro_f1);
    fmt::print("calibration err. {:.4f}  (expected, {} bins)\n", found.ece, text::kCalibrationBins);
    if (found.oos_auroc) fmt::print("oos AUROC        {:.4f}\n", *found.oos_auroc);
    fmt::print("called oos       {:.1f} % of the texts in scope", 100 * found.refused);
    if (found.out_of_scope > 0) fmt::print(", {:.1f} % of those out of scope", 100 * found.oos_refused);
    fmt::print("\nCPU a text       {:.1f} us\nmodel            {} bytes\n", us_per_text, model_bytes);
    if (found.confusions.empty()) return;
    fmt::print("\nmost confused: count, label -> said\n");
    for (std::size_t i = 0; i < std::min(kShownConfusions, found.confusions.size()); ++i) {
        const auto& pair = found.confusions[i];
        fmt::print("{:6}  {} -> {}\n", pair.count, pair.truth, pair.said);
    }
}

/// A label that the model never met can only be missed; that may be meant, or a slip of spelling.
void warn_of_unknown(const LinearClassifier& classifier, const std::string& file, const std::vector<LabelledText>& rows) {
    const std::set<std::string_view> known(classifier.labels().begin(), classifier.labels().end());
    std::set<std::string_view> unknown;
    for (const LabelledText& row : rows) {
        if (row.label != text::kOutOfScopeLabel && !known.contains(row.label) && unknown.insert(row.label).second)
            fmt::print(stderr, "rondo: {}: line {}: the model has no label {}; its rows count as wrong\n", file, row.line, row.label);
    }
}

int evaluate(const EvalOptions& options) {
    const auto bytes = files::read_file(options.model, kMaxModelBytes);
    if (!bytes) return refuse(bytes.error());
    auto classifier = LinearClassifier::deserialize(*bytes);
    if (!classifier) return refuse({classifier.error().code, fmt::format("{}: {}", options.model, classifier.error().message)});
    const auto rows = read_rows(options.file);
    if (!rows) return refuse(rows.error());
    warn_of_unknown(*classifier, options.file, *rows);
    double us_per_text = 0;
    const auto found = text::evaluate(judge(*classifier, *rows, us_per_text));
    if (!options.json) {
        print_report(found, us_per_text, bytes->size());
        return kOk;
    }
    std::puts(json::write(boost::json::object{{"n", found.n},
                                              {"accuracy", found.accuracy},
                                              {"macro_f1", found.macro_f1},
                                              {"oos_auroc", found.oos_auroc ? boost::json::value(*found.oos_auroc) : nullptr},
                                              {"ece", found.ece},
                                              {"us_per_text", std::round(100 * us_per_text) / 100},
                                              {"model_bytes", bytes->size()}})
                  .c_str());
    return kOk;
}

void add_train(CLI::App& intents, int& exit) {
    auto options = std::make_shared<TrainOptions>();
    auto* command = intents.add_subcommand("train", "Train a classifier from labelled texts");
    command->add_option("FILE", options->file, "UTF-8 lines: text, tab, label")->required()->check(CLI::ExistingFile);
    command->add_option("-o,--output", options->model, "The model file to write")->required()->type_name("FILE");
    command->add_option("--seed", options->seed, "Order of the training; same file and seed, same model")->capture_default_str();
    command->footer(
        "The label oos marks texts that belong to no label. They are optional: with them the model learns\n"
        "where to refuse; without them it lets through 95 % of the texts that it labels rightly.\n\n"
        "Examples:\n"
        "  rondo intents train support.tsv -o support.model\n"
        "  rondo intents train support.tsv -o support.model --seed 7");
    command->callback([options, &exit] { exit = train(*options); });
}

void add_eval(CLI::App& intents, int& exit) {
    auto options = std::make_shared<EvalOptions>();
    auto* command = intents.add_subcommand("eval", "Measure a classifier on labelled texts that it has not seen");
    command->add_option("MODEL", options->model, "What `rondo intents train` wrote")->required()->check(CLI::ExistingFile);
    command->add_option("FILE", options->file, "UTF-8 lines: text, tab, label")->required()->check(CLI::ExistingFile);
    command->add_flag("--json", options->json, "Print one JSON object");
    command->footer(
        "Rows labelled oos count in n and oos_auroc alone. A label that the model does not have counts as wrong.\n"
        "docs/intents.md says what the figures mean.\n\n"
        "Examples:\n"
        "  rondo intents eval support.model held-out.tsv\n"
        "  rondo intents eval support.model held-out.tsv --json | jq .accuracy");
    command->callback([options, &exit] { exit = evaluate(*options); });
}
}  // namespace

void add_intents(CLI::App& root, int& exit) {
    auto* intents = root.add_subcommand("intents", "Train and measure an intent classifier of your own");
    intents->require_subcommand(1);
    intents->footer("docs/intents.md says what the files hold and what the figures mean.");
    add_train(*intents, exit);
    add_eval(*intents, exit);
}
}  // namespace rondo::app
