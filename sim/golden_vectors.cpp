#include "sim/golden_vectors.h"

#include <fmt/format.h>
#include <lzma.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>
#include <system_error>

#include "sim/commands.h"

namespace mppa::sim {
namespace {

constexpr unsigned kMaxWords = 8;

std::string unpack_xz(const std::string& packed, const std::string& path) {
  lzma_stream stream = LZMA_STREAM_INIT;
  if (lzma_stream_decoder(&stream, UINT64_MAX, LZMA_CONCATENATED) != LZMA_OK) throw BadInput("cannot start liblzma");
  stream.next_in = reinterpret_cast<const u8*>(packed.data());
  stream.avail_in = packed.size();
  std::string text;
  std::vector<u8> chunk(1 << 16);
  lzma_ret status = LZMA_OK;
  while (status == LZMA_OK) {
    stream.next_out = chunk.data();
    stream.avail_out = chunk.size();
    status = lzma_code(&stream, LZMA_FINISH);
    text.append(reinterpret_cast<const char*>(chunk.data()), chunk.size() - stream.avail_out);
  }
  lzma_end(&stream);
  if (status != LZMA_STREAM_END) throw BadInput(path + ": damaged or truncated xz file");
  return text;
}

VectorState initial_state(u64 pc) {
  VectorState state;
  for (u64 n = 0; n < state.gpr.size(); ++n) state.gpr[n] = (n + 1) * 0x9E3779B97F4A7C15;
  state.npc = pc;
  state.ra = pc;
  for (unsigned k = 0; k < kVectorMemorySize; ++k) state.memory[k] = static_cast<u8>(37 * k + 11 + 5 * (k >> 3));
  return state;
}

/// Splits one line at blanks and knows where it is for messages.
class LineReader {
 public:
  LineReader(const std::string& path, unsigned line, std::string_view text) : path_(path), line_(line), rest_(text) {}

  [[noreturn]] void fail(const std::string& reason) const {
    throw BadInput(fmt::format("{}:{}: {}", path_, line_, reason));
  }

  /// The next word, empty at the end of the line.
  std::string_view word() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size()));
    const std::string_view result = rest_.substr(0, rest_.find_first_of(" \t"));
    rest_.remove_prefix(result.size());
    return result;
  }

  std::string_view rest() const { return rest_; }

  u64 number(std::string_view text, int base = 16) const {
    u64 value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty())
      fail(fmt::format("'{}' is no {} number of at most 64 bits", text, base == 16 ? "hexadecimal" : "decimal"));
    return value;
  }

 private:
  const std::string& path_;
  unsigned line_;
  std::string_view rest_;
};

VectorBundle parse_bundle(LineReader in, unsigned line) {
  VectorBundle bundle;
  bundle.line = line;
  bundle.pc = in.number(in.word());
  if (bundle.pc % 4 != 0) in.fail("the address of the bundle is not a multiple of 4");
  std::string_view words = in.word();
  while (true) {
    const std::size_t comma = words.find(',');
    const u64 value = in.number(words.substr(0, comma));
    if (value > UINT32_MAX) in.fail("a syllable has more than 32 bits");
    bundle.words.push_back(static_cast<u32>(value));
    if (comma == words.npos) break;
    words.remove_prefix(comma + 1);
  }
  if (bundle.words.size() > kMaxWords) in.fail("a bundle has at most 8 syllables");
  if (in.word() != ";") in.fail("expected ' ; ' and the assembly text after the syllables");
  std::string_view assembly = in.rest();
  assembly.remove_prefix(std::min(assembly.find_first_not_of(' '), assembly.size()));
  bundle.assembly = assembly;
  return bundle;
}

void set_memory(const LineReader& in, VectorState& state, u64 offset, std::string_view bytes) {
  if (bytes.empty() || bytes.size() % 2 != 0) in.fail("memory bytes are pairs of hexadecimal digits");
  if (offset >= kVectorMemorySize || offset + bytes.size() / 2 > kVectorMemorySize)
    in.fail("memory bytes beyond the 512-byte window");
  for (std::size_t i = 0; i < bytes.size(); i += 2)
    state.memory[offset + i / 2] = static_cast<u8>(in.number(bytes.substr(i, 2)));
}

