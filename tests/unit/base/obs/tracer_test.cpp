#include "base/obs/tracer.hpp"
#include "base/rng.hpp"

#include <gtest/gtest.h>

#include <future>

namespace rondo::obs {
namespace {
using namespace std::chrono_literals;

class Collector final : public SpanExporter {
public:
    void export_spans(std::vector<SpanRecord> spans) noexcept override {
        for (auto& span : spans) all.push_back(std::move(span));
    }
    std::vector<SpanRecord> all;
};

/// An interval nobody waits for: only flush() exports.
constexpr Tracer::Options kByHand{.queue_spans = 4, .batch_spans = 100, .interval = 1h};

class TracerTest : public testing::Test {
protected:
    ManualClock clock;
    Rng rng{1};
    Collector collector;
};

TEST_F(TracerTest, AChildPointsToItsParentAndIsTimed) {
    Tracer tracer{&collector, kByHand};
    auto root = tracer.start("turn", TraceContext{}, rng);
    auto child = tracer.start("node.npc", root.context(), rng);
    clock.advance(5ms);
    child.set("node.name", "npc").set("tokens", 7).set("ratio", 0.5).set("cached", false);
    child.ok();
    child.end();
    clock.advance(5ms);
    root.end();
    root.end();
    tracer.flush();
    ASSERT_EQ(collector.all.size(), 2u);
    const auto& [first, second] = std::tie(collector.all[0], collector.all[1]);
    EXPECT_EQ(first.name, "node.npc");
    EXPECT_EQ(first.parent_id, second.context.span_id);
    EXPECT_EQ(first.context.trace_id, second.context.trace_id);
    EXPECT_EQ(second.parent_id, (std::array<std::uint8_t, 8>{}));
    EXPECT_EQ(first.took, 5ms);
    EXPECT_EQ(second.took, 10ms);
    EXPECT_EQ(iso8601(first.started), "2026-01-01T00:00:00.000Z");
    EXPECT_EQ(first.outcome, SpanRecord::Outcome::ok);
    const std::vector<std::pair<std::string, AttributeValue>> expected{
        {"node.name", "npc"}, {"tokens", std::int64_t{7}}, {"ratio", 0.5}, {"cached", false}};
    EXPECT_EQ(first.attributes, expected);
}

TEST_F(TracerTest, ErrorsAreNamedAndCancellationIsNone) {
    Tracer tracer{&collector, kByHand};
    tracer.start("a", {}, rng).error(Error{Code::unavailable, "x"});
    tracer.start("b", {}, rng).error(Error{Code::cancelled, "x"});
    tracer.start("c", {}, rng).error("why");
    tracer.flush();
    ASSERT_EQ(collector.all.size(), 3u);
    EXPECT_EQ(collector.all[0].outcome, SpanRecord::Outcome::error);
    EXPECT_EQ(collector.all[0].message, "unavailable");
    EXPECT_EQ(collector.all[1].outcome, SpanRecord::Outcome::unset);
    EXPECT_EQ(collector.all[2].message, "why");
}

TEST_F(TracerTest, AttributesAreBoundedAndTheLastValueCounts) {
    Tracer tracer{&collector, kByHand};
    {
        auto span = tracer.start("a", {}, rng);
        for (std::size_t i = 0; i < Span::kMaxAttributes + 3; ++i) span.set("k" + std::to_string(i), true);
        span.set("k0", false).set("k1", std::string(5000, 'x'));
    }
    tracer.flush();
    const auto& span = collector.all.at(0);
    EXPECT_EQ(span.attributes.size(), Span::kMaxAttributes);
    EXPECT_EQ(span.attributes_dropped, 3u);
    EXPECT_EQ(span.attributes[0].second, AttributeValue{false});
    EXPECT_EQ(std::get<std::string>(span.attributes[1].second).size(), Span::kMaxTextBytes);
}

TEST_F(TracerTest, AFullQueueDropsAndCounts) {
    Tracer tracer{&collector, kByHand};
    for (int i = 0; i < 7; ++i) tracer.start("a", {}, rng).end();
    EXPECT_EQ(tracer.dropped(), 3u);
    tracer.flush();
    EXPECT_EQ(collector.all.size(), 4u);
}

TEST_F(TracerTest, WithoutAnExporterSpansStillCarryIds) {
    Tracer tracer;
    auto root = tracer.start("turn", {}, rng);
    auto child = tracer.start("node", root.context(), rng);
    EXPECT_TRUE(root.context().valid());
    EXPECT_EQ(child.context().trace_id, root.context().trace_id);
    EXPECT_NE(child.context().span_id, root.context().span_id);
    EXPECT_FALSE(child.recording());
    child.set("k", "v").error("x");
    tracer.flush();
    EXPECT_EQ(tracer.dropped(), 0u);
}

TEST_F(TracerTest, AnUnsampledTraceIsNotRecorded) {
    Tracer tracer{&collector, kByHand};
    auto parent = new_trace(rng);
    parent.sampled = false;
    auto span = tracer.start("a", parent, rng);
    EXPECT_FALSE(span.recording());
    EXPECT_FALSE(span.context().sampled) << "children must not be sampled either";
}

TEST_F(TracerTest, MovingASpanEndsWhatItReplaces) {
    Tracer tracer{&collector, kByHand};
    auto span = tracer.start("first", {}, rng);
    span = tracer.start("second", {}, rng);
    EXPECT_TRUE(span.recording());
    tracer.flush();
    ASSERT_EQ(collector.all.size(), 1u);
    EXPECT_EQ(collector.all[0].name, "first");
}

TEST_F(TracerTest, TheLastSpansAreExportedAtTheEnd) {
    {
        Tracer tracer{&collector, kByHand};
        tracer.start("a", {}, rng).end();
    }
    EXPECT_EQ(collector.all.size(), 1u);
}

TEST_F(TracerTest, AFullBatchWakesTheExportersThread) {
    struct Promise final : SpanExporter {
        void export_spans(std::vector<SpanRecord> spans) noexcept override { count.set_value(spans.size()); }
        std::promise<std::size_t> count;
    } exporter;
    Tracer tracer{&exporter, {.queue_spans = 10, .batch_spans = 3, .interval = 1h}};
    for (int i = 0; i < 3; ++i) tracer.start("a", {}, rng).end();
    EXPECT_EQ(exporter.count.get_future().get(), 3u);
}
}  // namespace
}  // namespace rondo::obs
