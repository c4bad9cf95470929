/* Cluster DMA of Coolidge V1: registers, descriptors, completion records and microcode words. C and C++; the firmware
 * driver and the simulator's model both use this file. All registers are aligned 64-bit words. */
#ifndef MPPA_DMA_REGS_H
#define MPPA_DMA_REGS_H

#include <stdint.h>

#define MPPA_DMA_OFFSET 0x800000u /* in the cluster's window */
#define MPPA_DMA_SIZE 0x100000u
#define MPPA_DMA_GIC_LINE 129u

#define MPPA_DMA_OBJECT_STRIDE 0x1000u
#define MPPA_DMA_RX_CHANNELS 64u
#define MPPA_DMA_RX_JOB_QUEUES 8u
#define MPPA_DMA_RX_JOB_CACHES 4u
#define MPPA_DMA_TX_THREADS 4u
#define MPPA_DMA_TX_JOB_QUEUES 64u
#define MPPA_DMA_TX_COMP_QUEUES 64u
#define MPPA_DMA_PROGRAM_WORDS 128u
#define MPPA_DMA_PROGRAMS 16u
#define MPPA_DMA_ROUTES 512u
#define MPPA_DMA_LIMITERS 16u
#define MPPA_DMA_ADDRESS_MASK 0x1FFFFFFFFFFull /* 41 bits */
#define MPPA_DMA_ASN_MASK 0x1FFu

/* Blocks */
#define MPPA_DMA_RX_CHANNEL 0x00000u
#define MPPA_DMA_RX_JOB_QUEUE 0x40000u
#define MPPA_DMA_RX_JOB_CACHE 0x48000u
#define MPPA_DMA_RX_DIAG 0x4C000u
#define MPPA_DMA_RX_MUX 0x4D000u
#define MPPA_DMA_RX_MONITORING 0x4E000u
#define MPPA_DMA_IT 0x50000u
#define MPPA_DMA_ERROR 0x51000u /* bitmaps of what has failed, each followed by its load-and-clear register */
#define MPPA_DMA_ERROR_RX_CHANNEL 0x00u
#define MPPA_DMA_ERROR_RX_JOB_QUEUE 0x10u
#define MPPA_DMA_ERROR_TX_JOB_QUEUE 0x20u
#define MPPA_DMA_ERROR_TX_THREAD 0x30u
#define MPPA_DMA_ERROR_TX_COMP_QUEUE 0x40u
#define MPPA_DMA_ERROR_LAC 0x08u
#define MPPA_DMA_TX_THREAD 0x60000u
#define MPPA_DMA_PROGRAM_MEMORY 0x64000u
#define MPPA_DMA_PROGRAM_TABLE 0x65000u
#define MPPA_DMA_ROUTE_TABLE 0x66000u
#define MPPA_DMA_LIMITER_TABLE 0x67000u
#define MPPA_DMA_TX_MONITORING 0x68000u
#define MPPA_DMA_TX_NOC_TEST 0x69000u
#define MPPA_DMA_TX_JOB_QUEUE 0x80000u
#define MPPA_DMA_TX_COMP_QUEUE 0xC0000u

/* RX channel */
#define MPPA_DMA_RXC_BUF_START 0x00u
#define MPPA_DMA_RXC_BUF_SIZE 0x08u
#define MPPA_DMA_RXC_BUF_ENABLE 0x10u
#define MPPA_DMA_RXC_CURRENT_OFFSET 0x18u
#define MPPA_DMA_RXC_JOB_QUEUE_CFG 0x20u /* bit 0 enable, [2:1] cache */
#define MPPA_DMA_RXC_ACTIVATED 0x28u
#define MPPA_DMA_RXC_BYTE_CNT 0x30u
#define MPPA_DMA_RXC_NOTIF_CNT 0x38u
#define MPPA_DMA_RXC_CNT_CLEAR_MODE 0x40u
#define MPPA_DMA_RXC_ERROR_STATUS 0x48u
#define MPPA_DMA_RXC_ERROR_LAC 0x50u
#define MPPA_DMA_RXC_COMP_CFG 0x58u /* bit 0 enable, [2:1] 0 no record, 1 record */
#define MPPA_DMA_RXC_COMP_MODE 0x60u
#define MPPA_DMA_RXC_COMP_START 0x68u
#define MPPA_DMA_RXC_COMP_SLOT_LOG2 0x70u
#define MPPA_DMA_RXC_COMP_WP 0x78u
#define MPPA_DMA_RXC_COMP_RP 0x80u
#define MPPA_DMA_RXC_COMP_RP_INCR 0x88u
#define MPPA_DMA_RXC_COMP_VALID_RP 0x90u
#define MPPA_DMA_RXC_COMP_VALID_RP_INCR 0x98u
#define MPPA_DMA_RXC_NOTIF_ADDRESS 0xA0u
#define MPPA_DMA_RXC_FULL_NOTIF_ADDRESS 0xA8u
#define MPPA_DMA_RXC_NOTIF_ARG 0xB0u
#define MPPA_DMA_RXC_ASN 0xB8u

