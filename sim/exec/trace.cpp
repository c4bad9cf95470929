#include "sim/exec/trace.h"

#include <fmt/format.h>

#include "models/cluster/isa/disasm.h"

namespace mppa::sim {
namespace {

using timing::Stall;

/// Like fmt::print, but a full disk is left to whoever closes the file: this runs inside the simulation.
template <class... T>
void print(std::FILE* out, fmt::format_string<T...> format, T&&... values) {
  std::fputs(fmt::format(format, std::forward<T>(values)...).c_str(), out);
}

u64 cycles(const timing::StallCounts& stalls, std::initializer_list<Stall> causes) {
  u64 sum = 0;
  for (const Stall cause : causes) sum += stalls[static_cast<unsigned>(cause)];
  return sum;
}

}  // namespace

std::string bundle_text(const engine::BundleEvent& event, const SymbolNames& symbols) {
  if (event.bundle == nullptr) return "(no bundle)";
  const auto address = [&](u64 target) { return symbols.format(target); };
  std::string text;
  for (const isa::Insn& insn : event.bundle->view()) {
    if (!text.empty()) text += " & ";
    text += isa::disassemble(insn, event.pc, address);
  }
  return text;
}

std::string stall_text(const timing::StallCounts& stalls) {
  std::string text;
  for (unsigned i = 0; i < timing::kStallKinds; ++i) {
    if (stalls[i] == 0) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", timing::stall_name(static_cast<Stall>(i)), stalls[i]);
  }
  return text;
}

ExplainWriter::ExplainWriter(std::FILE* out, const SymbolNames& symbols) : out_(out), symbols_(symbols) {
  print(out_, "{:>10}  {:>10}  {:<50}  {}\n", "issue", "address", "bundle", "lost cycles");
}

void ExplainWriter::bundle(const engine::BundleEvent& event) {
  const std::string stalls = stall_text(event.stalls);
  const std::string text = bundle_text(event, symbols_) + (event.trapped ? "  [exception]" : "");
  if (stalls.empty())
    print(out_, "{:>10}  {:>10x}  {}\n", event.issue, event.pc, text);
  else
    print(out_, "{:>10}  {:>10x}  {:<50}  {}\n", event.issue, event.pc, text, stalls);
}

KanataWriter::KanataWriter(std::FILE* out, const SymbolNames& symbols) : out_(out), symbols_(symbols) {
  print(out_, "Kanata\t0004\n");
}

void KanataWriter::at(u64 cycle, std::string text) { pending_.push({cycle, order_++, std::move(text)}); }

void KanataWriter::flush_before(u64 cycle) {
  while (!pending_.empty() && pending_.top().cycle < cycle) {
    const Entry& entry = pending_.top();
    if (!started_) {
      print(out_, "C=\t{}\n", entry.cycle);
      started_ = true;
      now_ = entry.cycle;
    } else if (entry.cycle != now_) {
      print(out_, "C\t{}\n", entry.cycle - now_);
      now_ = entry.cycle;
    }
    std::fputs(entry.text.c_str(), out_);
    pending_.pop();
  }
}

void KanataWriter::bundle(const engine::BundleEvent& event) {
  flush_before(event.earliest);
  const u64 id = next_id_++;
  const timing::StallCounts& s = event.stalls;
  const u64 freeze =
      cycles(s, {Stall::kL1dMiss, Stall::kLineCross, Stall::kUncached, Stall::kAtomic, Stall::kWawStream});
  const u64 bubbles = cycles(s, {Stall::kBranch, Stall::kException});
  const u64 spent = event.next - event.issue - 1;
  const u64 e1_wait = spent >= freeze + bubbles ? spent - freeze - bubbles : 0;

  at(event.earliest,
     fmt::format("I\t{0}\t{0}\t0\nL\t{0}\t0\t{1:x}: {2}\nS\t{0}\t0\tID\n", id, event.pc, bundle_text(event, symbols_)));
  if (const std::string why = stall_text(s); !why.empty()) at(event.earliest, fmt::format("L\t{}\t1\t{}\n", id, why));
  u64 cycle = event.issue;
  const std::pair<const char*, u64> stages[] = {
      {"RR", 1}, {"E1", 1 + e1_wait}, {"E2", 1}, {"E3", 1 + freeze}, {"E4", 1}};
  if (!event.trapped) {
    for (const auto& [stage, length] : stages) {
      at(++cycle, fmt::format("S\t{}\t0\t{}\n", id, stage));
      cycle += length - 1;
    }
  }
  at(cycle + 1, fmt::format("R\t{}\t{}\t{}\n", id, id, event.trapped ? 1 : 0));
}

void KanataWriter::finish() { flush_before(~u64{0}); }

}  // namespace mppa::sim
