#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "sim/config/document.h"
#include "sim/config/system_config.h"
#include "tests/sim/config/test_schema.h"

namespace mppa::config {
namespace {

namespace fs = std::filesystem;

class Load : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_ = fs::temp_directory_path() / ("mppasim-config-" + std::to_string(::getpid()));
    fs::create_directories(dir_);
    write("fw.elf", "x");
  }
  void TearDown() override { fs::remove_all(dir_); }

  void write(const std::string& name, const std::string& text) { std::ofstream(dir_ / name) << text; }

  SystemConfig load(const std::string& text, const LoadOptions& options = {}) {
    write("main.yaml", text);
    diagnostics_ = {};
    return load_config((dir_ / "main.yaml").string(), options, schema_, diagnostics_);
  }

  /// All messages, with the temporary directory removed.
  std::string errors() const {
    std::string out;
    for (const auto& d : diagnostics_.list()) out += d.text() + "\n";
    const std::string prefix = dir_.string() + "/";
    for (auto at = out.find(prefix); at != std::string::npos; at = out.find(prefix)) out.erase(at, prefix.size());
    return out;
  }

  void expect_error(const std::string& text, const std::string& message, const LoadOptions& options = {}) {
    load(text, options);
    EXPECT_NE(errors().find(message), std::string::npos) << "wanted: " << message << "\ngot: " << errors();
  }

  fs::path dir_;
  Schema schema_ = test_schema();
  Diagnostics diagnostics_;
};

const char kChip[] = "components:\n  c:\n    type: chip\n    firmware: fw.elf\n";

