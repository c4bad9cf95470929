#include "tests/fuzz/words.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <vector>

#include "models/cluster/core/mmu.h"
#include "models/cluster/isa/disasm.h"
#include "models/cluster/isa/encode.h"
#include "tests/cluster/engine/fast/engine_pair.h"

namespace mppa::fuzz {
namespace {

using engine::fast::Machine;
using engine::fast::RandomProgram;

constexpr std::size_t kMostWords = 256;
constexpr u64 kCycles = 1500, kLeastSlice = 32;

std::vector<u32> words_of(std::span<const u8> bytes) {
  std::vector<u32> words(std::min(bytes.size() / sizeof(u32), kMostWords));
  if (!words.empty()) std::memcpy(words.data(), bytes.data(), words.size() * sizeof(u32));
  return words;
}

std::optional<std::string> decode_everywhere(std::span<const u32> words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    isa::Bundle bundle, again;
    if (isa::decode(words.subspan(i), bundle) != isa::DecodeError::kNone) continue;
    if (isa::disassemble(bundle, 4 * i).find("invalid") != std::string::npos)
      return "word " + std::to_string(i) + ": what decodes does not disassemble";
    if (isa::decode(isa::encode(bundle), again) != isa::DecodeError::kNone ||
        isa::disassemble(again, 4 * i) != isa::disassemble(bundle, 4 * i))
      return "word " + std::to_string(i) + ": encoding and decoding again changes the bundle";
  }
  return {};
}

/// The code that the reference machine has executed, by line, as it was when it was executed first. A program that
/// changes its own code without i1inval may legally see either version.
class ExecutedCode {
 public:
  explicit ExecutedCode(Machine& machine) : machine_(machine) {
    machine.core().hooks().trace = [this](const engine::BundleEvent& event) { add(event.pc); };
  }

  bool changed() {
    return std::ranges::any_of(lines_, [&](const auto& line) { return bytes_at(line.first) != line.second; });
  }

 private:
  static constexpr u64 kLine = 64;
  using Bytes = std::array<u8, kLine>;

  Bytes bytes_at(u64 pa) {
    Bytes bytes{};
    const engine::MemRegion* region = machine_.bus().region(pa);
    if (region != nullptr) std::memcpy(bytes.data(), region->host + (pa - region->base), kLine);
    return bytes;
  }

  void add(u64 pc) {
    for (const u64 va : {pc, pc + 4 * isa::kMaxSyllables}) {  // a bundle may end in the next line
      const auto tr = machine_.core().mmu().translate({va, 4, core::AccessKind::kFetch, false});
      if (tr.status != core::Translation::Status::kOk) continue;
      const u64 line = tr.pa & ~(kLine - 1);
      if (!lines_.contains(line)) lines_[line] = bytes_at(line);
    }
  }

  Machine& machine_;
  std::map<u64, Bytes> lines_;
};

std::optional<std::string> run_on_both(const WordsHeader& header, std::vector<u32> words) {
  static const std::vector<u32> kVectors = engine::fast::make_random_program({}).vectors;
  const u64 entry = RandomProgram::kCode + 4 * (header.entry % words.size());
  const RandomProgram program{kVectors, std::move(words), {entry}};
  engine::fast::MachineOptions options;
  options.level = (header.options & 1) != 0 ? timing::Level::kFunctional : timing::Level::kPipeline;
  options.streaming = (header.options & 2) != 0;
  options.timer = (header.options & 4) != 0;
  options.mmu = (header.options & 16) != 0;
  options.arbiter = (header.options & 32) != 0;
  options.seed = header.seed;
  Machine expected(program, options);
  options.engine = engine::EngineKind::kFast;
  Machine got(program, options);
  if ((header.options & 8) != 0)
    for (Machine* m : {&expected, &got}) {
      u64& ps = m->core().state().sfr[core::kPs];
      ps = core::ps::kHle.set(ps, 0);
    }
  ExecutedCode executed(expected);
  const u64 slice = kLeastSlice + header.slice;
  for (u64 limit = slice; limit < kCycles; limit += slice) {
    const engine::RunResult a = expected.core().run_until(limit), b = got.core().run_until(limit);
    if (executed.changed()) return {};
    if (a.reason != b.reason) return "engines stop differently: " + a.message + " / " + b.message;
    if (auto d = engine::fast::difference(expected, got)) return "stop at cycle " + std::to_string(limit) + ": " + *d;
    if (a.reason != engine::StopReason::kLimit && a.reason != engine::StopReason::kIdle) return {};
  }
  return {};
}

}  // namespace

std::optional<std::string> try_words(std::span<const u8> input) {
  WordsHeader header;
  if (input.size() < sizeof(header) + sizeof(u32)) return {};
  std::memcpy(&header, input.data(), sizeof(header));
  std::vector<u32> words = words_of(input.subspan(sizeof(header)));
  if (auto wrong = decode_everywhere(words)) return wrong;
  return run_on_both(header, std::move(words));
}

}  // namespace mppa::fuzz
