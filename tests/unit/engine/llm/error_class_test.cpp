#include "engine/llm/error_class.hpp"

#include "base/config/field.hpp"
#include "engine/llm/gateway_config.hpp"

#include <gtest/gtest.h>

namespace rondo::llm {
namespace {
TEST(ErrorClass, SurvivesTheWayThroughAnError) {
    for (const auto error_class : {ErrorClass::caller_fault, ErrorClass::config_fault, ErrorClass::overloaded, ErrorClass::provider_fault,
                                   ErrorClass::timeout, ErrorClass::policy_refusal, ErrorClass::cancelled}) {
        EXPECT_STREQ(name(class_of(provider_error(error_class, "why"))), name(error_class));
    }
}

TEST(ErrorClass, WhatNobodyClassifiedIsTheProvidersFault) {
    EXPECT_EQ(class_of({.code = Code::internal, .message = "?"}), ErrorClass::provider_fault);
    EXPECT_EQ(class_of({.code = Code::data_loss, .message = "?"}), ErrorClass::provider_fault);
}

TEST(GatewayConfig, DefaultsKeepItsRules) {
    GatewayConfig config;
    config::Description description;
    describe(description, config);
    EXPECT_TRUE(description.broken_rules().empty());
    config.backoff = config.backoff_limit * 2;
    config::Description broken;
    describe(broken, config);
    ASSERT_EQ(broken.broken_rules().size(), 1U);
    EXPECT_EQ(broken.broken_rules()[0].path, "backoff_ms");
}
}  // namespace
}  // namespace rondo::llm
