/* Ethernet block of Coolidge V1: registers, tables, parser rules and metadata. C and C++; the firmware driver and the
 * simulator's model both use this file. Registers are aligned 32-bit words unless noted. Offsets count from the start
 * of the block (its PHY region). */
#ifndef MPPA_ETH_REGS_H
#define MPPA_ETH_REGS_H

#include <stdint.h>

#define MPPA_ETH0_BASE 0x10000000ull
#define MPPA_ETH1_BASE 0x10800000ull /* not published; the model's parameter */
#define MPPA_ETH_SIZE 0xA6400u
#define MPPA_ETH_PHY 0x00000u    /* firmware SRAM of the PHY, 0x40000 bytes */
#define MPPA_ETH_PHYMAC 0x40000u /* clocks, PLLs, serdes */
#define MPPA_ETH_MAC 0x50000u
#define MPPA_ETH_LB 0x90000u /* load balancer, parsers, tables, TX */

#define MPPA_ETH_LANES 4u
#define MPPA_ETH_PARSERS 32u
#define MPPA_ETH_PARSER_LINES 32u
#define MPPA_ETH_PARSER_WORDS 13u /* of the 16 words of a line */
#define MPPA_ETH_LUT_ENTRIES 2048u
#define MPPA_ETH_DISPATCH_ENTRIES 320u
#define MPPA_ETH_TX_FIFOS 10u
#define MPPA_ETH_CLUSTERS 5u
#define MPPA_ETH_CLASSES 8u
#define MPPA_ETH_RR_WORDS 10u

/* ---- Load balancer, offsets from MPPA_ETH_LB ---- */
#define MPPA_ETH_PARSER_RAM(p, line, word) (0x800u * (p) + 0x40u * (line) + 4u * (word))
#define MPPA_ETH_LUT(i) (0x10000u + 4u * (i)) /* [8:0] dispatch entry */
#define MPPA_ETH_LUT_CTRL 0x12000u
#define MPPA_ETH_LUT_CTRL_VALUE(lane_bits, rule_bits, pfc_bits) \
  ((uint32_t)(lane_bits) | (uint32_t)(rule_bits) << 2 | (uint32_t)(pfc_bits) << 7)
#define MPPA_ETH_LUT_QPN_CTRL 0x12004u

/* Drop counters of a lane; the word behind each reads and clears. */
#define MPPA_ETH_DROP_CNT(lane) (0x12100u + 0x40u * (lane))
#define MPPA_ETH_DROP_MTU 0x00u
#define MPPA_ETH_DROP_FCS 0x08u
#define MPPA_ETH_DROP_FIFO 0x10u
#define MPPA_ETH_DROP_CRC 0x18u /* checksum errors */
#define MPPA_ETH_DROP_TOTAL 0x20u
#define MPPA_ETH_DROP_RULE 0x28u

#define MPPA_ETH_DEFAULT_RULE(lane) (0x12300u + 0x40u * (lane))
#define MPPA_ETH_DEFAULT_CTRL 0x00u /* [1:0] policy, [15:8] packets a round-robin target gets in a row */
#define MPPA_ETH_DEFAULT_HIT_CNT 0x04u
#define MPPA_ETH_DEFAULT_RR_TARGET 0x10u
#define MPPA_ETH_DEFAULT_DROP 0u
#define MPPA_ETH_DEFAULT_ROUND_ROBIN 1u
#define MPPA_ETH_DEFAULT_FORWARD 2u
#define MPPA_ETH_DEFAULT_NOCX 3u

#define MPPA_ETH_LB_CTRL(lane) (0x12400u + 4u * (lane))
#define MPPA_ETH_LB_MTU_MASK 0x3FFFu /* longest frame without FCS */
#define MPPA_ETH_LB_STORE_AND_FORWARD (1u << 14)
#define MPPA_ETH_LB_KEEP_ERRORS (1u << 15)
#define MPPA_ETH_LB_ADD_HEADER (1u << 16)
#define MPPA_ETH_LB_ADD_FOOTER (1u << 17)

