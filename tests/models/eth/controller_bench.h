// Two controllers joined by a cable, each served by the real DMA of one cluster over the real NoC: cluster 1 uses
// Ethernet 0, cluster 2 Ethernet 1. Drives registers as a driver would.
#pragma once

#include <cstring>
#include <memory>

#include "models/cluster/dma/dma.h"
#include "models/common/memory_access.h"
#include "models/eth/controller/controller.h"
#include "models/eth/link.h"
#include "models/noc/rdma/network.h"
#include "mppa/dma_microcode.h"
#include "tests/models/eth/rule_writer.h"
#include "tests/models/sc_test.h"

namespace mppa::eth::test {

inline constexpr u64 kTxBuffer = 0x100000, kTxHeaders = 0x80000, kTxRing = 0x60000;
inline constexpr u64 kRxBuffers = 0x200000, kRxBufferBytes = 0x2800, kRxRing = 0x40000, kRxRecords = 0x50000;
inline constexpr unsigned kRxBufferCount = 64, kRxChannel = 5, kTxFifo = 3;

class Memory : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Memory> socket{"socket"};
  explicit Memory(const sc_core::sc_module_name& name) : sc_module(name), bytes(4 << 20) {
    socket.register_b_transport(this, &Memory::b_transport);
  }
  void b_transport(tlm::tlm_generic_payload& p, sc_core::sc_time& delay) {
    delay += sc_core::sc_time::from_value(10'000);
    serve_memory(p, bytes.data(), bytes.size());
  }
  std::vector<u8> bytes;
};

/// A cluster's DMA and an Ethernet controller with the driver's work.
class Card {
 public:
  Card(const std::string& name, u8 cluster, const ControllerParams& params, noc::RdmaNoc& network)
      : memory((name + "_memory").c_str()),
        dma((name + "_dma").c_str(), {.cluster = cluster}),
        eth((name + "_eth").c_str(), params),
        dma_regs((name + "_dma_regs").c_str()),
        eth_regs((name + "_eth_regs").c_str()),
        cluster_(cluster),
        node_(noc::kEth0 + params.index) {
    dma.memory.bind(memory.socket);
    dma.noc.bind(network.inject(cluster));
    network.deliver[cluster].bind(dma);
    eth.noc.bind(network.inject(node_));
    network.deliver[node_].bind(eth);
    dma_regs.socket.bind(dma.socket);
    eth_regs.socket.bind(eth.socket);
  }

  void mac(u32 offset, u32 value) { eth_regs.write(MPPA_ETH_MAC + offset, value, 4); }
  u32 mac(u32 offset) { return static_cast<u32>(eth_regs.read(MPPA_ETH_MAC + offset, 4)); }
  void lb(u32 offset, u32 value) { eth_regs.write(MPPA_ETH_LB + offset, value, 4); }
  u32 lb(u32 offset) { return static_cast<u32>(eth_regs.read(MPPA_ETH_LB + offset, 4)); }

  /// The bring-up sequence of ethernet.md section 9 for one 100G or 40G port, or four lanes (mode 0).
  void bring_up(u32 mode = MPPA_ETH_MODE_100G, u32 more_commands = 0) {
    mac(MPPA_ETH_MODE, mode);
    mac(MPPA_ETH_FCS_EN, 0xF);
    mac(MPPA_ETH_MAC_RESET_CLEAR, ~0U);
    EXPECT_EQ(mac(MPPA_ETH_MAC_RESET), 0U);
    for (unsigned lane = 0; lane < MPPA_ETH_LANES; ++lane) {
      mac(MPPA_ETH_XPCS_CTRL1(lane), 5 << 2);
      mac(MPPA_ETH_PMAC(lane) + MPPA_ETH_MAC_FRM_LEN, 9300);
      mac(MPPA_ETH_PMAC(lane) + MPPA_ETH_MAC_CMD_CFG, MPPA_ETH_CMD_TX_EN | MPPA_ETH_CMD_RX_EN | MPPA_ETH_CMD_PROMISC |
                                                          MPPA_ETH_CMD_TX_PAD | MPPA_ETH_CMD_PFC_MODE | more_commands);
      lb(MPPA_ETH_LB_CTRL(lane), 9280 | MPPA_ETH_LB_STORE_AND_FORWARD | MPPA_ETH_LB_ADD_HEADER);
    }
    open_tx();
    for (unsigned e = 0; e < MPPA_ETH_DISPATCH_ENTRIES; ++e)
      eth_regs.write(MPPA_ETH_LB + MPPA_ETH_DISPATCH(e), MPPA_ETH_DISPATCH_VALUE(8, 63, 0, 0));
  }
  bool link_up() { return mac(MPPA_ETH_SYNC_STATUS) & MPPA_ETH_SYNC_LINK(0); }

