// The RX load balancer: parsers choose a rule for every frame, the rule a policy, the policy an entry of the dispatch
// table, the entry a cluster and one of its DMA's RX channels.
#pragma once

#include "models/eth/controller/services.h"
#include "models/eth/parser/program.h"

namespace mppa::eth {

/// Reasons to drop a frame, in the order of the registers of DROP_CNT.
enum class Drop : u8 { kMtu, kFcs, kFifo, kChecksum, kTotal, kRule, kCount };

struct Decision {
  enum class Action : u8 { kDrop, kDeliver, kForward };
  Action action = Action::kDrop;
  Drop reason = Drop::kRule;  ///< for kDrop
  unsigned entry = 0;         ///< of the dispatch table, for kDeliver
  bool default_rule = true;
  unsigned parser = 0;
  unsigned lut_index = 0;
  u32 rule_packet = 0;  ///< how many frames the rule has had
  Match match;
};

struct DispatchEntry {
  u64 route = 0;
  u8 channel = 0;
  u8 vchan = 0;
  u16 asn = 0;
  unsigned split_bytes = 0;  ///< 0: no split; else so many bytes go to `channel`, the rest to the next one
};

class LoadBalancer {
 public:
  explicit LoadBalancer(Services& services);

  /// Decides on a frame that arrived on `lane`. `aggregated`: the block runs at 40 or 100 Gb/s.
  Decision decide(unsigned lane, const Frame& frame, bool fcs_error, bool aggregated);
  DispatchEntry entry(unsigned index) const;
  bool add_header(unsigned lane) const { return lb_ctrl_.get(lane) & MPPA_ETH_LB_ADD_HEADER; }
  void count_drop(unsigned lane, Drop reason);
  void stop_parsers() {
    for (Parser& p : parsers_) p.running = false;
  }
  void write_stats(StatWriter& out) const;

 private:
  struct Parser {
    bool running = false;
    Program program;
  };
  struct RoundRobin {
    unsigned entry = MPPA_ETH_DISPATCH_ENTRIES - 1;
    unsigned sent = ~0U;
  };

  void declare_parsers();
  void declare_drops();
  void control(unsigned parser, u64 value);
  int winner(unsigned lane, const Frame& frame, bool aggregated, Match& match);
  void apply_parser(Decision& decision, unsigned lane);
  void apply_default(Decision& decision, unsigned lane);
  unsigned lut_index(unsigned lane, const Decision& decision) const;
  template <class Bitmap>
  bool round_robin(RoundRobin& state, unsigned run, const Bitmap& word, unsigned& entry);

  Services& s_;
  std::array<Register*, MPPA_ETH_PARSER_WORDS> ram_{};
  Register& lut_;
  Register& lut_ctrl_;
  Register& lut_qpn_;
  Register& lb_ctrl_;
  Register& default_ctrl_;
  Register& default_hits_;
  Register& dispatch_;
  std::array<Register*, MPPA_ETH_RR_WORDS> default_targets_{}, parser_targets_{};
  std::array<Register*, static_cast<std::size_t>(Drop::kCount)> drops_{};
  Register* ctl_ = nullptr;
  Register* status_ = nullptr;
  Register* hits_ = nullptr;
  std::array<Parser, MPPA_ETH_PARSERS> parsers_;
  std::array<RoundRobin, MPPA_ETH_PARSERS> parser_rr_;
  std::array<RoundRobin, MPPA_ETH_LANES> default_rr_;
  std::array<u32, MPPA_ETH_PARSERS> parser_packets_{};
  std::array<u32, MPPA_ETH_LANES> default_packets_{};
  std::array<u64, static_cast<std::size_t>(Drop::kCount)> dropped_{};
  u64 examined_ = 0;
};

}  // namespace mppa::eth
