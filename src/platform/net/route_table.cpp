#include "platform/net/route_table.hpp"

#include <algorithm>
#include <cassert>
#include <map>
#include <utility>

namespace rondo::net {
/// One segment's place in the tree of patterns.
struct RouteTable::Node {
    struct Entry {
        const Route* route;
        std::vector<std::string> params;
    };
    std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
    std::unique_ptr<Node> param;
    std::vector<Entry> entries;  // patterns that end here, one per method
};

struct RouteTable::Search {
    Method method;
    std::vector<std::string_view> values;  // of the parameters on the way down
    const Node::Entry* found{nullptr};
    const Node* other_methods{nullptr};  // the first place the path leads to
};

RouteTable::RouteTable() : root_{std::make_unique<Node>()} {}
RouteTable::~RouteTable() = default;
RouteTable::RouteTable(RouteTable&&) noexcept = default;
RouteTable& RouteTable::operator=(RouteTable&&) noexcept = default;

namespace {
/// Cuts the first segment off "/a/b": returns "a" and leaves "/b".
std::string_view next_segment(std::string_view& rest) {
    const auto end = std::min(rest.find('/', 1), rest.size());
    const auto segment = rest.substr(1, end - 1);
    rest.remove_prefix(end);
    return segment;
}
}  // namespace

void RouteTable::add(Route route) {
    const Route& kept = routes_.emplace_back(std::move(route));
    std::string_view rest = kept.pattern;
    assert(rest.starts_with('/'));
    std::vector<std::string> params;
    Node* node = root_.get();
    while (!rest.empty()) {
        const auto segment = next_segment(rest);
        const bool is_param = segment.starts_with('{') && segment.ends_with('}');
        if (is_param) params.emplace_back(segment.substr(1, segment.size() - 2));
        auto& child = is_param ? node->param : node->literals[std::string{segment}];
        if (!child) child = std::make_unique<Node>();
        node = child.get();
    }
    assert(std::ranges::none_of(node->entries, [&](const Node::Entry& entry) { return entry.route->method == kept.method; }));
    node->entries.push_back({&kept, std::move(params)});
}

void RouteTable::refuse_below(std::string prefix, RefusalWriter refusal) { below_.push_back({std::move(prefix), std::move(refusal)}); }

bool RouteTable::descend(const Node& node, std::string_view rest, Search& search) {
    if (rest.empty()) {
        const auto with = [&](Method method) {
            const auto entry = std::ranges::find_if(node.entries, [&](const Node::Entry& each) { return each.route->method == method; });
            return entry == node.entries.end() ? nullptr : &*entry;
        };
        search.found = with(search.method);
        if (!search.found && search.method == Method::head) search.found = with(Method::get);
        if (!search.other_methods && !node.entries.empty()) search.other_methods = &node;
        return search.found != nullptr;
    }
    const auto segment = next_segment(rest);
    const auto literal = node.literals.find(segment);
    if (literal != node.literals.end() && descend(*literal->second, rest, search)) return true;
    if (!node.param || segment.empty()) return false;
    search.values.push_back(segment);
    if (descend(*node.param, rest, search)) return true;
    search.values.pop_back();
    return false;
}

RouteTable::Match RouteTable::match(Method method, std::string_view path) const {
    Match match;
    Search search{.method = method, .values = {}};
    if (!path.starts_with('/')) return match;
    const auto refused_as = [&match](const RefusalWriter& refusal) {
        if (refusal) match.refusal = &refusal;
    };
    if (descend(*root_, path, search)) {
        match.route = search.found->route;
        refused_as(match.route->refusal);
        match.params.reserve(search.values.size());
        for (std::size_t i = 0; i < search.values.size(); ++i)
            match.params.push_back({search.found->params[i], std::string{search.values[i]}});
    } else if (search.other_methods) {
        const auto allow = [&](Method each) {
            if (!match.allow.empty()) match.allow.append(", ");
            match.allow.append(name(each));
        };
        for (const auto& entry : search.other_methods->entries) {
            allow(entry.route->method);
            if (entry.route->method == Method::get) allow(Method::head);
            refused_as(entry.route->refusal);
        }
    } else {
        const auto below = std::ranges::find_if(below_, [path](const Below& each) { return path.starts_with(each.prefix); });
        if (below != below_.end()) refused_as(below->refusal);
    }
    return match;
}
}  // namespace rondo::net
