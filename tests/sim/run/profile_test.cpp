#include "sim/run/profile.h"

#include <gtest/gtest.h>

namespace mppa::sim {
namespace {

TEST(ProfileLayerTest, IsTheFolderTwoLevelsDeep) {
  EXPECT_EQ(profile_layer("firmware/net/tcp/input.c"), "net/tcp");
  EXPECT_EQ(profile_layer("/build/mppasim/firmware/net/ip.c"), "net");
  EXPECT_EQ(profile_layer("firmware/cos/include/cos/sync.h"), "cos");
  EXPECT_EQ(profile_layer("firmware/toolchain/libc/string/memcpy.c"), "toolchain/libc");
  EXPECT_EQ(profile_layer("hello.c"), "program");
  EXPECT_EQ(profile_layer(""), "unknown");
}

TEST(ProfileTableTest, ShowsCyclesPerIo) {
  const Json cost = {{"cycles", 500}, {"cycles_per_io", 50.0}, {"bundles", 250}, {"stalls", {{"branch", 100}}}};
  Json profile = {{"begin_s", 0.001}, {"end_s", 0.002}, {"ios", 10}, {"waiting_cycles", 7}, {"asleep_cycles", 8}};
  profile.update(cost);
  profile["layers"] = Json::array({{{"name", "net/tcp"}}});
  profile["layers"][0].update(cost);
  profile["published"] =
      Json::array({{{"layer", "net/tcp"}, {"cycles_per_io", 385.0}, {"what", "somebody's"}, {"source", "somewhere"}}});
  profile["functions"] = Json::array({{{"name", "tcp_input"}, {"layer", "net/tcp"}}});
  profile["functions"][0].update(cost);
  const std::string table = profile_table(profile);
  for (const char* text : {"1.000 to 2.000 ms, 10 I/Os: 500 busy cycles, 50.0 an I/O", "cycles/IO", "tcp_input",
                           "100.0 %", "0.50", "branch 20 %", "385.0  somebody's (somewhere)"})
    EXPECT_NE(table.find(text), std::string::npos) << text << " is missing in\n" << table;
}

}  // namespace
}  // namespace mppa::sim