/* RX job queue: ring of struct mppa_dma_buffer */
#define MPPA_DMA_RXQ_START 0x00u
#define MPPA_DMA_RXQ_SLOT_LOG2 0x08u
#define MPPA_DMA_RXQ_WP 0x10u
#define MPPA_DMA_RXQ_WP_INCR 0x18u
#define MPPA_DMA_RXQ_VALID_WP 0x20u
#define MPPA_DMA_RXQ_VALID_WP_INCR 0x28u
#define MPPA_DMA_RXQ_RP 0x30u
#define MPPA_DMA_RXQ_NOTIF_ADDRESS 0x38u
#define MPPA_DMA_RXQ_NOTIF_ARG 0x40u
#define MPPA_DMA_RXQ_NOTIF_MODE 0x48u
#define MPPA_DMA_RXQ_ACTIVATE 0x50u
#define MPPA_DMA_RXQ_STOP 0x58u
#define MPPA_DMA_RXQ_STATUS 0x60u
#define MPPA_DMA_RXQ_STATUS_LAC 0x68u
#define MPPA_DMA_RXQ_CACHE_ID 0x70u /* [1:0] cache, bit 8 priority */
#define MPPA_DMA_RXQ_ASN 0x78u

/* RX job cache */
#define MPPA_DMA_RXJ_COUNT 0x00u
#define MPPA_DMA_RXJ_EMPTY_NOTIF_ADDRESS 0x08u
#define MPPA_DMA_RXJ_EMPTY_NOTIF_ARG 0x10u
#define MPPA_DMA_RXJ_ENABLE 0x18u
#define MPPA_DMA_RXJ_ASN 0x20u
#define MPPA_DMA_RXJ_POP_LO 0x30u
#define MPPA_DMA_RXJ_POP_HI 0x38u

/* Interrupt and error bitmaps */
#define MPPA_DMA_IT_EN 0x00u
#define MPPA_DMA_IT_VECTOR 0x10u
#define MPPA_DMA_IT_VECTOR_LAC 0x18u
#define MPPA_DMA_IT_MASK 0x7FFF0FFFull
#define MPPA_DMA_IT_RX_CLOSED_CHANNEL 0
#define MPPA_DMA_IT_RX_BUFFER_SIZE 2
#define MPPA_DMA_IT_RX_BUFFER_ADDRESS 3
#define MPPA_DMA_IT_RX_COMP_ADDRESS 5
#define MPPA_DMA_IT_RX_JOB_QUEUE_ADDRESS 7
#define MPPA_DMA_IT_RX_EMPTY_NOTIF_ADDRESS 9
#define MPPA_DMA_IT_RX_JOB_CACHE 11
#define MPPA_DMA_IT_TX_BUNDLE 16
#define MPPA_DMA_IT_TX_PROGRAM_PERM 17
#define MPPA_DMA_IT_TX_ROUTE_PERM 18
#define MPPA_DMA_IT_TX_COMP_PERM 19
#define MPPA_DMA_IT_TX_READ_ADDRESS 20
#define MPPA_DMA_IT_TX_WRITE_ADDRESS 22
#define MPPA_DMA_IT_TX_COMP_ADDRESS 24
#define MPPA_DMA_IT_TX_JOB_QUEUE_ADDRESS 26
#define MPPA_DMA_IT_TX_RX_JOB_PUSH 28
#define MPPA_DMA_IT_TX_ATOMIC_ADD 29
#define MPPA_DMA_IT_TX_VCHAN 30

