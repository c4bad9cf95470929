// Runs scripts against the firmware's stack: net_drill on the simulated chip, a cable, and the scripted peer.
#pragma once

#include <map>
#include <string>

#include "models/eth/link.h"
#include "sim/system/coolidge.h"
#include "tests/firmware/net/drill/peer.h"
#include "tests/firmware/net/drill/script.h"
#include "tests/models/sc_test.h"

namespace mppa::net_test::drill {

class Runner {
 public:
  /// Boots the chip with the script's arguments.
  explicit Runner(const Script& script);

  /// ScriptError names the first step that did not happen as it should; its text ends with the conversation so far.
  void run();

 private:
  /// The numbers a conversation began with.
  struct Flow {
    u32 own = 1'000'000;
    std::optional<u32> chip;  ///< once a SYN has told it
    u32 timestamp = 0;        ///< latest of the chip
  };

  void boot();
  void play(const Step& step);
  void inject(const Step& step);
  void expect(const Step& step);
  void expect_event(const Step& step);
  void be_quiet(const Step& step);
  [[noreturn]] void fail(const std::string& what) const;

  Flow& flow(const Step& step) { return flows_[{step.peer_port, step.chip_port}]; }
  /// Waits for `ps`, at most until `done`; whether it is done.
  bool wait(u64 ps, const std::function<bool()>& done);
  /// Makes numbers relative and reads what the flow learns from it.
  SegmentSpec seen(const Arrived& arrived, Flow& flow);
  std::string difference(const SegmentSpec& wanted, const SegmentSpec& got) const;
  void note(char direction, const Step& step, const SegmentSpec& segment, u64 at);

  mppa::test::ScContext context_;  // before the chip
  const Script& script_;
  const Step* step_ = nullptr;
  sim::Coolidge chip_;
  eth::Link link_;
  ScriptedPeer peer_;
  std::string console_, conversation_;
  std::map<std::pair<u16, u16>, Flow> flows_;
  u64 last_ = 0;  ///< ps; when the last step happened
};

}  // namespace mppa::net_test::drill