TEST_F(Load, DefaultsFillEveryParameter) {
  const auto config = load(kChip);
  ASSERT_TRUE(diagnostics_.ok()) << errors();
  const Component& c = *config.find("c");
  EXPECT_EQ(c.quantity("clock"), 1'200'000'000);
  EXPECT_EQ(c.quantity("memory"), 4 << 20);
  EXPECT_EQ(c.text("firmware"), (dir_ / "fw.elf").string()) << "relative to the file it stands in";
  EXPECT_EQ(c.part("cluster[3]").text("timing"), "pipeline");
  EXPECT_EQ(config.find("c.rm")->flag("trace"), false);
}

TEST_F(Load, ArraysAndLaterEntriesOverride) {
  const auto config =
      load(std::string(kChip) + "    cluster[0..3]: {timing: functional}\n    cluster[2]: {timing: pipeline}\n");
  ASSERT_TRUE(diagnostics_.ok()) << errors();
  EXPECT_EQ(config.find("c.cluster[1]")->text("timing"), "functional");
  EXPECT_EQ(config.find("c.cluster[2]")->text("timing"), "pipeline");
}

TEST_F(Load, IncludeIsBelowTheIncludingFile) {
  write("base.yaml", std::string(kChip) + "    clock: 600 MHz\n    memory: 8 MiB\n");
  const auto config = load("include: base.yaml\ncomponents: {c: {clock: 1 GHz}}\n");
  ASSERT_TRUE(diagnostics_.ok()) << errors();
  EXPECT_EQ(config.find("c")->quantity("clock"), 1'000'000'000);
  EXPECT_EQ(config.find("c")->quantity("memory"), 8 << 20);
}

TEST_F(Load, PresetsAndSetsApplyInOrder) {
  const std::string text =
      std::string(kChip) +
      "presets:\n  slow: {components: {c: {clock: 600 MHz}}}\n  tiny: {components: {c: {memory: 4 KiB}}}\nuse: slow\n";
  auto config = load(text, {.sets = {"c.cluster[0..1].trace=true"}, .presets = {"tiny"}});
  ASSERT_TRUE(diagnostics_.ok()) << errors();
  EXPECT_EQ(config.find("c")->quantity("clock"), 600'000'000);
  EXPECT_EQ(config.find("c")->quantity("memory"), 4096);
  EXPECT_TRUE(config.find("c.cluster[1]")->flag("trace"));
  EXPECT_FALSE(config.find("c.cluster[2]")->flag("trace"));
}

TEST_F(Load, ReferencesTakeTheValueOfAnotherParameter) {
  const auto config =
      load(std::string(kChip) +
           "    clock: 700 MHz\n  d:\n    type: chip\n    firmware: ${c.firmware}\n    clock: ${c.clock}\n");
  ASSERT_TRUE(diagnostics_.ok()) << errors();
  EXPECT_EQ(config.find("d")->quantity("clock"), 700'000'000);
}

TEST_F(Load, LinksJoinArraysElementByElement) {
  const auto config =
      load(std::string(kChip) + "  ssd[0..1]: {type: ssd}\nlinks:\n  - c.pcie[0..1] -- ssd[0..1].port\n");
  ASSERT_TRUE(diagnostics_.ok()) << errors();
  ASSERT_EQ(config.links.size(), 2U);
  EXPECT_EQ(config.links[1].a.port, "pcie[1]");
  EXPECT_EQ(config.links[1].b.component, "ssd[1]");
}

TEST_F(Load, ResolvedConfigurationLoadsToItself) {
  const auto first =
      load(std::string(kChip) +
           "    clock: 700 MHz\n    args: [a, 'b c']\n  s: {type: ssd}\nlinks: ['c.pcie[0] -- s.port']\n");
  ASSERT_TRUE(diagnostics_.ok()) << errors();
  const auto second = load(first.to_yaml());
  ASSERT_TRUE(diagnostics_.ok()) << errors();
  EXPECT_EQ(first.to_yaml(), second.to_yaml());
  EXPECT_EQ(first.hash(), second.hash());
  EXPECT_EQ(second.find("c")->list("args"), (std::vector<std::string>{"a", "b c"}));
}

TEST_F(Load, FilesAreLookedForBesideTheDocumentThenInTheSearchPath) {
  fs::create_directories(dir_ / "elsewhere");
  write("elsewhere/far.elf", "x");
  write("elsewhere/fw.elf", "x");
  const std::string text = "components: {c: {type: chip, firmware: far.elf}, d: {type: chip, firmware: fw.elf}}\n";
  const auto config = load(text, {.search = {(dir_ / "elsewhere").string()}});
  ASSERT_TRUE(diagnostics_.ok()) << errors();
  EXPECT_EQ(config.find("c")->text("firmware"), (dir_ / "elsewhere/far.elf").string());
  EXPECT_EQ(config.find("d")->text("firmware"), (dir_ / "fw.elf").string());
  expect_error(text, "main.yaml:1:40: error: c.firmware: there is no file 'far.elf'");
}

TEST_F(Load, TheHashKnowsFileNamesButNoDirectories) {
  fs::create_directories(dir_ / "elsewhere");
  write("elsewhere/fw.elf", "x");
  write("other.elf", "x");
  const auto hash = [this](const std::string& file) {
    return load("components: {c: {type: chip, firmware: " + file + "}}\n").hash();
  };
  EXPECT_EQ(hash("fw.elf"), hash("elsewhere/fw.elf"));
  EXPECT_NE(hash("fw.elf"), hash("other.elf"));
}

TEST_F(Load, ParametersKnowWhereTheyStand) {
  const auto config = load(std::string(kChip) + "    clock: 700 MHz\n");
  ASSERT_TRUE(diagnostics_.ok()) << errors();
  EXPECT_EQ(config.find("c")->where("clock").line, 5);
  EXPECT_EQ(config.find("c")->where("memory").line, 2) << "a default stands where its component does";
}

TEST_F(Load, EveryErrorIsReportedWithItsPlace) {
  load("components:\n  c:\n    type: chip\n    clok: 1 GHz\n    memory: 3 MiB\n    firmware: none.elf\n");
  EXPECT_EQ(errors(),
            "main.yaml:4:5: error: c: unknown key 'clok' (did you mean 'clock'?)\n"
            "main.yaml:5:13: error: c.memory: 3 MiB is not a power of two\n"
            "main.yaml:6:15: error: c.firmware: there is no file 'none.elf'\n");
}

TEST_F(Load, KeyErrors) {
  expect_error("component: {}\n", "main.yaml:1:1: error: unknown key 'component' (did you mean 'components'?)");
  expect_error("components: {c: {type: chipp}}\n", "unknown component type 'chipp' (did you mean 'chip'?)");
  expect_error("components: {c: {type: core}}\n", "unknown component type 'core'");
  expect_error("components: {c: {}}\n", "a component needs a `type`");
  expect_error("components: {c: {type: chip}}\n", "'firmware' is required");
  expect_error(std::string(kChip) + "    cluster[4]: {}\n", "there is no 'cluster[4]': the parts are cluster[0..3]");
  expect_error(std::string(kChip) + "    cluster[2..1]: {}\n", "is not a valid array key");
  expect_error(std::string(kChip) + "    cluster: {}\n", "there is no 'cluster'");
  expect_error(std::string(kChip) + "    clock: 1 GHz\n    clock: 1 GHz\n", "given twice");
  expect_error("a: [\n", "not valid YAML");
  expect_error("", "a configuration is a map of keys, not nothing");
  expect_error("- 1\n", "a configuration is a map of keys, not a list");
  expect_error("system: x\n", "needs at least one component");
  expect_error("system: x\n---\nsystem: y\n", "more than one YAML document");
}

TEST_F(Load, ExponentialAliasesAreRefused) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) text += (j ? ", *a" : "*a") + std::to_string(i - 1);
    text += "]\n";
  }
  expect_error(text, "aliases expand to more than a million values");
}