/// Applies `name=value`; the names npc, ra, ls, le, lc and m exist only among the changes.
void assign(const LineReader& in, VectorState& state, std::string_view word, bool is_change) {
  const std::size_t equals = word.find('=');
  if (equals == word.npos) in.fail(fmt::format("expected name=value, not '{}'", word));
  const std::string_view name = word.substr(0, equals), value = word.substr(equals + 1);
  const bool numbered = name.size() >= 2 && name[1] >= '0' && name[1] <= '9';
  if (numbered && name[0] == 'r') {
    const u64 index = in.number(name.substr(1), 10);
    if (index >= state.gpr.size()) in.fail(fmt::format("there is no register '{}'", name));
    state.gpr[index] = in.number(value);
  } else if (numbered && name[0] == 'm' && is_change) {
    set_memory(in, state, in.number(name.substr(1), 10), value);
  } else if (name == "cs") {
    state.cs = in.number(value);
  } else if (is_change && (name == "npc" || name == "ra" || name == "ls" || name == "le" || name == "lc")) {
    u64& target = name == "npc"  ? state.npc
                  : name == "ra" ? state.ra
                  : name == "ls" ? state.ls
                  : name == "le" ? state.le
                                 : state.lc;
    target = in.number(value);
  } else {
    in.fail(fmt::format("'{}' is no name of {}", name, is_change ? "a change" : "an input"));
  }
}

Vector parse_vector(LineReader in, unsigned line, const VectorBundle& bundle) {
  Vector vector;
  vector.line = line;
  vector.before = initial_state(bundle.pc);
  std::string_view word = in.word();
  for (; word != "|"; word = in.word()) {
    if (word.empty()) in.fail("expected '|' between inputs and changes");
    assign(in, vector.before, word, false);
  }
  vector.after = vector.before;
  vector.after.npc = bundle.pc + 4 * bundle.words.size();
  for (word = in.word(); !word.empty(); word = in.word()) assign(in, vector.after, word, true);
  return vector;
}

}  // namespace

std::string read_vector_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw BadInput(path + ": cannot open: " + std::generic_category().message(errno));
  std::string text;
  try {
    text.assign(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  } catch (const std::ios_base::failure&) {  // a directory, an I/O error
    throw BadInput(path + ": cannot read");
  }
  return path.ends_with(".xz") ? unpack_xz(text, path) : text;
}

std::vector<VectorBundle> parse_vectors(const std::string& text, const std::string& path) {
  std::vector<VectorBundle> bundles;
  std::istringstream lines(text);
  unsigned number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    LineReader in(path, number, line);
    const std::string_view kind = in.word();
    if (kind.empty() || kind.starts_with('#')) continue;
    if (kind == "I") {
      bundles.push_back(parse_bundle(in, number));
    } else if (kind == "V") {
      if (bundles.empty()) in.fail("a V line before the first I line");
      bundles.back().vectors.push_back(parse_vector(in, number, bundles.back()));
    } else {
      in.fail("a line starts with I, V or #");
    }
  }
  return bundles;
}

std::vector<VectorBundle> read_vectors(const std::string& path) { return parse_vectors(read_vector_text(path), path); }

VectorDifference difference(const VectorState& expected, const VectorState& got) {
  VectorDifference result;
  const auto compare = [&result](const std::string& name, u64 want, u64 have) {
    if (want == have) return;
    result.expected += fmt::format("{}{}={:x}", result.expected.empty() ? "" : " ", name, want);
    result.got += fmt::format("{}{}={:x}", result.got.empty() ? "" : " ", name, have);
  };
  for (unsigned n = 0; n < expected.gpr.size(); ++n) compare(fmt::format("r{}", n), expected.gpr[n], got.gpr[n]);
  compare("cs", expected.cs, got.cs);
  compare("npc", expected.npc, got.npc);
  compare("ra", expected.ra, got.ra);
  compare("ls", expected.ls, got.ls);
  compare("le", expected.le, got.le);
  compare("lc", expected.lc, got.lc);
  for (unsigned k = 0; k < kVectorMemorySize; ++k) {
    if (expected.memory[k] == got.memory[k]) continue;
    result.expected += fmt::format("{}m{}={:02x}", result.expected.empty() ? "" : " ", k, expected.memory[k]);
    result.got += fmt::format("{}m{}={:02x}", result.got.empty() ? "" : " ", k, got.memory[k]);
  }
  return result;
}

}  // namespace mppa::sim
