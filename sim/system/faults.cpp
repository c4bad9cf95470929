#include "sim/system/faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <sstream>
#include <stdexcept>

#include "sim/commands.h"

namespace mppa::sim {
namespace {

using Kind = Fault::Kind;
using pcie::PacketFault;
using pcie::PacketKind;

const std::map<std::string, Kind> kKinds = {{"pull", Kind::kPull},
                                            {"plug", Kind::kPlug},
                                            {"down", Kind::kDown},
                                            {"hang", Kind::kHang},
                                            {"answer", Kind::kAnswer},
                                            {"swallow", Kind::kSwallow},
                                            {"media_error", Kind::kMediaErrors}};
const std::map<std::string, PacketFault> kPacketFaults = {{"corrupt", PacketFault::kCorrupt},
                                                          {"poison", PacketFault::kPoison},
                                                          {"unsupported", PacketFault::kUnsupported},
                                                          {"abort", PacketFault::kAbort},
                                                          {"drop", PacketFault::kDrop}};
const std::map<std::string, PacketKind> kPacketKinds = {{"packets", PacketKind::kAny},
                                                        {"writes", PacketKind::kMemWrite},
                                                        {"reads", PacketKind::kMemRead},
                                                        {"completions", PacketKind::kCompletion}};

[[noreturn]] void refuse(const std::string& what) { throw std::invalid_argument(what); }

/// The words of a sentence, read one after the other.
class Words {
 public:
  explicit Words(const std::string& sentence) {
    std::istringstream in(sentence);
    for (std::string word; in >> word;) words_.push_back(word);
  }

  bool end() const { return next_ == words_.size(); }
  std::string word(const char* expected) {
    if (end()) refuse(fmt::format("{} is missing at the end", expected));
    return words_[next_++];
  }
  bool skip(std::string_view word) {
    const bool is_next = !end() && words_[next_] == word;
    next_ += is_next;
    return is_next;
  }
  bool at_number() const { return !end() && words_[next_][0] >= '0' && words_[next_][0] <= '9'; }
  u64 number(const char* expected) { return to_number(word(expected)); }
  /// "3 ms" or "3ms".
  u64 time() {
    std::string text = word("a time");
    if (text.find_first_not_of("0123456789.") == std::string::npos) text += " " + word("a unit of time");
    const config::ParsedQuantity parsed = config::parse_quantity(text, config::Dimension::kTime);
    if (!parsed.value || *parsed.value < 0) refuse(fmt::format("'{}' is not a time", text));
    return static_cast<u64>(*parsed.value);
  }
  /// "7" or "7..9".
  std::pair<u64, u64> range() {
    const std::string text = word("a block or a range of blocks");
    const auto dots = text.find("..");
    const u64 first = to_number(text.substr(0, dots));
    const u64 last = dots == std::string::npos ? first : to_number(text.substr(dots + 2));
    if (last < first) refuse(fmt::format("the range {} is empty", text));
    return {first, last};
  }

 private:
  static u64 to_number(const std::string& text) {
    u64 value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) refuse(fmt::format("'{}' is not a number", text));
    return value;
  }