TEST_F(Load, ValueErrors) {
  expect_error(std::string(kChip) + "    clock: 1200\n", "needs a unit: expected a frequency such as '1.2 GHz'");
  expect_error(std::string(kChip) + "    clock: 3 GHz\n", "3 GHz is out of range: 1 MHz .. 2 GHz");
  expect_error(std::string(kChip) + "    clock: [1 GHz]\n",
               "expected a frequency such as '1.2 GHz' (Hz, kHz, MHz, GHz), not a list");
  expect_error(std::string(kChip) + "    rm: {timing: pipelined}\n",
               "'pipelined' is not one of pipeline, functional (did you mean 'pipeline'?)");
  expect_error(std::string(kChip) + "    rm: {trace: yes}\n", "expected true or false, not 'yes'");
  expect_error(std::string(kChip) + "    rm: 3\n", "expected the parameters of 'core', not '3'");
  expect_error(std::string(kChip) + "    args: {a: b}\n", "expected a list of text, not a map");
}

TEST_F(Load, LinkErrors) {
  const std::string base = std::string(kChip) + "  s: {type: ssd}\nlinks:\n";
  expect_error(base + "  - c.pcie[0] -- x.port\n", "there is no component 'x'");
  expect_error(base + "  - c.pcie[2] -- s.port\n", "'c' has no port 'pcie[2]' (its ports: pcie[0..1], eth)");
  expect_error(base + "  - c.eth -- s.port\n", "'c.eth' is ethernet, 's.port' is pcie");
  expect_error(base + "  - c.pcie[0..1] -- s.port\n", "joins 2 ports to 1");
  expect_error(base + "  - c.pcie[0] -- s.port\n  - c.pcie[1] -- s.port\n", "'s.port' is linked twice");
  expect_error(base + "  - c.pcie[0]\n", "expected 'a.port -- b.port'");
  expect_error(std::string(kChip) + "  s: {type: ssd}\n", "port 's.port' must be linked");
}

TEST_F(Load, DocumentErrors) {
  expect_error("include: main.yaml\n", "includes itself");
  expect_error("include: gone.yaml\n", "cannot read");
  expect_error(std::string(kChip) + "    clock: ${c.nothing}\n", "'c.nothing' is not given in this configuration");
  expect_error(std::string(kChip) + "    clock: ${c.clock}\n", "leads back to itself");
  expect_error(std::string(kChip) + "use: fast\npresets: {fasst: {}}\n",
               "there is no preset 'fast' (did you mean 'fasst'?)");
  expect_error(kChip, "--set c.clock: error: expected path=value", {.sets = {"c.clock"}, .presets = {}});
  expect_error(kChip, "--set c.clock=5: error: c.clock: '5': needs a unit", {.sets = {"c.clock=5"}, .presets = {}});
}

}  // namespace
}  // namespace mppa::config
