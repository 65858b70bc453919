#include "base/config/document.hpp"

#include "base/config/builder.hpp"
#include "base/json_reader.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <fstream>
#include <system_error>

namespace rondo::config {
bool Builder::refuse(int line, std::string message) {
    faults_.push_back({line, std::move(message)});
    return false;
}

bool Builder::open(Node::Kind kind, int line) {
    if (open_.size() >= kMaxDepth) return refuse(line, fmt::format("nested deeper than {} levels", kMaxDepth));
    if (!open_.empty() && open_.back().node.kind == Node::Kind::map && !open_.back().has_key) {
        return refuse(line, "a key must be a single word or text");
    }
    open_.push_back({.node = {.kind = kind, .line = line}});
    return true;
}

bool Builder::scalar(Node::Kind kind, std::string text, int line) {
    if (open_.empty() || open_.back().node.kind != Node::Kind::map || open_.back().has_key) {
        return value({.kind = kind, .line = line, .text = std::move(text)});
    }
    auto& map = open_.back();
    // A bound of its own keeps the search for repeated keys short.
    if (map.node.members.size() >= kMaxMembers) return refuse(line, fmt::format("more than {} keys in one place", kMaxMembers));
    if (std::ranges::any_of(map.node.members, [&](const auto& member) { return member.first == text; })) {
        refuse(line, fmt::format("the key {} is given twice; keep one", text));
    }
    map.key = std::move(text);
    map.key_line = line;
    map.has_key = true;
    return true;
}

void Builder::close() {
    auto done = std::move(open_.back().node);
    open_.pop_back();
    value(std::move(done));
}

bool Builder::value(Node node) {
    if (open_.empty()) {
        root_ = std::move(node);
    } else if (auto& outer = open_.back(); outer.node.kind == Node::Kind::list) {
        outer.node.items.push_back(std::move(node));
    } else {
        node.line = outer.key_line;
        outer.node.members.emplace_back(std::move(outer.key), std::move(node));
        outer.has_key = false;
    }
    return true;
}

Result<Text> read_text(const std::filesystem::path& file) {
    std::error_code ec;
    const auto status = std::filesystem::status(file, ec);
    if (ec || !std::filesystem::exists(status)) {
        return fail(Code::not_found, fmt::format("cannot read {}: {}", file.string(), ec ? ec.message() : "no such file"));
    }
    if (!std::filesystem::is_regular_file(status)) return fail(Code::invalid_argument, fmt::format("{} is not a file", file.string()));
    std::ifstream in{file, std::ios::binary};
    // One byte more than allowed tells a file that is too long, whatever its size claims.
    std::string body(kMaxFileBytes + 1, '\0');
    in.read(body.data(), static_cast<std::streamsize>(body.size()));
    if (in.bad() || !in.is_open()) return fail(Code::not_found, fmt::format("cannot read {}; check its permissions", file.string()));
    body.resize(static_cast<std::size_t>(in.gcount()));
    if (body.size() > kMaxFileBytes) {
        return fail(Code::invalid_argument, fmt::format("{} is longer than {} bytes", file.string(), kMaxFileBytes));
    }
    return Text{file.string(), std::move(body), file.extension() == ".json" ? Format::json : Format::yaml};
}

namespace {
bool control(char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r'; }

int line_of(std::string_view text, std::size_t at) { return 1 + static_cast<int>(std::ranges::count(text.substr(0, at), '\n')); }

void read(const Text& text, Builder& builder) {
    const std::string_view body = text.body;
    if (body.size() > kMaxFileBytes) {
        builder.refuse(1, fmt::format("longer than {} bytes", kMaxFileBytes));
    } else if (!simdjson::validate_utf8(body.data(), body.size())) {
        builder.refuse(1, "not valid UTF-8; save the file as UTF-8");
    } else if (const auto found = std::ranges::find_if(body, control); found != body.end()) {
        builder.refuse(line_of(body, static_cast<std::size_t>(found - body.begin())), "holds a control character; remove it");
    } else {
        constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
        const std::string clean{body.substr(body.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0)};
        if (text.format == Format::json) read_json(clean, builder);
        else read_yaml(clean, builder);
    }
}
}  // namespace

Result<Node> parse(const Text& text) {
    Builder builder;
    read(text, builder);
    if (builder.faults().empty()) {
        Node root = builder.take();
        if (root.kind == Node::Kind::null) root.kind = Node::Kind::map;
        return root;
    }
    std::vector<Fault> faults;
    for (const auto& [line, message] : builder.faults()) faults.push_back({fmt::format("{}:{}", text.name, line), message});
    return fail(json::invalid(std::move(faults), fmt::format("{} cannot be read; see the faults", text.name)));
}
}  // namespace rondo::config
