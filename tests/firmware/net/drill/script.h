// Scripts of TCP conversations: what a peer sends, and what the firmware must answer. One step a line; README.md in the
// folder of the scripts has the language.
#pragma once

#include <istream>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/host/tcp/packet.h"

namespace mppa::net_test::drill {

/// What is wrong with a script or with what it saw; what() begins with its file and line.
struct ScriptError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A segment in a script. Sequence numbers are relative to the first one of their side.
struct SegmentSpec {
  host::tcp::Segment header;
  unsigned length = 0;         ///< bytes of data
  bool has_window = false;     ///< expected: checked
  bool any_options = false;    ///< expected: whatever they are
  bool echo_latest = false;    ///< timestamp echo: the latest value of the other side; expected: unchecked
  bool any_timestamp = false;  ///< expected: the value is unchecked
  bool damaged = false;        ///< injected with a wrong checksum
};

enum class Action : u8 { kInject, kExpect, kApp, kEvent, kQuiet, kNew };

struct Step {
  unsigned line = 0;
  Action action{};
  u16 peer_port = 5000, chip_port = 7;
  /// ps: before an injection; of an expected segment, since the step before. Length of a silence.
  std::optional<u64> time;
  SegmentSpec segment;
  std::string text;  ///< command or event
  u32 number = 0;    ///< the first sequence number of a new conversation
};

struct Script {
  std::string name;
  std::vector<std::string> arguments;  ///< of the firmware
  bool v6 = false;
  int vlan = -1;
  u64 gigabits = 100;
  unsigned lane = 0;
  std::vector<Step> steps;
};

/// ScriptError if a line makes no sense. `name` stands in errors.
Script parse_script(std::istream& text, const std::string& name);

/// As in a script: "S. 0:0(0) ack 1 win 65535 <mss 1460>".
std::string format_segment(const SegmentSpec& segment);

}  // namespace mppa::net_test::drill