  std::vector<std::string> words_;
  std::size_t next_ = 0;
};

void parse_packets(Words& words, Fault& fault) {
  if (words.at_number()) fault.packets.count = words.number("a number");
  fault.received = words.skip("received");
  if (!fault.received) words.skip("sent");
  const PacketFault what = fault.packets.fault;
  const bool completions_only = what == PacketFault::kUnsupported || what == PacketFault::kAbort;
  if (completions_only) fault.packets.kind = PacketKind::kCompletion;
  for (const auto& [name, kind] : kPacketKinds)
    if (words.skip(name)) fault.packets.kind = kind;
  if (completions_only && fault.packets.kind != PacketKind::kCompletion) refuse("only completions have a status");
  if (words.skip("after")) fault.packets.skip = words.number("a number of packets");
  if (fault.packets.count == 0) refuse("a number of 0 packets");
}

void parse_when(Words& words, Fault& fault) {
  if (words.skip("after")) {
    fault.after_commands = words.number("a number of commands");
    if (fault.after_commands == 0 || !words.skip("commands")) refuse("expected 'after N commands', N > 0");
  } else if (words.skip("at")) {
    fault.when_ps = words.time();
  } else {
    refuse("expected 'at TIME' or 'after N commands' at the beginning");
  }
}

void parse_what(Words& words, Fault& fault) {
  const std::string what = words.word("what goes wrong");
  const auto kind = kKinds.find(what);
  const auto packets = kPacketFaults.find(what);
  if (packets != kPacketFaults.end()) {
    fault.kind = Kind::kPackets;
    fault.packets.fault = packets->second;
    parse_packets(words, fault);
  } else if (kind == kKinds.end()) {
    refuse(fmt::format("'{}' is nothing that can go wrong", what));
  } else {
    fault.kind = kind->second;
  }
  if (fault.kind == Kind::kDown) {
    if (!words.skip("for")) refuse("expected 'down for TIME'");
    fault.duration_ps = words.time();
  }
  if (fault.kind == Kind::kSwallow && words.at_number()) fault.count = words.number("a number");
  if (fault.kind == Kind::kMediaErrors) {
    std::tie(fault.first, fault.last) = words.range();
    if (words.skip("of")) fault.nsid = static_cast<u32>(words.number("a namespace"));
  }
}

}  // namespace

Fault parse_fault(const std::string& sentence) {
  Words words(sentence);
  Fault fault;
  parse_when(words, fault);
  parse_what(words, fault);
  if (fault.is_of_link() && !words.end()) fault.port = words.word("a port");
  if (!words.end()) refuse(fmt::format("'{}' is too much", words.word("")));
  return fault;
}

config::Param faults_param(const std::string& doc) { return config::text_list("faults", doc); }

std::vector<Fault> faults_of(const config::Component& component) {
  std::vector<Fault> faults;
  for (const std::string& sentence : component.list("faults")) faults.push_back(parse_fault(sentence));
  return faults;
}

void check_faults(const config::Component& component, bool of_drive, config::Diagnostics& diagnostics) {
  for (const std::string& sentence : component.list("faults")) {
    const auto error = [&](const std::string& what) {
      diagnostics.error(component.where("faults"), component.path + ".faults",
                        fmt::format("\"{}\": {}", sentence, what));
    };
    try {
      const Fault fault = parse_fault(sentence);
      if (!of_drive && (!fault.is_of_link() || fault.after_commands != 0)) error("this happens to drives only");
    } catch (const std::invalid_argument& problem) {
      error(problem.what());
    }
  }
}

void apply_fault(Timeline& time, const Fault& fault, pcie::LinkFaults& link, unsigned side) {
  switch (fault.kind) {
    case Kind::kPull:
      return link.set_plugged(false);
    case Kind::kPlug:
      return link.set_plugged(true);
    case Kind::kDown:
      link.set_plugged(false);
      return time.after(fault.duration_ps, [&link] { link.set_plugged(true); });
    default:
      return link.inject(fault.received ? 1 - side : side, fault.packets);
  }
}

void schedule_faults(Timeline& time, const config::Component& component, const std::vector<FaultyLink>& links,
                     unsigned side) {
  for (const Fault& fault : faults_of(component)) {
    bool found = false;
    for (const FaultyLink& link : links) {
      if (!fault.port.empty() && fault.port != link.port) continue;
      found = true;
      time.at(fault.when_ps, [&time, fault, faults = link.faults, side] { apply_fault(time, fault, *faults, side); });
    }
    if (!found) throw BadInput(fmt::format("{}.faults: there is no port {}", component.path, fault.port));
  }
}

}  // namespace mppa::sim