#define MPPA_ETH_PARSER(p) (0x12800u + 0x40u * (p))
#define MPPA_ETH_PARSER_CTL 0x00u
#define MPPA_ETH_PARSER_STATUS 0x04u /* bit 0 running, bit 1 FIFO overflow */
#define MPPA_ETH_PARSER_HIT_CNT 0x0Cu
#define MPPA_ETH_PARSER_HIT_CNT_LAC 0x10u
#define MPPA_ETH_PARSER_RR_TARGET 0x14u
#define MPPA_ETH_PARSER_DISABLED 0u
#define MPPA_ETH_PARSER_DROP 1u
#define MPPA_ETH_PARSER_HASH_LUT 2u
#define MPPA_ETH_PARSER_ROUND_ROBIN 3u
#define MPPA_ETH_PARSER_FORWARD 4u
#define MPPA_ETH_PARSER_NOCX 5u
#define MPPA_ETH_PARSER_CTL_VALUE(policy, lane, priority, rr_packets, seed)                               \
  ((uint32_t)(policy) | (uint32_t)(lane) << 3 | (uint32_t)(priority) << 5 | (uint32_t)(rr_packets) << 8 | \
   (uint32_t)(seed) << 16)

/* RX buffer accounting, in bytes, multiples of 128, at most MPPA_ETH_RX_BUFFER */
#define MPPA_ETH_RX_BUFFER 0x60000u
#define MPPA_ETH_RX_PFC(lane) (0x13000u + 0x200u * (lane))
#define MPPA_ETH_RX_PFC_CLASS(c) (0x20u * (c))
#define MPPA_ETH_RX_PFC_GLOBAL 0x100u
#define MPPA_ETH_RX_PFC_ALERT 0x00u
#define MPPA_ETH_RX_PFC_RELEASE 0x04u
#define MPPA_ETH_RX_PFC_DROP 0x08u
#define MPPA_ETH_RX_PFC_WMARK 0x0Cu
#define MPPA_ETH_RX_PFC_DROP_CNT 0x10u
#define MPPA_ETH_RX_PFC_REQ_CNT 0x18u
#define MPPA_ETH_RX_NO_PFC_WMARK 0x120u
#define MPPA_ETH_RX_NO_PFC_DROP_CNT 0x124u
#define MPPA_ETH_RX_PFC_CTRL 0x12Cu
#define MPPA_ETH_RX_PFC_GLOBAL_PAUSE 1u
#define MPPA_ETH_RX_PFC_ENABLE 2u
#define MPPA_ETH_RX_PFC_CLASS_ENABLE(c) (4u << (c))
#define MPPA_ETH_RX_PFC_IT(lane) (0x1380Cu + 0x20u * (lane))

#define MPPA_ETH_RX_NOC_PKT(lane, cluster, vchan) (0x13900u + 0x40u * (lane) + 8u * (cluster) + 4u * (vchan))
#define MPPA_ETH_RX_NOC_PKT_VALUE(timer, flits) ((uint32_t)(timer) | ((uint32_t)(flits) - 1u) << 16)

/* Dispatch table: 64-bit entries */
#define MPPA_ETH_DISPATCH(e) (0x14000u + 8u * (e))
#define MPPA_ETH_DISPATCH_VALUE(route, channel, vchan, asn) \
  ((uint64_t)(route) | (uint64_t)(channel) << 40 | (uint64_t)(vchan) << 46 | (uint64_t)(asn) << 47)
#define MPPA_ETH_DISPATCH_SPLIT(trigger) (1ull << 56 | (uint64_t)(trigger) << 57)

/* ---- TX, offsets from MPPA_ETH_LB ---- */
#define MPPA_ETH_TX_FIFO(f) (0x15000u + 0x40u * (f))
#define MPPA_ETH_TX_LANE_CTRL(lane) (4u * (lane)) /* bit 0 obey PAUSE, [8:1] obey PFC of these classes, [12:9] run */
#define MPPA_ETH_TX_CTRL 0x10u
#define MPPA_ETH_TX_DROP_EN (1u << 0)
#define MPPA_ETH_TX_NOCX_EN (1u << 1)
#define MPPA_ETH_TX_HEADER_EN (1u << 3)
#define MPPA_ETH_TX_LANE(lane) ((uint32_t)(lane) << 4)
#define MPPA_ETH_TX_GLOBAL (1u << 6)
#define MPPA_ETH_TX_ASN(asn) ((uint32_t)(asn) << 7)
#define MPPA_ETH_TX_XOFF_CTRL 0x14u
#define MPPA_ETH_TX_STATUS 0x18u /* [15:0] level in units of 16 bytes, bit 16 stopped */
#define MPPA_ETH_TX_DROP_CNT 0x1Cu
#define MPPA_ETH_TX_LANE_REGS(lane) \
  (0x15800u + 0x20u * (lane)) /* +0 SA (64 bit), +8 DA (64 bit), +0x10 type, +0x14 MTU */
