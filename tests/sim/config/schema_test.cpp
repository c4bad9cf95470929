#include "sim/config/schema.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>

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

TEST(SchemaText, JsonSchemaKnowsRanges) {
  const auto j = nlohmann::json::parse(test_schema().json_schema());
  const auto clock = j["$defs"]["chip"]["properties"]["clock"];
  EXPECT_EQ(clock["description"], "Clock. Range: 1 MHz .. 2 GHz. [test]");
  const std::regex pattern(clock["pattern"].get<std::string>());
  for (const char* good : {"1.2 GHz", "1200MHz", "2 GHz", ".5 GHz", "1e9 Hz", "1_000 MHz", "${other.clock}"})
    EXPECT_TRUE(std::regex_search(good, pattern)) << good;
  for (const char* bad : {"12 GHz", "-1 GHz", "20000 MHz", "1.2", "1 MiB", "GHz", "1 GHzz", "1.2.3 GHz"})
    EXPECT_FALSE(std::regex_search(bad, pattern)) << bad;
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
