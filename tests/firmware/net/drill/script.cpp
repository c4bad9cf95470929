#include "tests/firmware/net/drill/script.h"

#include <fmt/core.h>

#include <charconv>
#include <sstream>

namespace mppa::net_test::drill {
namespace {

namespace flag = host::tcp::flag;

constexpr struct {
  char letter;
  u8 bit;
} kFlags[] = {{'F', flag::kFin}, {'S', flag::kSyn}, {'R', flag::kRst}, {'P', flag::kPsh}, {'.', flag::kAck}};

/// A line as it is read from left to right.
class Reader {
 public:
  Reader(std::string line, std::string where) : in_(std::move(line)), where_(std::move(where)) {}

  [[noreturn]] void fail(const std::string& what) const { throw ScriptError(where_ + ": " + what); }

  /// The next word; empty at the end.
  std::string word() {
    std::string w;
    in_ >> w;
    return w;
  }
  std::string need_word(const char* what) {
    std::string w = word();
    if (w.empty()) fail(fmt::format("{} is missing", what));
    return w;
  }
  std::string rest() {
    std::string r;
    std::getline(in_ >> std::ws, r);
    return r;
  }
  char peek() { return static_cast<char>((in_ >> std::ws).peek()); }

  u32 number(const std::string& text, const char* what) const {
    u32 value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
      fail(fmt::format("{}: '{}' is no number", what, text));
    return value;
  }
  /// "20ms" in ps.
  u64 time(const std::string& text) const {
    static constexpr struct {
      const char* unit;
      u64 ps;
    } kUnits[] = {{"us", 1'000'000}, {"ms", 1'000'000'000}, {"s", 1'000'000'000'000}};
    const std::size_t digits = text.find_first_not_of("0123456789");
    if (digits != std::string::npos && digits > 0)
      for (const auto& [unit, ps] : kUnits)
        if (text.substr(digits) == unit) return number(text.substr(0, digits), "time") * ps;
    fail(fmt::format("'{}' is no time: a number and us, ms or s", text));
  }

 private:
  std::istringstream in_;
  std::string where_;
};

/// "5000" or "5000:7": ports of the peer and of the chip.
void read_ports(Reader& in, const std::string& text, Step& step) {
  const std::size_t colon = text.find(':'), end = text.find(']');
  if (end != text.size() - 1) in.fail(fmt::format("'{}' are no ports", text));
  step.peer_port = static_cast<u16>(in.number(text.substr(1, std::min(colon, end) - 1), "port"));
  if (colon != std::string::npos)
    step.chip_port = static_cast<u16>(in.number(text.substr(colon + 1, end - colon - 1), "port"));
}

/// "1:101(100)"
void read_range(Reader& in, const std::string& text, SegmentSpec& s) {
  const std::size_t colon = text.find(':'), open = text.find('('), close = text.find(')');
  if (colon == std::string::npos || open == std::string::npos || close != text.size() - 1 || open < colon)
    in.fail(fmt::format("'{}' is not BEGIN:END(LENGTH)", text));
  s.header.sequence = in.number(text.substr(0, colon), "sequence number");
  s.length = in.number(text.substr(open + 1, close - open - 1), "length");
  if (in.number(text.substr(colon + 1, open - colon - 1), "sequence number") != s.header.sequence + s.length)
    in.fail(fmt::format("'{}': the end is not the begin and the length", text));
}

void read_timestamps(Reader& in, SegmentSpec& s) {
  const std::string value = in.need_word("timestamp"), echo = in.need_word("timestamp echo");
  s.any_timestamp = value == "*";
  s.echo_latest = echo == "*";
  s.header.timestamps = {s.any_timestamp ? 0 : in.number(value, "timestamp"),
                         s.echo_latest ? 0 : in.number(echo, "timestamp echo")};
}

void read_blocks(Reader& in, SegmentSpec& s) {
  while (in.peek() >= '0' && in.peek() <= '9') {
    const std::string block = in.word();
    const std::size_t colon = block.find(':');
    if (colon == std::string::npos || s.header.sack_count == s.header.sack.size())
      in.fail(fmt::format("'{}' is no SACK block, or one too many", block));
    s.header.sack[s.header.sack_count++] = {in.number(block.substr(0, colon), "block"),
                                            in.number(block.substr(colon + 1), "block")};
  }
}

/// What stands between < and >.
void read_options(Reader& outer, const std::string& where, std::string text, SegmentSpec& s) {
  if (text.size() < 2 || text.front() != '<' || text.back() != '>') outer.fail("options stand between < and >");
  text = text.substr(1, text.size() - 2);
  for (char& c : text)
    if (c == ',') c = ' ';
  Reader in(text, where);
  for (std::string w = in.word(); !w.empty(); w = in.word()) {
    if (w == "mss") {
      s.header.mss = static_cast<u16>(in.number(in.word(), "mss"));
    } else if (w == "ws") {
      s.header.window_scale = static_cast<u8>(in.number(in.word(), "window scale"));
    } else if (w == "sackOK") {
      s.header.sack_permitted = true;
    } else if (w == "ts") {
      read_timestamps(in, s);
    } else if (w == "sack") {
      read_blocks(in, s);
    } else if (w == "*") {
      s.any_options = true;
    } else {
      in.fail(fmt::format("unknown option '{}': mss, ws, sackOK, ts, sack or *", w));
    }
  }
}

void read_segment(Reader& in, const std::string& where, SegmentSpec& s) {
  for (const char c : in.need_word("flags")) {
    u8 bit = 0;
    for (const auto& f : kFlags)
      if (f.letter == c) bit = f.bit;
    if (bit == 0 && c != '-') in.fail(fmt::format("unknown flag '{}': F, S, R, P and ., or - for none", c));
    s.header.flags |= bit;
  }
  read_range(in, in.need_word("sequence numbers"), s);
  while (in.peek() != '<') {
    const std::string w = in.word();
    if (w.empty()) return;
    if (w == "ack") {
      s.header.acknowledgement = in.number(in.word(), "ack");
    } else if (w == "win") {
      s.header.window = static_cast<u16>(in.number(in.word(), "win"));
      s.has_window = true;
    } else if (w == "damaged") {
      s.damaged = true;
    } else {
      in.fail(fmt::format("unexpected '{}': ack, win, damaged or options", w));
    }
  }
  read_options(in, where, in.rest(), s);
}

/// Lines that come before all steps; false if it is none.
bool read_setting(Reader& in, const std::string& keyword, Script& script) {
  if (keyword == "config") {
    for (std::string w = in.need_word("KEY=VALUE"); !w.empty(); w = in.word()) {
      if (w.find('=') == std::string::npos) in.fail(fmt::format("'{}' is not KEY=VALUE", w));
      script.arguments.push_back(w);
    }
  } else if (keyword == "ip") {
    const std::string version = in.word();
    if (version != "4" && version != "6") in.fail("ip 4 or ip 6");
    script.v6 = version == "6";
  } else if (keyword == "rate") {
    script.gigabits = in.number(in.word(), "rate");
    if (const std::string lane = in.word(); !lane.empty()) script.lane = in.number(lane, "lane");
    script.arguments.push_back(fmt::format("rate={}", script.gigabits));
    script.arguments.push_back(fmt::format("lane={}", script.lane));
  } else if (keyword == "vlan") {
    script.vlan = static_cast<int>(in.number(in.word(), "vlan"));
    script.arguments.push_back(fmt::format("vlan={}", script.vlan));
  } else {
    return false;
  }
  if (!script.steps.empty()) in.fail(fmt::format("'{}' after the first step", keyword));
  return true;
}

Step read_step(Reader& in, const std::string& where, std::string keyword) {
  Step step;
  if (keyword.front() == '[') {
    read_ports(in, keyword, step);
    keyword = in.need_word("step");
  }
  if (keyword.front() == '+') {
    step.time = in.time(keyword.substr(1));
    keyword = in.need_word("step");
    if (keyword != "<" && keyword != ">") in.fail("a time stands before < or >");
  }
  if (keyword == "<" || keyword == ">") {
    step.action = keyword == "<" ? Action::kInject : Action::kExpect;
    read_segment(in, where, step.segment);
  } else if (keyword == "app" || keyword == "event") {
    step.action = keyword == "app" ? Action::kApp : Action::kEvent;
    step.text = in.rest();
    if (step.text.empty()) in.fail(keyword + " needs a word");
  } else if (keyword == "quiet") {
    step.action = Action::kQuiet;
    step.time = in.time(in.need_word("time"));
  } else if (keyword == "new") {
    step.action = Action::kNew;
    step.number = in.number(in.word(), "first sequence number");
  } else {
    in.fail(fmt::format("unknown step '{}': <, >, app, event, quiet, new; config, ip, rate or vlan before the first",
                        keyword));
  }
  if (!in.word().empty()) in.fail("more than a step");
  return step;
}

}  // namespace

Script parse_script(std::istream& text, const std::string& name) {
  Script script;
  script.name = name;
  std::string line;
  for (unsigned number = 1; std::getline(text, line); ++number) {
    line = line.substr(0, line.find('#'));
    line.erase(line.find_last_not_of(" \t") + 1);
    const std::string where = fmt::format("{}:{}", name, number);
    Reader in(line, where);
    const std::string keyword = in.word();
    if (keyword.empty() || read_setting(in, keyword, script)) continue;
    script.steps.push_back(read_step(in, where, keyword));
    script.steps.back().line = number;
  }
  if (script.steps.empty()) throw ScriptError(name + ": no step");
  return script;
}

std::string format_segment(const SegmentSpec& segment) {
  const host::tcp::Segment& h = segment.header;
  std::string out;
  for (const auto& f : kFlags)
    if (h.has(f.bit)) out += f.letter;
  if (out.empty()) out = "-";
  out += fmt::format(" {}:{}({})", h.sequence, h.sequence + segment.length, segment.length);
  if (h.has(flag::kAck)) out += fmt::format(" ack {}", h.acknowledgement);
  if (segment.has_window) out += fmt::format(" win {}", h.window);
  std::string options;
  if (h.mss) options += fmt::format(", mss {}", *h.mss);
  if (h.sack_permitted) options += ", sackOK";
  if (h.timestamps) options += fmt::format(", ts {} {}", h.timestamps->value, h.timestamps->echo);
  if (h.window_scale) options += fmt::format(", ws {}", *h.window_scale);
  if (h.sack_count > 0) options += ", sack";
  for (unsigned i = 0; i < h.sack_count; ++i) options += fmt::format(" {}:{}", h.sack[i].begin, h.sack[i].end);
  if (!options.empty()) out += " <" + options.substr(2) + ">";
  return out;
}

}  // namespace mppa::net_test::drill
