#include "models/eth/controller/load_balancer.h"

#include <bit>
#include <systemc>

namespace mppa::eth {
namespace {

constexpr u64 kPolicyMask = 7;
constexpr unsigned kHalf = MPPA_ETH_PARSERS / 2;
constexpr const char* kDropNames[] = {"mtu", "fcs", "fifo_overflow", "checksum", "total", "rule"};

/// The bits of `value` under `mask`, packed.
u64 gather(u64 value, u64 mask, unsigned& bits) {
  u64 out = 0;
  bits = 0;
  for (; mask; mask &= mask - 1) out |= (value >> std::countr_zero(mask) & 1) << bits++;
  return out;
}

}  // namespace

LoadBalancer::LoadBalancer(Services& services)
    : s_(services),
      lut_(s_.regs.add_array("lut", MPPA_ETH_LB + MPPA_ETH_LUT(0), 4, RegAccess::kRw, MPPA_ETH_LUT_ENTRIES, 4)
               .mask(0x1FF)
               .doc("dispatch entry of a hash value")),
      lut_ctrl_(s_.regs.add("lut_ctrl", MPPA_ETH_LB + MPPA_ETH_LUT_CTRL, 4, RegAccess::kRw).mask(0x3FF)),
      lut_qpn_(s_.regs.add("lut_qpn_ctrl", MPPA_ETH_LB + MPPA_ETH_LUT_QPN_CTRL, 4, RegAccess::kRw).mask(0xFFFFFF)),
      lb_ctrl_(s_.lane_register("lb_ctrl", MPPA_ETH_LB_CTRL(0), 4, RegAccess::kRw, 0x3FFFF)),
      default_ctrl_(s_.lane_register("default_rule.ctrl", MPPA_ETH_DEFAULT_RULE(0), 0x40, RegAccess::kRw, 0xFF03)),
      default_hits_(s_.lane_register("default_rule.hit_cnt", MPPA_ETH_DEFAULT_RULE(0) + MPPA_ETH_DEFAULT_HIT_CNT, 0x40,
                                     RegAccess::kRo)),
      dispatch_(s_.regs.add_array("dispatch_table", MPPA_ETH_LB + MPPA_ETH_DISPATCH(0), 8, RegAccess::kRw,
                                  MPPA_ETH_DISPATCH_ENTRIES, 8)) {
  for (unsigned k = 0; k < MPPA_ETH_RR_WORDS; ++k)
    default_targets_[k] =
        &s_.lane_register(fmt::format("default_rule.rr_target{}", k),
                          MPPA_ETH_DEFAULT_RULE(0) + MPPA_ETH_DEFAULT_RR_TARGET + 4 * k, 0x40, RegAccess::kRw);
  const auto warn = [this](const char* what) { SC_REPORT_WARNING(s_.regs.name().c_str(), what); };
  lb_ctrl_.on_write([=](unsigned, u64 value) {
    if (value & MPPA_ETH_LB_ADD_FOOTER) warn("RX footers are not modelled; none is appended");
    if (!(value & MPPA_ETH_LB_STORE_AND_FORWARD))
      warn("reception always stores and forwards; cut-through is not modelled");
  });
  default_ctrl_.on_write([=](unsigned, u64 value) {
    if ((value & 3) == MPPA_ETH_DEFAULT_NOCX) warn("the default rule drops: the inter-chip NoC is not modelled");
  });
  declare_parsers();
  declare_drops();
}

void LoadBalancer::declare_parsers() {
  const u64 ctl = MPPA_ETH_LB + MPPA_ETH_PARSER(0);
  for (unsigned w = 0; w < MPPA_ETH_PARSER_WORDS; ++w)
    ram_[w] = &s_.regs.add_array(fmt::format("parser_ram.word{}", w), MPPA_ETH_LB + MPPA_ETH_PARSER_RAM(0, 0, w), 4,
                                 RegAccess::kRw, MPPA_ETH_PARSERS * MPPA_ETH_PARSER_LINES, 0x40);
  const auto add = [&](const std::string& name, u64 offset, RegAccess access) -> Register& {
    return s_.regs.add_array("parser." + name, ctl + offset, 4, access, MPPA_ETH_PARSERS, 0x40);
  };
  ctl_ = &add("ctl", MPPA_ETH_PARSER_CTL, RegAccess::kRw);
  ctl_->on_write([this](unsigned p, u64 value) { control(p, value); });
  status_ = &add("status", MPPA_ETH_PARSER_STATUS, RegAccess::kRo);
  hits_ = &add("hit_cnt", MPPA_ETH_PARSER_HIT_CNT, RegAccess::kRo);
  add("hit_cnt_lac", MPPA_ETH_PARSER_HIT_CNT_LAC, RegAccess::kLac).source(*hits_);
  for (unsigned k = 0; k < MPPA_ETH_RR_WORDS; ++k)
    parser_targets_[k] = &add(fmt::format("rr_target{}", k), MPPA_ETH_PARSER_RR_TARGET + 4 * k, RegAccess::kRw);
}

void LoadBalancer::declare_drops() {
  for (unsigned d = 0; d < drops_.size(); ++d) {
    const u64 offset = MPPA_ETH_DROP_CNT(0) + 8 * d;
    drops_[d] = &s_.lane_register(fmt::format("drop_cnt.{}", kDropNames[d]), offset, 0x40, RegAccess::kRo);
    s_.lane_register(fmt::format("drop_cnt.{}_lac", kDropNames[d]), offset + 4, 0x40, RegAccess::kLac)
        .source(*drops_[d]);
  }
}

// The rules are read when the parser is switched on; software may change them only while it is off.
void LoadBalancer::control(unsigned p, u64 value) {
  Parser& parser = parsers_[p];
  parser.running = false;
  status_->set(0, p);
  const u64 policy = value & kPolicyMask;
  if (policy == MPPA_ETH_PARSER_DISABLED) return;
  const auto refuse = [&](const std::string& why) {
    SC_REPORT_WARNING(s_.regs.name().c_str(), fmt::format("parser {} stays off: {}", p, why).c_str());
  };
  if (policy >= MPPA_ETH_PARSER_NOCX) return refuse("its policy is not modelled (inter-chip NoC)");
  std::array<u32, MPPA_ETH_PARSER_LINES * 16> ram{};
  for (unsigned line = 0; line < MPPA_ETH_PARSER_LINES; ++line)
    for (unsigned w = 0; w < MPPA_ETH_PARSER_WORDS; ++w)
      ram[16 * line + w] = static_cast<u32>(ram_[w]->get(p * MPPA_ETH_PARSER_LINES + line));
  std::string error;
  auto program = decode_program(ram, error);
  if (!program) return refuse(error);
  parser.program = std::move(*program);
  parser.running = true;
  status_->set(1, p);
}

Decision LoadBalancer::decide(unsigned lane, const Frame& frame, bool fcs_error, bool aggregated) {
  Decision decision;
  const u64 control = lb_ctrl_.get(lane);
  const bool keep = control & MPPA_ETH_LB_KEEP_ERRORS;
  const auto drop = [&](Drop reason) {
    decision.action = Decision::Action::kDrop;
    decision.reason = reason;
    count_drop(lane, reason);
    return decision;
  };
  if (frame.data.size() > (control & MPPA_ETH_LB_MTU_MASK)) return drop(Drop::kMtu);
  if (fcs_error && !keep) return drop(Drop::kFcs);
  const int parser = winner(lane, frame, aggregated, decision.match);
  decision.default_rule = parser < 0;
  decision.parser = parser < 0 ? 0 : static_cast<unsigned>(parser);
  if (decision.match.checksum_errors && !keep) return drop(Drop::kChecksum);
  parser < 0 ? apply_default(decision, lane) : apply_parser(decision, lane);
  if (decision.action == Decision::Action::kDrop) return drop(Drop::kRule);
  return decision;
}

// Highest priority, then lowest number. In the aggregated modes frames alternate between the halves (erratum).
int LoadBalancer::winner(unsigned lane, const Frame& frame, bool aggregated, Match& match) {
  const bool halves = aggregated && s_.params.model_tictoc;
  const unsigned first = halves && examined_ & 1 ? kHalf : 0;
  const unsigned end = halves ? first + kHalf : MPPA_ETH_PARSERS;
  ++examined_;
  int best = -1;
  u64 best_priority = 0;
  for (unsigned p = first; p < end; ++p) {
    const u64 ctl = ctl_->get(p), priority = ctl >> 5 & 7;
    if (!parsers_[p].running || (ctl >> 3 & 3) != lane || (best >= 0 && priority <= best_priority)) continue;
    auto found = match_program(parsers_[p].program, frame.data, static_cast<u16>(ctl >> 16));
    if (!found) continue;
    best = static_cast<int>(p);
    best_priority = priority;
    match = std::move(*found);
  }
  return best;
}

void LoadBalancer::apply_parser(Decision& d, unsigned lane) {
  const unsigned p = d.parser;
  const u64 ctl = ctl_->get(p);
  increment(*hits_, p);
  d.rule_packet = parser_packets_[p]++;
  switch (ctl & kPolicyMask) {
    case MPPA_ETH_PARSER_HASH_LUT:
      d.action = Decision::Action::kDeliver;
      d.lut_index = lut_index(lane, d);
      d.entry = static_cast<unsigned>(lut_.get(d.lut_index));
      if (d.entry >= MPPA_ETH_DISPATCH_ENTRIES) d.action = Decision::Action::kDrop;
      break;
    case MPPA_ETH_PARSER_ROUND_ROBIN:
      if (round_robin(parser_rr_[p], ctl >> 8 & 0xFF, [&](unsigned k) { return parser_targets_[k]->get(p); }, d.entry))
        d.action = Decision::Action::kDeliver;
      break;
    case MPPA_ETH_PARSER_FORWARD:
      d.action = Decision::Action::kForward;
      break;
    default:
      break;
  }
}

void LoadBalancer::apply_default(Decision& d, unsigned lane) {
  const u64 ctl = default_ctrl_.get(lane);
  increment(default_hits_, lane);
  d.rule_packet = default_packets_[lane]++;
  if ((ctl & 3) == MPPA_ETH_DEFAULT_FORWARD) d.action = Decision::Action::kForward;
  if ((ctl & 3) == MPPA_ETH_DEFAULT_ROUND_ROBIN &&
      round_robin(
          default_rr_[lane], ctl >> 8 & 0xFF, [&](unsigned k) { return default_targets_[k]->get(lane); }, d.entry))
    d.action = Decision::Action::kDeliver;
}

// The hash key's low bits, displaced from the top by the selected bits of lane, parser, traffic class and queue pair.
unsigned LoadBalancer::lut_index(unsigned lane, const Decision& d) const {
  const u64 ctrl = lut_ctrl_.get();
  const std::pair<u64, u64> sources[] = {{lane, ctrl & 3},
                                         {d.parser % kHalf, ctrl >> 2 & 31},
                                         {d.match.traffic_class, ctrl >> 7 & 7},
                                         {d.match.queue_pair, lut_qpn_.get()}};
  unsigned free_bits = std::countr_zero(MPPA_ETH_LUT_ENTRIES);
  u64 index = 0;
  for (const auto& [value, mask] : sources) {
    unsigned bits = 0;
    const u64 part = gather(value, mask, bits);
    if (bits > free_bits) break;  // more selected than the index holds: the rest does not count
    free_bits -= bits;
    index |= part << free_bits;
  }
  return static_cast<unsigned>(index | (d.match.hash_key & ((u64{1} << free_bits) - 1)));
}

// Stays on a target for `run` frames (0 counts as 1). An empty set has no target.
template <class Bitmap>
bool LoadBalancer::round_robin(RoundRobin& state, unsigned run, const Bitmap& word, unsigned& entry) {
  const auto wanted = [&](unsigned e) { return word(e / 32) >> (e & 31) & 1; };
  if (!wanted(state.entry) || state.sent >= std::max(run, 1U)) {
    unsigned steps = 0;
    do {
      state.entry = (state.entry + 1) % MPPA_ETH_DISPATCH_ENTRIES;
      if (++steps > MPPA_ETH_DISPATCH_ENTRIES) return false;
    } while (!wanted(state.entry));
    state.sent = 0;
  }
  ++state.sent;
  entry = state.entry;
  return true;
}

DispatchEntry LoadBalancer::entry(unsigned index) const {
  const u64 e = dispatch_.get(index);
  return {.route = e & 0xFF'FFFF'FFFF,
          .channel = static_cast<u8>(e >> 40 & 63),
          .vchan = static_cast<u8>(e >> 46 & 1),
          .asn = static_cast<u16>(e >> 47 & 0x1FF),
          .split_bytes = e >> 56 & 1 ? static_cast<unsigned>(e >> 57) * 16 : 0};
}

void LoadBalancer::count_drop(unsigned lane, Drop reason) {
  for (const Drop d : {reason, Drop::kTotal}) {
    increment(*drops_[static_cast<std::size_t>(d)], lane);
    ++dropped_[static_cast<std::size_t>(d)];
  }
}

void LoadBalancer::write_stats(StatWriter& out) const {
  out.enter("load_balancer");
  out.counter("frames", examined_, "frames", "frames given to the parsers");
  for (unsigned d = 0; d < dropped_.size(); ++d)
    out.counter(fmt::format("dropped_{}", kDropNames[d]), dropped_[d], "frames", "received frames dropped, by reason");
  out.leave();
}

}  // namespace mppa::eth