/* TX thread */
#define MPPA_DMA_TXT_PARAMETER 0x00u
#define MPPA_DMA_TXT_PROGRAM_ID 0x40u
#define MPPA_DMA_TXT_ROUTE_ID 0x48u
#define MPPA_DMA_TXT_COMP_QUEUE 0x50u
#define MPPA_DMA_TXT_ACTIVATE 0x58u
#define MPPA_DMA_TXT_FENCE_BEFORE 0x60u
#define MPPA_DMA_TXT_FENCE_AFTER 0x68u
#define MPPA_DMA_TXT_ERROR 0x70u
#define MPPA_DMA_TXT_ERROR_LAC 0x78u
#define MPPA_DMA_TXT_ASN 0x80u

/* TX job queue: ring of struct mppa_dma_tx_job */
#define MPPA_DMA_TXQ_START 0x00u
#define MPPA_DMA_TXQ_SLOT_LOG2 0x08u
#define MPPA_DMA_TXQ_WP 0x10u
#define MPPA_DMA_TXQ_WP_INCR 0x18u
#define MPPA_DMA_TXQ_VALID_WP 0x20u
#define MPPA_DMA_TXQ_VALID_WP_INCR 0x28u
#define MPPA_DMA_TXQ_RP 0x30u
#define MPPA_DMA_TXQ_NOTIF_ADDRESS 0x38u
#define MPPA_DMA_TXQ_NOTIF_ARG 0x40u
#define MPPA_DMA_TXQ_ASN 0x48u
#define MPPA_DMA_TXQ_STATUS 0x50u
#define MPPA_DMA_TXQ_STATUS_LAC 0x58u
#define MPPA_DMA_TXQ_ACTIVATE 0x60u
#define MPPA_DMA_TXQ_STOP 0x68u
#define MPPA_DMA_TXQ_THREAD_ID 0x70u
#define MPPA_DMA_TXQ_ONGOING 0x78u
#define MPPA_DMA_TXQ_ONGOING_RESET 0x80u

/* TX completion queue */
#define MPPA_DMA_TXC_MODE 0x00u
#define MPPA_DMA_TXC_START 0x08u
#define MPPA_DMA_TXC_SLOT_LOG2 0x10u
#define MPPA_DMA_TXC_GLOBAL 0x18u
#define MPPA_DMA_TXC_ASN 0x20u
#define MPPA_DMA_TXC_FIELD_EN 0x28u /* 0 no record, 1 two parameters (16 B), 2 the job (80 B) */
#define MPPA_DMA_TXC_WP 0x30u
#define MPPA_DMA_TXC_RP 0x40u
#define MPPA_DMA_TXC_RP_INCR 0x48u
#define MPPA_DMA_TXC_VALID_RP 0x50u
#define MPPA_DMA_TXC_VALID_RP_INCR 0x58u
#define MPPA_DMA_TXC_NOTIF_ADDRESS 0x60u
#define MPPA_DMA_TXC_NOTIF_ARG 0x68u
#define MPPA_DMA_TXC_ACTIVATE 0x70u
#define MPPA_DMA_TXC_STOP 0x78u
#define MPPA_DMA_TXC_STATUS 0x80u
#define MPPA_DMA_TXC_STATUS_LAC 0x88u

/* STATUS[1:0] of queues, and error causes of TX job queues (bit = cause of TX_THREAD.ERROR as listed, + 2) */
#define MPPA_DMA_STOPPED 0u
#define MPPA_DMA_RUNNING 1u
#define MPPA_DMA_SWITCHING_OFF 2u
#define MPPA_DMA_FAILED 3u

/* Table entries */
#define MPPA_DMA_PROGRAM(start, axi, global, asn) \
  ((uint64_t)(start) | (uint64_t)(axi) << 7 | (uint64_t)(global) << 8 | (uint64_t)(asn) << 9 | 1ull << 18)
