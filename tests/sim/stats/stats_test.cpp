#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/stats/stat_files.h"
#include "sim/stats/time_series.h"

namespace mppa::sim {
namespace {

/// A system with one value of every type.
void write(StatWriter& out, u64 bundles) {
  out.enter("card");
  out.counter("resets", 1, "resets", "resets of the card");
  out.enter("core[0]");
  out.counter("bundles", bundles, "bundles", "bundles executed");
  out.gauge("ipc", 1.5, "instructions/cycle", "instructions per cycle");
  out.utilization("busy", "core", 30, 120);
  out.leave();
  out.enter("queue");
  Histogram h;
  for (u64 i = 1; i <= 100; ++i) h.add(i);
  out.histogram("wait", h, "cycles", "waiting time");
  out.leave();
  out.leave();
}

StatNode sample() {
  StatCollector out;
  write(out, 7);
  return out.take();
}

TEST(StatTree, KeepsHierarchyAndTypes) {
  const StatNode tree = sample();
  const StatNode* core = tree.child("card")->child("core[0]");
  ASSERT_NE(core, nullptr);
  EXPECT_EQ(core->count("bundles"), 7U);
  EXPECT_EQ(core->count("ipc"), 0U) << "no counter";
  EXPECT_EQ(core->value("busy")->number(), 0.25);
  EXPECT_EQ(tree.child("card")->child("queue")->value("wait")->histogram.max(), 100U);
  EXPECT_EQ(tree.child("nothing"), nullptr);
}

TEST(StatTree, WalkVisitsParentsFirstWithFullPaths) {
  std::vector<std::string> paths;
  sample().walk([&](const std::string& path, const StatNode&) { paths.push_back(path); });
  EXPECT_EQ(paths, (std::vector<std::string>{"", "card", "card.core[0]", "card.queue"}));
}

StatNode counts(u64 events, u64 busy, u64 total, double level) {
  StatCollector out;
  out.enter("part");
  out.counter("events", events, "", "");
  out.utilization("busy", "part", busy, total);
  out.gauge("level", level, "", "");
  out.leave();
  return out.take();
}

TEST(StatTree, SinceSubtractsWhatOnlyGrows) {
  const StatNode window = counts(110, 75, 100, 3).since(counts(100, 50, 50, 2));
  const StatNode* part = window.child("part");
  ASSERT_TRUE(part);
  EXPECT_EQ(part->count("events"), 10U);
  EXPECT_EQ(part->value("busy")->number(), 0.5);
  EXPECT_EQ(part->value("level")->number(), 3) << "as it is now";
  EXPECT_EQ(counts(110, 75, 100, 3).since({}).child("part")->count("events"), 110U) << "it did not exist before";
}

TEST(StatPattern, StarsAndQuestionMarks) {
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("a*c", "abbc"));
  EXPECT_TRUE(matches("*.bundles", "card.cluster[0].pe[3].bundles"));
  EXPECT_TRUE(matches("pe[?]", "pe[3]"));
  EXPECT_TRUE(matches("a*b*c", "a1b2b3c"));
  EXPECT_FALSE(matches("a*b*c", "a1b2b3"));
  EXPECT_FALSE(matches("pe[?]", "pe[13]"));
  EXPECT_FALSE(matches("", "a"));
  EXPECT_TRUE(matches_any({}, "anything")) << "no pattern: everything";
  EXPECT_FALSE(matches_any({"b*", "c"}, "a"));
}

TEST(StatFiles, JsonIsHierarchicalAndReadsBack) {
  const std::string text = stats_json(sample());
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json["card"]["core[0]"]["bundles"],
            (nlohmann::json{{"type", "counter"}, {"value", 7}, {"unit", "bundles"}, {"doc", "bundles executed"}}));
  EXPECT_EQ(json["card"]["queue"]["wait"]["p50"], 50);
  const std::vector<StatLine> lines = read_stats_json(text);
  const auto find = [&](const std::string& path) {
    return std::find_if(lines.begin(), lines.end(), [&](const StatLine& l) { return l.path == path; });
  };
  ASSERT_NE(find("card.core[0].busy"), lines.end());
  EXPECT_EQ(find("card.core[0].busy")->value, 0.25);
  EXPECT_EQ(find("card.core[0].busy")->doc, "core");
  EXPECT_EQ(find("card.queue.wait.count")->value, 100);
  EXPECT_EQ(find("card.resets")->unit, "resets");
}

TEST(StatFiles, CsvHasOneLinePerNumber) {
  const std::string csv = stats_csv(sample());
  EXPECT_TRUE(csv.starts_with("path,type,unit,value\ncard.resets,counter,resets,1\n")) << csv;
  EXPECT_NE(csv.find("card.core[0].ipc,gauge,instructions/cycle,1.5\n"), std::string::npos) << csv;
  EXPECT_NE(csv.find("card.queue.wait.p99,histogram,cycles,99\n"), std::string::npos) << csv;
}

TEST(StatFiles, DamagedFilesAreRefused) {
  for (const char* text : {"", "[]", "{", "{\"a\": 1}", "{\"a\": {\"type\": \"counter\", \"value\": \"x\"}}"})
    EXPECT_THROW(read_stats_json(text), std::invalid_argument) << text;
}

TEST(TimeSeries, HasOneRowPerSampleAndTheWantedColumns) {
  TimeSeries series({"*.bundles", "*.busy"});
  write(series.add(1000), 7);
  write(series.add(2000), 9);
  EXPECT_EQ(series.csv(), "time_ps,card.core[0].bundles,card.core[0].busy\n1000,7,0.25\n2000,9,0.25\n");
  const auto json = nlohmann::json::parse(series.json());
  EXPECT_EQ(json["time_ps"], (std::vector<u64>{1000, 2000}));
  EXPECT_EQ(json["values"]["card.core[0].bundles"], (std::vector<double>{7, 9}));
}

TEST(TimeSeries, ValuesMayComeAndGo) {
  TimeSeries series({});
  series.add(1).counter("first", 1, "", "");
  StatWriter& second = series.add(2);
  second.counter("new", 5, "", "");
  second.counter("first", 2, "", "");
  series.add(3).counter("new", 6, "", "");
  EXPECT_EQ(series.csv(), "time_ps,first,new\n1,1,\n2,2,5\n3,,6\n");
  const auto json = nlohmann::json::parse(series.json());
  EXPECT_EQ(json["values"]["new"], nlohmann::json::parse("[null, 5.0, 6.0]"));
}

}  // namespace
}  // namespace mppa::sim