  /// Everything goes to RX channel kRxChannel + `channel` through dispatch entry 256.
  void receive_by_default(unsigned lane = 0) {
    dispatch(256, kRxChannel);
    lb(MPPA_ETH_DEFAULT_RULE(lane) + MPPA_ETH_DEFAULT_RR_TARGET + 4 * 8, 1);
    lb(MPPA_ETH_DEFAULT_RULE(lane), MPPA_ETH_DEFAULT_ROUND_ROBIN | 10 << 8);
  }
  void dispatch(unsigned entry, unsigned channel) {
    eth_regs.write(MPPA_ETH_LB + MPPA_ETH_DISPATCH(entry),
                   MPPA_ETH_DISPATCH_VALUE(noc::kRoutes[node_][cluster_], channel, 0, 0));
  }
  void program_parser(unsigned parser, const RuleWriter& rules, u32 control) {
    lb(MPPA_ETH_PARSER(parser), 0);
    for (unsigned line = 0; line < MPPA_ETH_PARSER_LINES; ++line)
      for (unsigned w = 0; w < MPPA_ETH_PARSER_WORDS; ++w)
        lb(MPPA_ETH_PARSER_RAM(parser, line, w), rules.words()[16 * line + w]);
    lb(MPPA_ETH_PARSER(parser), control);
  }
  /// Both halves alike, as the erratum of the aggregated modes wants.
  void program_both(unsigned parser, const RuleWriter& rules, u32 control) {
    program_parser(parser, rules, control);
    program_parser(parser + 16, rules, control);
  }

  /// RX channels `first` .. `first + count - 1` fed from one cache with `buffers` buffers.
  void open_rx(unsigned buffers = kRxBufferCount, unsigned count = 1) {
    for (u64 i = 0; i < kRxBufferCount; ++i) {
      const mppa_dma_buffer buffer{kRxBuffers + kRxBufferBytes * i, kRxBufferBytes};
      std::memcpy(&memory.bytes[kRxRing + 16 * i], &buffer, sizeof buffer);
    }
    dma_regs.write(MPPA_DMA_RX_JOB_QUEUE + MPPA_DMA_RXQ_START, kRxRing);
    dma_regs.write(MPPA_DMA_RX_JOB_QUEUE + MPPA_DMA_RXQ_SLOT_LOG2, 6);
    dma_regs.write(MPPA_DMA_RX_JOB_QUEUE + MPPA_DMA_RXQ_ACTIVATE, 1);
    dma_regs.write(MPPA_DMA_RX_JOB_CACHE + MPPA_DMA_RXJ_ENABLE, 1);
    for (unsigned c = kRxChannel; c < kRxChannel + count; ++c) {
      dma_regs.write(channel(c, MPPA_DMA_RXC_JOB_QUEUE_CFG), 1);
      dma_regs.write(channel(c, MPPA_DMA_RXC_CNT_CLEAR_MODE), 3);
      dma_regs.write(channel(c, MPPA_DMA_RXC_COMP_CFG), 1 | 1 << 1);
      dma_regs.write(channel(c, MPPA_DMA_RXC_COMP_START), kRxRecords + 0x1000 * (c - kRxChannel));
      dma_regs.write(channel(c, MPPA_DMA_RXC_COMP_SLOT_LOG2), 6);
      dma_regs.write(channel(c, MPPA_DMA_RXC_ACTIVATED), 1);
    }
    give_buffers(buffers);
  }
  void give_buffers(unsigned buffers) {
    given_ += buffers;
    dma_regs.write(MPPA_DMA_RX_JOB_QUEUE + MPPA_DMA_RXQ_VALID_WP, given_);
  }

  struct Received {
    mppa_eth_rx_header header;
    std::vector<u8> frame;
  };
  /// Takes the next frame of a channel and returns its buffer.
  std::optional<Received> poll(unsigned c = kRxChannel) {
    const u64 wp = dma_regs.read(channel(c, MPPA_DMA_RXC_COMP_WP));
    u64& rp = taken_[c];
    if (rp == wp) return {};
    mppa_dma_rx_completion record{};
    std::memcpy(&record, &memory.bytes[kRxRecords + 0x1000 * (c - kRxChannel) + 32 * (rp & 63)], sizeof record);
    Received out{};
    EXPECT_EQ(record.notifications, 1U);
    const u8* at = &memory.bytes[record.base];
    std::memcpy(&out.header, at, sizeof out.header);
    out.frame.assign(at + sizeof out.header, at + record.bytes);
    dma_regs.write(channel(c, MPPA_DMA_RXC_COMP_VALID_RP), ++rp);
    const mppa_dma_buffer buffer{record.base, record.size};
    std::memcpy(&memory.bytes[kRxRing + 16 * (given_ & 63)], &buffer, sizeof buffer);
    give_buffers(1);
    return out;
  }