#define MPPA_DMA_ROUTE(route, tag, qos, global, asn, vchan)                                       \
  ((uint64_t)(route) | (uint64_t)(tag) << 40 | (uint64_t)(qos) << 46 | (uint64_t)(global) << 50 | \
   (uint64_t)(asn) << 51 | (uint64_t)(vchan) << 60 | 1ull << 61)

struct mppa_dma_tx_job {
  uint64_t param[8];
  uint64_t control;
  uint64_t reserved;
};
#define MPPA_DMA_JOB_CONTROL(comp, route, program) \
  ((uint64_t)(comp) | (uint64_t)(route) << 16 | (uint64_t)(program) << 32)
#define MPPA_DMA_JOB_PUSH(rx_queue) (1ull << 8 | (uint64_t)(rx_queue) << 9)
#define MPPA_DMA_JOB_FENCE_BEFORE (1ull << 40)
#define MPPA_DMA_JOB_FENCE_AFTER (1ull << 48)

struct mppa_dma_buffer {
  uint64_t base;
  uint64_t size;
};

struct mppa_dma_rx_completion {
  uint64_t base;
  uint64_t size;
  uint64_t bytes;
  uint64_t notifications;
};

/* Microcode: one bundle is the OR of these. */
#define MPPA_UC_GOTO(a) (1ull | (uint64_t)(a) << 2)
#define MPPA_UC_IF_ZERO(d, a) (2ull | (uint64_t)(a) << 2 | (uint64_t)(d) << 12)
#define MPPA_UC_IF_NOT_ZERO(d, a) (3ull | (uint64_t)(a) << 2 | (uint64_t)(d) << 12)
#define MPPA_UC_STOP (1ull << 9)
#define MPPA_UC_EOT (1ull << 10)
#define MPPA_UC_FLUSH (1ull << 11)
#define MPPA_UC_DECREMENT(d) ((uint64_t)(d) << 12 | 1ull << 14)
#define MPPA_UC_COUNT(d) ((uint64_t)(d) << 12 | 2ull << 14)      /* dcnt[d] = reg */
#define MPPA_UC_COUNT_COPY(d) ((uint64_t)(d) << 12 | 3ull << 14) /* dcnt[d] = dcnt[reg & 3] */
#define MPPA_UC_NOC_ABSOLUTE 0ull
#define MPPA_UC_NOC_RELATIVE (1ull << 16)
#define MPPA_UC_STORE (2ull << 16)
#define MPPA_UC_ATOMIC_ADD (3ull << 16)
#define MPPA_UC_WPTR_LOAD (1ull << 18)
#define MPPA_UC_WPTR_STEP (2ull << 18) /* += move size */
#define MPPA_UC_WPTR_ADD (3ull << 18)  /* += reg */
#define MPPA_UC_SIZE(log2) ((uint64_t)(log2) << 20)
#define MPPA_UC_FENCE (1ull << 23)
#define MPPA_UC_SEND (2ull << 23)
#define MPPA_UC_NOTIFY (3ull << 23)
#define MPPA_UC_SEND_REG (4ull << 23)
#define MPPA_UC_ALL_BYTES (5ull << 23) /* strobe = 0xFFFF */
#define MPPA_UC_RPTR_LOAD (1ull << 26)
#define MPPA_UC_RPTR_STEP (2ull << 26)
#define MPPA_UC_RPTR_ADD (3ull << 26)
#define MPPA_UC_STROBE (1ull << 28) /* strobe = reg */
#define MPPA_UC_SIGNED (1ull << 29)
#define MPPA_UC_REG(byte, log2) ((uint64_t)(byte) << 30 | (uint64_t)(log2) << 36)
#define MPPA_UC_PARAM(p) MPPA_UC_REG(8 * (p), 3)        /* all of PARAM[p] */
#define MPPA_UC_PARAM_LO(p) MPPA_UC_REG(8 * (p), 2)     /* bits 31:0 */
#define MPPA_UC_PARAM_HI(p) MPPA_UC_REG(8 * (p) + 4, 2) /* bits 63:32 */

#endif
