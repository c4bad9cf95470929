// Simulation, its end conditions and its report, with a small component of the test instead of a chip.
#include "sim/run/simulation.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <systemc>

#include "sim/run/report.h"
#include "sim/system/components.h"
#include "tests/models/sc_test.h"

namespace mppa::sim {
namespace {

namespace fs = std::filesystem;

/// Completes an I/O every microsecond: 10 of ramp, then `ios` that are measured.
class Loader : public sc_core::sc_module, public SystemPart, public StatProvider, public WorkloadIf {
 public:
  SC_HAS_PROCESS(Loader);
  Loader(const config::Component& c, RunContext& context)
      : sc_module(sc_core::sc_module_name(c.path.c_str())), component_(c), context_(context) {
    SC_THREAD(run);
  }

  const StatProvider* stats() const override { return this; }
  std::vector<const WorkloadIf*> workloads() const override { return {this}; }
  double average_power(const StatNode& stats) const override { return static_cast<double>(stats.count("ios")); }

  void write_stats(StatWriter& out) const override {
    out.counter("ios", done_, "I/Os", "I/Os completed");
    out.utilization("busy", "loader", done_, 2 * sc_core::sc_time_stamp().value() / 1'000'000);
  }

  std::string name() const override { return component_.flag("named") ? "job" : ""; }
  WorkloadPhase phase() const override {
    if (component_.flag("late")) return WorkloadPhase::kWaiting;
    if (done_ < kRamp) return WorkloadPhase::kRamp;
    return done_ < kRamp + wanted() ? WorkloadPhase::kMeasure : WorkloadPhase::kDone;
  }
  double progress() const override { return static_cast<double>(done_) / static_cast<double>(kRamp + wanted()); }
  u64 ios_completed() const override { return done_; }
  WorkloadResult result() const override { return result_; }

 private:
  static constexpr u64 kRamp = 10;
  u64 wanted() const { return static_cast<u64>(component_.quantity("ios")); }

  void run() {
    while (done_ < kRamp + wanted()) {
      wait(1, sc_core::SC_US);
      if (++done_ <= kRamp) continue;
      ++result_.ios;
      result_.window_ps += 1'000'000;
      result_.read_bytes += 4096;
      result_.latency_ns.add(500);
    }
    result_.errors = static_cast<u64>(component_.quantity("errors"));
    if (component_.flag("crash")) context_.end({SystemEnd::Reason::kCrash, 0, "the loader crashed"});
  }

  const config::Component& component_;
  RunContext& context_;
  u64 done_ = 0;
  WorkloadResult result_;
};

ComponentRegistry test_registry() {
  ComponentRegistry registry;
  add_simulation(registry);
  config::ComponentType type;
  type.name = "loader";
  type.doc = "Completes an I/O every microsecond.";
  type.params = {config::quantity("ios", config::Dimension::kNone, "100", "0", "1M", "I/Os."),
                 config::quantity("errors", config::Dimension::kNone, "0", "0", "1M", "Errors."),
                 config::flag("crash", false, "Crash at the end."),
                 config::flag("named", false, "Is a job of the component."),
                 config::flag("late", false, "Says that it has not begun.")};
  registry.add(
      type, {[](const config::Component& c, RunContext& context) { return std::make_unique<Loader>(c, context); }, {}});
  return registry;
}

class SimulationTest : public ::testing::Test {
 protected:
  void TearDown() override { fs::remove_all(dir_); }

  /// Runs a loader with `parameters`; returns the report.
  Json run(const std::string& parameters, const std::string& simulation = "{}", u64 interrupt_after = 0) {
    sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
    test::ScContext context;
    fs::remove_all(dir_ / "out");
    fs::create_directories(dir_);
    std::ofstream(dir_ / "main.yaml") << "system: test\nsimulation: " << simulation
                                      << "\ncomponents:\n  load: {type: loader, " << parameters << "}\n";
    const ComponentRegistry registry = test_registry();
    config::Diagnostics diagnostics;
    const config::SystemConfig config = registry.load((dir_ / "main.yaml").string(), {}, diagnostics);
    EXPECT_TRUE(diagnostics.ok()) << diagnostics.list().front().text();
    RunDirectory directory(dir_ / "out");
    Progress progress(Progress::Mode::kQuiet);
    RunLog log(LogLevels({}, config), directory, progress);
    Simulation sim(registry, config, directory, progress, log);
    u64 asked = 0;
    const RunEnd end = sim.run([&] { return interrupt_after > 0 && ++asked >= interrupt_after; });
    progress_ = sim.progress();
    series_ = sim.series().csv();
    return make_report(config, sim, end, directory, {"1.0", "hash", 0.5});
  }

