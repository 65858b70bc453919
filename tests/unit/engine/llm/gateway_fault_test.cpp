#include "gateway_fixture.hpp"

namespace rondo::llm {
namespace {
using namespace std::chrono_literals;

class GatewayFaults : public GatewayTest, public testing::WithParamInterface<bool> {};

/// Reserving, asking, streaming, looking for an older answer: each may fail once, in each way. What stays true: a whole
/// answer or an error, nothing held, everything that was asked for is in the books once.
TEST_P(GatewayFaults, EveryOutsideCallMayFailOnce) {
    for (const Code code : {Code::unavailable, Code::deadline_exceeded, Code::cancelled, Code::resource_exhausted, Code::invalid_argument,
                            Code::permission_denied, Code::failed_precondition, Code::internal}) {
        for (int nth = 0;; ++nth) {
            SCOPED_TRACE(testing::Message() << "call " << nth << " fails with " << rondo::name(code));
            gateway.reset();
            faults = {.nth = nth, .code = code};
            tried = deltas = meter.book = "";
            meter.sum = {};
            build({{"A", GetParam(), {"+Hel|!provider_fault", "+lo|."}}, {"B", GetParam(), {"+Hel|+lo|."}}});
            const auto call = begin({.model = "", .language = "en"});
            finish(call);
            ASSERT_FALSE(call->thrown);
            const Result<Completion>& result = *call->result;
            std::string heard = deltas;
            std::erase(heard, '|');
            std::erase(heard, '^');
            if (result) {
                EXPECT_FALSE(result->text.empty());
                EXPECT_FALSE(result->finish_reason.empty());
                EXPECT_EQ(heard, result->text) << "what was heard is the answer, nothing twice and nothing missing";
                EXPECT_EQ(result->usage, meter.sum);
            }
            EXPECT_EQ(meter.open, 0) << "a hold leaks";
            EXPECT_EQ(std::ranges::count(meter.book, ','), std::max<std::ptrdiff_t>(std::ranges::count(tried, ' '), 0))
                << tried << " / " << meter.book;
            for (const auto& target : gateway->status().targets) EXPECT_EQ(target.in_use, 0U) << "a permit leaks";
            if (!faults.fired()) break;  // the sweep is complete
            ASSERT_LT(nth, 100);
        }
    }
}
INSTANTIATE_TEST_SUITE_P(Llm, GatewayFaults, testing::Bool());
}  // namespace
}  // namespace rondo::llm