  /// Sends `frame` in up to `fragments` pieces through the mem2eth program and a TX FIFO, kTxFifo or the one behind it.
  void send(const std::vector<u8>& frame, u64 control = 0, u64 l4 = 0, unsigned fragments = 1,
            unsigned fifo = kTxFifo) {
    const u64 slot = sent_ & 63, at = kTxBuffer + 0x2800 * slot, header_at = kTxHeaders + 16 * slot;
    const mppa_eth_tx_header header{control | frame.size(), l4};
    std::memcpy(&memory.bytes[header_at], &header, sizeof header);
    std::memcpy(&memory.bytes[at], frame.data(), frame.size());
    u64 from = 0;
    for (unsigned f = 0; f < fragments; ++f) {
      const bool last = f + 1 == fragments;
      const u64 len = last ? frame.size() - from : frame.size() / fragments;
      submit({{0, 0, at + from, (len >> 4) | (len & 15) << 32, u64{last} | u64{f == 0} << 32, header_at, 0, len},
              MPPA_DMA_JOB_CONTROL(0, fifo - kTxFifo, 0) | MPPA_DMA_JOB_FENCE_BEFORE,
              0});
      from += len;
    }
    ++sent_;
  }
  u64 jobs_done() { return dma_regs.read(MPPA_DMA_TX_COMP_QUEUE + MPPA_DMA_TXC_WP); }

  Memory memory;
  cluster::Dma dma;
  Controller eth;
  mppa::test::Initiator dma_regs, eth_regs;

 private:
  static u64 channel(unsigned c, u64 reg) { return MPPA_DMA_RX_CHANNEL + u64{MPPA_DMA_OBJECT_STRIDE} * c + reg; }
  void open_tx() {
    for (unsigned i = 0; i < 2; ++i) {
      lb(MPPA_ETH_TX_FIFO(kTxFifo + i) + MPPA_ETH_TX_CTRL, MPPA_ETH_TX_HEADER_EN | MPPA_ETH_TX_GLOBAL);
      lb(MPPA_ETH_TX_FIFO(kTxFifo + i) + MPPA_ETH_TX_LANE_CTRL(0), 1 | 0xFF << 1 | 1 << 9);
      dma_regs.write(MPPA_DMA_ROUTE_TABLE + 8 * i,
                     MPPA_DMA_ROUTE(noc::kRoutes[cluster_][node_], kTxFifo + i, 0, 1, 0, 0));
    }
    for (std::size_t i = 0; i < std::size(mppa_dma_mem2eth); ++i)
      dma_regs.write(MPPA_DMA_PROGRAM_MEMORY + 8 * i, mppa_dma_mem2eth[i]);
    dma_regs.write(MPPA_DMA_PROGRAM_TABLE, MPPA_DMA_PROGRAM(0, 0, 1, 0));
    dma_regs.write(MPPA_DMA_TX_COMP_QUEUE + MPPA_DMA_TXC_MODE, 1);
    dma_regs.write(MPPA_DMA_TX_COMP_QUEUE + MPPA_DMA_TXC_GLOBAL, 1);
    dma_regs.write(MPPA_DMA_TX_COMP_QUEUE + MPPA_DMA_TXC_ACTIVATE, 1);
    dma_regs.write(MPPA_DMA_TX_JOB_QUEUE + MPPA_DMA_TXQ_START, kTxRing);
    dma_regs.write(MPPA_DMA_TX_JOB_QUEUE + MPPA_DMA_TXQ_SLOT_LOG2, 8);
    dma_regs.write(MPPA_DMA_TX_JOB_QUEUE + MPPA_DMA_TXQ_ACTIVATE, 1);
  }
  void submit(const mppa_dma_tx_job& job) {
    const u64 ticket = dma_regs.read(MPPA_DMA_TX_JOB_QUEUE + MPPA_DMA_TXQ_WP_INCR);
    std::memcpy(&memory.bytes[kTxRing + (ticket & 255) * sizeof job], &job, sizeof job);
    dma_regs.read(MPPA_DMA_TX_JOB_QUEUE + MPPA_DMA_TXQ_VALID_WP_INCR);
  }

  u8 cluster_;
  u8 node_;
  u64 sent_ = 0, given_ = 0;
  std::array<u64, 64> taken_{};
};

class ControllerTest : public mppa::test::ScTest {
 protected:
  explicit ControllerTest(const LinkParams& cable = {})
      : network("noc", {}), a("a", 1, {.index = 0}, network), b("b", 2, {.index = 1}, network) {
    for (unsigned lane = 0; lane < MPPA_ETH_LANES; ++lane) {
      links.push_back(std::make_unique<Link>(("link" + std::to_string(lane)).c_str(), cable));
      Card* cards[] = {&a, &b};
      for (unsigned side = 0; side < 2; ++side) {
        cards[side]->eth.mac(lane).wire.bind(links.back()->end(side));
        links.back()->deliver[side].bind(cards[side]->eth.mac(lane));
      }
    }
    elaborate();
  }
  /// Both cards up, b receives by default.
  void start() {
    a.bring_up();
    b.bring_up();
    b.receive_by_default();
    b.open_rx();
  }
  static void run_us(u64 us) { sc_core::sc_start(sc_core::sc_time::from_value(us * 1'000'000)); }

  noc::RdmaNoc network;
  Card a, b;
  std::vector<std::unique_ptr<Link>> links;
};

}  // namespace mppa::eth::test