  fs::path dir_ = fs::temp_directory_path() / ("mppasim-simulation-" + std::to_string(::getpid()));
  std::string series_;
  ProgressState progress_;  ///< at the end
};

TEST_F(SimulationTest, EndsWhenTheWorkloadsAreDone) {
  const Json report = run("ios: 100");
  EXPECT_EQ(report["simulation"]["end_reason"], "workloads_done");
  const Json& w = report["workloads"][0];
  EXPECT_EQ(w["name"], "load");
  EXPECT_EQ(w["ios"], 100);
  EXPECT_EQ(w["iops"], 1e6);
  EXPECT_EQ(w["bandwidth_bytes_per_s"], 4096e6);
  EXPECT_EQ(w["latency_ns"]["p99_9"], 500);
  EXPECT_TRUE(successful(report));
  EXPECT_EQ(report["simulation"]["window_begin_s"], 20e-6) << "the first look at the loader after its ramp";
  EXPECT_EQ(report["power"]["average_w"], 110 - 19) << "one watt for each I/O of the window";
  EXPECT_EQ(report["power"]["energy_j"], 110 * 120e-6) << "of the whole run";
  EXPECT_EQ(report["resources"][0]["utilization"], 91.0 / 200) << "in the window";
  EXPECT_EQ(report["host"]["wall_s"], 0.5);
}

TEST_F(SimulationTest, ErrorsOfAWorkloadAreAFailure) {
  const Json report = run("ios: 5, errors: 1");
  EXPECT_EQ(report["workloads"][0]["errors"], 1);
  EXPECT_TRUE(report["simulation"]["success"]);
  EXPECT_FALSE(successful(report));
}

TEST_F(SimulationTest, EndsAtTheLimitOfIos) {
  const Json report = run("ios: 1000", "{ios: 50}");
  EXPECT_EQ(report["simulation"]["end_reason"], "ios");
  EXPECT_EQ(report["simulation"]["simulated_s"], 50.000001e-6) << "at once";
  EXPECT_EQ(report["workloads"][0]["ios"], 40) << "10 were the ramp";
}

TEST_F(SimulationTest, AJobIsNamedBehindItsComponent) {
  EXPECT_EQ(run("ios: 5, named: true")["workloads"][0]["name"], "load.job");
}

TEST_F(SimulationTest, ADeadlineIsAFailure) {
  const Json report = run("ios: 1000", "{deadline: 30 us}");
  EXPECT_EQ(report["simulation"]["end_reason"], "deadline");
  EXPECT_EQ(report["simulation"]["simulated_s"], 30e-6);
  EXPECT_FALSE(successful(report));
  EXPECT_TRUE(successful(run("ios: 10", "{deadline: 30 us}"))) << "done before it";
  EXPECT_EQ(run("ios: 1000", "{deadline: 30 us, until: 20 us}")["simulation"]["end_reason"], "until");
}

TEST_F(SimulationTest, AWorkloadThatHasNotBegunAtTheTimeLimitIsAFailure) {
  const Json report = run("late: true", "{until: 30 us}");
  EXPECT_EQ(report["simulation"]["end_reason"], "until");
  EXPECT_EQ(report["simulation"]["end_message"], "load had not begun");
  EXPECT_FALSE(successful(report));
}

TEST_F(SimulationTest, KnowsHowMuchIsDone) {
  run("ios: 190", "{}", 3);
  EXPECT_EQ(progress_.done, 59.0 / 200) << "of the workload, 60 us after the start";
  run("ios: 190", "{until: 100 us}", 3);
  EXPECT_EQ(progress_.done, 0.6) << "the limit of time is nearer";
  run("ios: 190", "{ios: 10}", 2);
  EXPECT_EQ(progress_.done, 0.1) << "one of ten I/Os: with a limit it is looked every microsecond";
}

TEST_F(SimulationTest, EndsAtTheTimeLimitExactly) {
  const Json report = run("ios: 1000", "{until: 33.5 us}");
  EXPECT_EQ(report["simulation"]["end_reason"], "until");
  EXPECT_EQ(report["simulation"]["simulated_s"], 33.5e-6);
}

TEST_F(SimulationTest, ACrashEndsTheRunAtOnce) {
  const Json report = run("ios: 3, crash: true");
  EXPECT_EQ(report["simulation"]["end_reason"], "crash");
  EXPECT_EQ(report["simulation"]["end_message"], "the loader crashed");
  EXPECT_EQ(report["simulation"]["simulated_s"], 13e-6);
  EXPECT_FALSE(successful(report));
}

TEST_F(SimulationTest, AnInterruptedRunIsPartial) {
  const Json report = run("ios: 1000", "{}", 3);
  EXPECT_EQ(report["simulation"]["end_reason"], "interrupted");
  EXPECT_EQ(report["simulation"]["partial"], true);
  EXPECT_EQ(report["workloads"][0]["ios"], 49) << "what was measured before 60 us is reported";
}

TEST_F(SimulationTest, SamplesAtThePeriod) {
  run("ios: 1000", "{until: 30 us, sample_period: 10 us, sample: [load.ios]}");
  EXPECT_EQ(series_, "time_ps,load.ios\n10000000,9\n20000000,19\n30000000,29\n");
}

TEST_F(SimulationTest, TheClosingTableShowsTheReport) {
  const std::string table = closing_table(run("ios: 100"));
  for (const char* text :
       {"test: workloads_done", "load ", "1.00 M", "4.10 G", "0.50", "loader 45.5 % (load.busy)", "91.0 W on average"})
    EXPECT_NE(table.find(text), std::string::npos) << text << " is missing in\n" << table;
}

}  // namespace
}  // namespace mppa::sim
