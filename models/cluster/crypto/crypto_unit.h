// A crypto accelerator of a cluster: four pairs of command and result rings in memory, one processing engine. Registers
// and descriptors: firmware/include/mppa/crypto_regs.h, whose comments say what is known and what is a choice.
//
// Packets of a ring are processed in order, rings take turns packet by packet. While one packet is processed the next
// one is fetched; a packet occupies the engine for a set-up time and its bytes at the algorithm's rate.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <array>
#include <deque>
#include <optional>
#include <vector>

#include "models/cluster/crypto/algorithms.h"
#include "models/cluster/iommu/iommu.h"
#include "models/common/bandwidth_server.h"
#include "models/common/bus_extension.h"
#include "models/common/device.h"
#include "models/common/stats.h"

namespace mppa::cluster {

/// Nothing of it is published (the vendor says "line rate"): 25 Gb/s is 200 Gb/s for the eight units of four clusters.
struct CryptoParams {
  u64 clock_hz = 1'200'000'000;
  u8 cluster = 0, master = 18;   ///< as its accesses say (BusExtension)
  u64 setup_cycles = 250;        ///< a packet, on the engine
  u64 aes_rate = 3'125'000'000;  ///< bytes per second, as all rates
  u64 aes_cbc_encrypt_rate = 1'500'000'000;
  u64 sha1_sha256_rate = 1'500'000'000;
  u64 sha512_rate = 2'250'000'000;
  u64 sha3_rate = 2'500'000'000;
  unsigned fetched_packets = 2;  ///< in the unit at a time
};

class CryptoUnit : public RegisterDevice, public StatProvider {
 public:
  static constexpr u64 kWindow = MPPA_CRYPTO_SIZE;
  static constexpr unsigned kRings = MPPA_CRYPTO_RINGS;

  /// Memory as the cluster sees it; must not block.
  tlm_utils::simple_initiator_socket<CryptoUnit> memory{"memory"};
  /// Translates every address of rings, descriptors and data, with address space number 0; unbound: they are physical.
  sc_core::sc_port<TranslateIf, 1, sc_core::SC_ZERO_OR_MORE_BOUND> iommu{"iommu"};
  /// Line `first_line`: any ring; first_line + 1 + r: ring r. Pulses.
  sc_core::sc_port<InterruptIf> interrupt{"interrupt"};

  CryptoUnit(const sc_core::sc_module_name& name, const CryptoParams& params, unsigned first_line,
             const sc_core::sc_time& latency);

  void write_stats(StatWriter& out) const override;

 private:
  /// One command or result ring.
  struct Ring {
    u32 base_lo = 0, base_hi = 0, size = 0, descriptor = 0, threshold = 0, status = 0;
    u32 prepared = 0;                       ///< words that software has made ready and the unit has not taken
    u32 processed = 0;                      ///< words done and not acknowledged
    u32 packets = 0;                        ///< the same in packets
    u32 prepared_at = 0, processed_at = 0;  ///< byte offsets in the ring
    u64 base() const { return u64{base_hi} << 32 | base_lo; }
    u32 stride() const { return descriptor >> 16 & 0xFF; }  ///< words
    bool valid() const { return stride() != 0 && size >= 4 * stride(); }
  };
  /// A packet on its way through the unit.
  struct Packet {
    unsigned ring = 0;
    u32 command_words = 0;
    crypto::Result result;
    u64 ready_ps = 0;
  };

  SC_HAS_PROCESS(CryptoUnit);
  void reset_state() override;
  void declare_ring(const std::string& name, u64 offset, Ring& ring, bool results);
  void declare_global();
  bool attached(unsigned ring) const;
  void fetch_thread();
  void store_thread();
  std::optional<Packet> fetch(unsigned ring);
  /// Writes the result; false if the result ring has no room yet.
  bool store(const Packet& packet);
  void finish(const Packet& packet, u32 result_words);
  bool transfer(bool write, u64 address, void* data, std::size_t bytes);
  u64 service_ps(u32 control0, u32 control1, std::size_t bytes) const;
  void advance(Ring& ring, u32 words);
  void bus_error(unsigned ring);

  CryptoParams params_;
  BusExtension extension_;
  unsigned first_line_;
  std::array<Ring, kRings> commands_, results_;
  std::array<u32, kRings> irq_enable_{};
  u32 fetch_control_ = 0, store_control_ = 0;
  BandwidthServer engine_;  ///< in ps
  sc_core::sc_event work_, ready_, room_;
  std::deque<Packet> inside_;
  unsigned resets_ = 0;     ///< a packet that was in hand at a reset is forgotten
  sc_core::sc_time delay_;  ///< annotated time of the accesses of the packet in hand
  u64 packets_ = 0, bytes_ = 0, errors_ = 0;
};

}  // namespace mppa::cluster
