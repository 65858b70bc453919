#include "base/config/builder.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <sstream>

namespace rondo::config {
namespace {
/// Leaves the parser, which has no other way to be stopped; never leaves this file.
struct Stopped {};

/// Works on events, not on yaml-cpp's nodes: aliases are refused before anything is expanded, and lines are at hand.
class Events final : public YAML::EventHandler {
public:
    explicit Events(Builder& builder) : builder_{builder} {}

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (++documents_ > 1) stop(builder_.refuse(line(mark), "a second document begins; keep one"));
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { stop(builder_.scalar(Node::Kind::null, "", line(mark))); }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        stop(builder_.refuse(line(mark), "aliases (*name) are not supported; write the value out"));
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, const std::string& value) override {
        // "?" is a plain scalar, "!" a quoted or block one; anything else was asked for with a tag.
        if (tag != "?" && tag != "!" && !tag.empty()) refuse_tag(mark);
        stop(builder_.scalar(tag == "!" ? Node::Kind::quoted : Node::Kind::plain, value, line(mark)));
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, YAML::EmitterStyle::value) override {
        start(mark, tag, Node::Kind::list);
    }
    void OnSequenceEnd() override { builder_.close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, YAML::EmitterStyle::value) override {
        start(mark, tag, Node::Kind::map);
    }
    void OnMapEnd() override { builder_.close(); }

private:
    static int line(const YAML::Mark& mark) { return mark.line + 1; }
    static void stop(bool go_on) {
        if (!go_on) throw Stopped{};
    }
    void refuse_tag(const YAML::Mark& mark) { stop(builder_.refuse(line(mark), "tags (!name) are not supported; remove it")); }
    void start(const YAML::Mark& mark, const std::string& tag, Node::Kind kind) {
        if (tag != "?" && !tag.empty()) refuse_tag(mark);
        stop(builder_.open(kind, line(mark)));
    }

    Builder& builder_;
    int documents_{0};
};
}  // namespace

void read_yaml(const std::string& text, Builder& builder) {
    std::istringstream in{text};
    Events events{builder};
    try {
        YAML::Parser parser{in};
        while (parser.HandleNextDocument(events)) {}
    } catch (const Stopped&) {  // the builder has the reason
    } catch (const YAML::Exception& error) {
        builder.refuse(error.mark.is_null() ? 1 : error.mark.line + 1, "not valid YAML: " + error.msg);
    }
}
}  // namespace rondo::config
