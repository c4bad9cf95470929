#include "models/host/trace.h"

#include <fmt/core.h>

#include <charconv>
#include <cmath>

namespace mppa::host {

namespace {

constexpr std::string_view kIologHeader = "fio version 2 iolog";
constexpr u64 kSector = 512;

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (;;) {
    const auto begin = line.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos) return words;
    line.remove_prefix(begin);
    const auto end = line.find_first_of(" \t\r");
    words.push_back(line.substr(0, end));
    if (end == std::string_view::npos) return words;
    line.remove_prefix(end);
  }
}

template <typename Visit>
void for_each_line(std::string_view text, Visit visit) {
  for (unsigned number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    visit(number, text.substr(0, end));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

bool parse_number(std::string_view text, u64& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

/// "1.234567890" seconds, exactly.
bool parse_seconds(std::string_view text, u64& ps) {
  const auto point = text.find('.');
  u64 whole = 0, fraction = 0;
  if (!parse_number(text.substr(0, point), whole)) return false;
  if (point != std::string_view::npos) {
    const std::string_view digits = text.substr(point + 1, 12);
    if (!parse_number(digits, fraction)) return false;
    for (std::size_t i = digits.size(); i < 12; ++i) fraction *= 10;
  }
  ps = whole * 1'000'000'000'000 + fraction;
  return true;
}

bool kind_of(std::string_view word, IoKind& kind) {
  if (word == "read")
    kind = IoKind::kRead;
  else if (word == "write")
    kind = IoKind::kWrite;
  else if (word == "trim")
    kind = IoKind::kTrim;
  else if (word == "sync" || word == "datasync")
    kind = IoKind::kFlush;
  else
    return false;
  return true;
}

}  // namespace

Trace parse_iolog(std::string_view text, std::string_view file_name) {
  Trace trace;
  u64 waited = 0;
  for_each_line(text, [&](unsigned number, std::string_view line) {
    const auto fail = [&](const std::string& what) { throw InputError(file_name, number, what); };
    const auto words = words_of(line);
    if (words.empty()) return;
    if (number == 1) {
      if (!line.starts_with(kIologHeader)) fail(fmt::format("the first line is not '{}'", kIologHeader));
      return;
    }
    if (words.size() == 2 && (words[1] == "add" || words[1] == "open" || words[1] == "close")) return;
    if (words.size() < 2) fail("a file name and an action are missing");
    u64 offset = 0, bytes = 0;
    if (words[1] == "wait") {
      if (words.size() < 3 || !parse_number(words[2], offset)) fail("wait needs a number of microseconds");
      waited += offset * 1'000'000;
      trace.timed = true;
      return;
    }
    IoKind kind{};
    if (!kind_of(words[1], kind)) fail(fmt::format("unknown action '{}'", words[1]));
    if (kind != IoKind::kFlush &&
        (words.size() != 4 || !parse_number(words[2], offset) || !parse_number(words[3], bytes)))
      fail(fmt::format("{} needs an offset and a length", words[1]));
    if (kind != IoKind::kFlush && (bytes == 0 || offset % kSector != 0 || bytes % kSector != 0))
      fail(fmt::format("offset {} and length {} are not multiples of {}", offset, bytes, kSector));
    trace.entries.push_back({waited, {kind, offset, bytes}});
  });
  return trace;
}

Trace parse_blktrace(std::string_view text, std::string_view file_name) {
  Trace trace;
  trace.timed = true;
  bool first = true;
  u64 start = 0;
  for_each_line(text, [&](unsigned number, std::string_view line) {
    // "8,0  3  11  0.009507758  697  Q  W  223490 + 8 [process]"
    const auto words = words_of(line);
    if (words.size() < 7 || words[5] != "Q") return;
    const auto fail = [&](const std::string& what) { throw InputError(file_name, number, what); };
    u64 when = 0, sector = 0, sectors = 0;
    if (!parse_seconds(words[3], when)) fail(fmt::format("'{}' is not a time", words[3]));
    const std::string_view flags = words[6];
    Io io;
    if (flags.find('D') != std::string_view::npos)
      io.kind = IoKind::kTrim;
    else if (flags.find('R') != std::string_view::npos)
      io.kind = IoKind::kRead;
    else if (flags.find('W') != std::string_view::npos)
      io.kind = IoKind::kWrite;
    else if (flags.find('F') != std::string_view::npos)
      io.kind = IoKind::kFlush;
    else
      return;  // notifications
    if (io.kind != IoKind::kFlush) {
      if (words.size() < 10 || words[8] != "+" || !parse_number(words[7], sector) || !parse_number(words[9], sectors))
        fail("sector and length are missing");
      if (sectors == 0) return;  // a flush marked as a write
      io.offset = sector * kSector;
      io.bytes = sectors * kSector;
    }
    if (first) start = when;
    first = false;
    trace.entries.push_back({when > start ? when - start : 0, io});
  });
  if (trace.entries.empty()) throw InputError(file_name, 1, "there is no queue event (action Q) in the trace");
  return trace;
}

Trace parse_trace(std::string_view text, std::string_view file_name) {
  if (is_binary_blktrace(text)) return parse_binary_blktrace(text, file_name);
  return text.starts_with("fio version") ? parse_iolog(text, file_name) : parse_blktrace(text, file_name);
}

}  // namespace mppa::host
