#include "sim/config/schema.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/sim/config/test_schema.h"

namespace mppa::config {
namespace {

TEST(SchemaText, DescribeListsParametersPartsAndPorts) {
  const Schema s = test_schema();
  const std::string text = s.describe(*s.find("chip"));
  for (const char* part : {"clock", "default 1.2 GHz", "1 MHz .. 2 GHz", "power of two", "required", "cluster[0..3]",
                           "pcie[0..1]", "[test]"})
    EXPECT_NE(text.find(part), std::string::npos) << part << " is missing in\n" << text;
}

TEST(SchemaText, JsonSchemaIsJsonAndKnowsEveryParameter) {
  const auto j = nlohmann::json::parse(test_schema().json_schema());
  EXPECT_EQ(j["$defs"]["chip"]["properties"]["clock"]["default"], "1.2 GHz");
  EXPECT_TRUE(j["$defs"]["chip"]["properties"].contains("firmware"));
  EXPECT_EQ(j["$defs"]["core"]["properties"]["timing"]["anyOf"][0]["enum"].size(), 2U);
  EXPECT_EQ(j["properties"]["components"]["additionalProperties"]["properties"]["type"]["enum"].size(), 2U);
}

TEST(SchemaText, InconsistentTypesAreProgrammingErrors) {
  Schema s = test_schema();
  ComponentType bad;
  bad.name = "bad";
  bad.parts = {{"x", "nothing", 1}};
  EXPECT_THROW(s.add(bad), std::logic_error);
  bad.parts.clear();
  bad.params = {quantity("clock", Dimension::kFrequency, "3 GHz", "1 Hz", "2 GHz", "Out of range.")};
  EXPECT_THROW(s.add(bad), std::logic_error);
}

}  // namespace
}  // namespace mppa::config