#define MPPA_ETH_TX_NOC_IF(cluster) (0x15A00u + 0x80u * (cluster))
#define MPPA_ETH_TX_NOC_VCHAN(v) (0x10u * (v)) /* +0 CTRL, +4 FIFO_MONITORING, +8 CLR_LEVEL_MAX */
#define MPPA_ETH_TX_NOC_PARITY_ERR_CNT 0x20u
#define MPPA_ETH_TX_NOC_CRC_ERR_CNT 0x28u
#define MPPA_ETH_TX_NOC_PERM_ERR_CNT 0x30u
#define MPPA_ETH_TX_NOC_FIFO_ERR_CNT 0x38u
#define MPPA_ETH_TX_NOC_DROP_CNT 0x40u

/* ---- MAC, offsets from MPPA_ETH_MAC ---- */
#define MPPA_ETH_PMAC(lane) (0x2400u + 0x200u * (lane))
#define MPPA_ETH_EMAC(lane) (0x2500u + 0x200u * (lane))
#define MPPA_ETH_MAC_CMD_CFG 0x08u
#define MPPA_ETH_MAC_ADDR_LO 0x0Cu
#define MPPA_ETH_MAC_ADDR_HI 0x10u
#define MPPA_ETH_MAC_FRM_LEN 0x14u
#define MPPA_ETH_MAC_RX_SECTIONS 0x1Cu
#define MPPA_ETH_MAC_TX_SECTIONS 0x20u
#define MPPA_ETH_MAC_STATUS 0x40u
#define MPPA_ETH_MAC_IPG 0x44u
#define MPPA_ETH_MAC_PAUSE_QUANTA 0x54u /* of the EMAC: two classes a word, 4 words */
#define MPPA_ETH_MAC_PAUSE_THRESH 0x64u
#define MPPA_ETH_MAC_XIF 0x80u /* of the PMAC */
#define MPPA_ETH_CMD_TX_EN (1u << 0)
#define MPPA_ETH_CMD_RX_EN (1u << 1)
#define MPPA_ETH_CMD_PROMISC (1u << 4)
#define MPPA_ETH_CMD_CRC_FWD (1u << 6)
#define MPPA_ETH_CMD_PAUSE_FWD (1u << 7)
#define MPPA_ETH_CMD_PAUSE_IGNORE (1u << 8)
#define MPPA_ETH_CMD_TX_PAD (1u << 11)
#define MPPA_ETH_CMD_SW_RESET (1u << 12)
#define MPPA_ETH_CMD_CNTL_FRAME (1u << 13)
#define MPPA_ETH_CMD_PFC_MODE (1u << 19)
#define MPPA_ETH_XPCS_CTRL1(lane) (0x4000u + 0x800u * (lane)) /* [5:2] 10G 0, 40G 3, 25G and 50G 5 */
#define MPPA_ETH_BYPASS 0x6000u                               /* [8:5] loopback of the lanes */
#define MPPA_ETH_BYPASS_LOOPBACK(lane) (1u << (5 + (lane)))
#define MPPA_ETH_FCS_EN 0x6004u
#define MPPA_ETH_MAC_RESET 0x6020u
#define MPPA_ETH_MAC_RESET_SET 0x6024u
#define MPPA_ETH_MAC_RESET_CLEAR 0x6028u
#define MPPA_ETH_MAC_RESET_MASK 0x1FFFFFu
#define MPPA_ETH_SYNC_STATUS 0x602Cu /* [28:25] link up */
#define MPPA_ETH_SYNC_LINK(lane) (1u << (25 + (lane)))
#define MPPA_ETH_RS_FEC_STATUS 0x6030u
#define MPPA_ETH_MODE 0x60C4u
#define MPPA_ETH_MODE_100G (1u << 4)
#define MPPA_ETH_MODE_40G (1u << 5)
#define MPPA_ETH_SG 0x60CCu                                 /* [3:0] lanes at 1 Gb/s */
#define MPPA_ETH_RX_STATS(lane) (0x8000u + 0x200u * (lane)) /* 64-bit words, see enum below */
#define MPPA_ETH_TX_STATS(lane) (0x8800u + 0x200u * (lane))
#define MPPA_ETH_RX_STAT_WORDS 35u
#define MPPA_ETH_TX_STAT_WORDS 25u

