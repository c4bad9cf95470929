// A device for tests: remembers what arrives, answers express requests from a small memory.
#pragma once

#include <gtest/gtest.h>

#include <cstring>

#include "models/pcie/link.h"
#include "tests/models/sc_test.h"

namespace mppa::pcie::test {

inline u64 now_ps() { return sc_core::sc_time_stamp().value(); }
/// Runs for `ps`, what is due at the end included (sc_start alone leaves that for the next call).
inline void run_ps(u64 ps) {
  sc_core::sc_start(sc_core::sc_time::from_value(ps));
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
}

class Probe : public PortUser {
 public:
  explicit Probe(Port& p) : port(p) { port.attach(*this); }

  bool receive(Tlp& tlp) override {
    arrivals.push_back(now_ps());
    received.push_back(std::move(tlp));
    return !hold;
  }
  ExpressReply express(const Tlp& request, u64 when) override {
    express_at = when;
    ExpressReply reply;
    reply.time = when + 10'000;
    if (request.type == TlpType::kMemRead) reply.data.assign(request.enabled_bytes(), 0xA5);
    return reply;
  }
  void link_changed(bool up) override { changes.push_back(up); }

  /// The tags of what has arrived, requests and completions alike.
  std::vector<u16> tags() const {
    std::vector<u16> out;
    for (const Tlp& tlp : received) out.push_back(tlp.tag);
    return out;
  }

  Port& port;
  bool hold = false;
  std::vector<Tlp> received;
  std::vector<u64> arrivals;
  std::vector<bool> changes;
  u64 express_at = 0;
};

inline Tlp write_of(unsigned bytes, u16 tag = 0, u64 address = 0x1'0000'0000) {
  const std::vector<u8> data(bytes, 0x5A);
  Tlp tlp = mem_write(0x0100, address, data);
  tlp.tag = tag;
  return tlp;
}

inline Tlp completion_of(unsigned bytes, u16 tag) {
  Tlp tlp = completion(mem_read(0x0100, tag, 0x1000, bytes), 0, CompletionStatus::kSuccess);
  tlp.type = TlpType::kCompletionData;
  tlp.length = static_cast<u16>((bytes + 3) / 4);
  tlp.payload.resize(4U * tlp.length);
  return tlp;
}

}  // namespace mppa::pcie::test