/* ---- PHYMAC, offsets from MPPA_ETH_PHYMAC ---- */
#define MPPA_ETH_PHY_RESET 0x08u
#define MPPA_ETH_PHY_PLL 0x0Cu
#define MPPA_ETH_PHY_PLL_STATUS 0x10u /* bit 1 PLLA, bit 3 PLLB locked, bit 6 reference clock */
#define MPPA_ETH_PHY_SERDES_CTRL 0x14u
#define MPPA_ETH_PHY_SERDES_STATUS 0x18u
#define MPPA_ETH_PHY_TX2RX(lane) (1u << (16 + (lane))) /* of SERDES_CTRL: loopback */

/* ---- Parser rule types ---- */
#define MPPA_ETH_PTYPE_END 0x00u
#define MPPA_ETH_PTYPE_MAC_VLAN 0x01u
#define MPPA_ETH_PTYPE_IPV4 0x03u
#define MPPA_ETH_PTYPE_IPV6 0x04u
#define MPPA_ETH_PTYPE_VXLAN 0x07u
#define MPPA_ETH_PTYPE_UDP 0x08u
#define MPPA_ETH_PTYPE_TCP 0x09u
#define MPPA_ETH_PTYPE_MPLS 0x0Au
#define MPPA_ETH_PTYPE_ROCE 0x0Bu
#define MPPA_ETH_PTYPE_GRE 0x0Cu
#define MPPA_ETH_PTYPE_NVME_TCP 0x13u
#define MPPA_ETH_PTYPE_SKIP 0x1Eu
#define MPPA_ETH_PTYPE_CUSTOM 0x1Fu

/* In front of every received frame if LB_CTRL.ADD_HEADER */
struct mppa_eth_rx_header {
  uint64_t timestamp; /* 10 ns */
  uint16_t bytes;     /* without this header */
  uint16_t hash_key;
  uint32_t info;
  uint16_t index[4]; /* offsets of the layers whose rules ask for it */
  uint32_t global_packet_id;
  uint32_t rule_packet_id;
};
#define MPPA_ETH_RX_LUT_ENTRY(info) ((info) & 0x7FFu)
#define MPPA_ETH_RX_LANE(info) ((info) >> 11 & 3u)
#define MPPA_ETH_RX_ETH(info) ((info) >> 13 & 1u)
#define MPPA_ETH_RX_PARSER(info) ((info) >> 15 & 31u)
#define MPPA_ETH_RX_DEFAULT_RULE(info) ((info) >> 20 & 1u)
#define MPPA_ETH_RX_FCS_ERROR(info) ((info) >> 21 & 1u)
#define MPPA_ETH_RX_CRC_ERRORS(info) ((info) >> 22 & 15u)

/* In front of every sent frame if TX_FIFO.CTRL.HEADER_EN */
struct mppa_eth_tx_header {
  uint64_t control;
  uint64_t offset; /* [15:0] of the L4 header */
};
#define MPPA_ETH_TX_IP_NONE 0u
#define MPPA_ETH_TX_IP_V4 1u
#define MPPA_ETH_TX_IP_V6 2u
#define MPPA_ETH_TX_CRC_NONE 0u
#define MPPA_ETH_TX_CRC_UDP 1u
#define MPPA_ETH_TX_CRC_TCP 2u
#define MPPA_ETH_TX_CRC_ROCE1 3u
#define MPPA_ETH_TX_CRC_ROCE2 4u
/* seed: sum of the pseudo header, folded, not complemented */
#define MPPA_ETH_TX_CONTROL(bytes, lane, ip_mode, crc_mode, seed)                                        \
  ((uint64_t)(bytes) | (uint64_t)(lane) << 16 | (uint64_t)(ip_mode) << 24 | (uint64_t)(crc_mode) << 26 | \
   (uint64_t)(seed) << 48)

#endif
