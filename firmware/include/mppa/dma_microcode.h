/* Programs of the DMA's TX threads. Written for this project; the vendor's binaries are not public and may differ.
 * Branch targets are relative to the program's start. dN are the counters; `dN--` happens after the branch decision. */
#ifndef MPPA_DMA_MICROCODE_H
#define MPPA_DMA_MICROCODE_H

#include "mppa/dma_regs.h"

#ifdef __cplusplus
#define MPPA_UC_ARRAY inline constexpr uint64_t
#else
#define MPPA_UC_ARRAY static const uint64_t
#endif

/* mem2mem (AXI): p4 blocks of p2 * 16 + p3 bytes (p3 < 16) from p0 to p1; p5 and p6 are added to the destination and
 * source addresses behind each block (stride - length). One completion. */
MPPA_UC_ARRAY mppa_dma_mem2mem[] = {
    /*  0 */ MPPA_UC_PARAM(0) | MPPA_UC_RPTR_LOAD | MPPA_UC_STORE,
    /*  1 */ MPPA_UC_PARAM(1) | MPPA_UC_WPTR_LOAD | MPPA_UC_STORE,
    /*  2 */ MPPA_UC_PARAM(4) | MPPA_UC_COUNT(0) | MPPA_UC_STORE,
    /*  3 next block */ MPPA_UC_IF_ZERO(0, 13) | MPPA_UC_DECREMENT(0) | MPPA_UC_STORE,
    /*  4 */ MPPA_UC_PARAM(2) | MPPA_UC_COUNT(1) | MPPA_UC_STORE,
    /*  5 */ MPPA_UC_IF_ZERO(1, 7) | MPPA_UC_DECREMENT(1) | MPPA_UC_STORE,
    /*  6 16 bytes */ MPPA_UC_SEND | MPPA_UC_SIZE(4) | MPPA_UC_STORE | MPPA_UC_WPTR_STEP | MPPA_UC_RPTR_STEP |
        MPPA_UC_IF_NOT_ZERO(1, 6) | MPPA_UC_DECREMENT(1),
    /*  7 */ MPPA_UC_PARAM(3) | MPPA_UC_COUNT(2) | MPPA_UC_STORE,
    /*  8 */ MPPA_UC_IF_ZERO(2, 10) | MPPA_UC_DECREMENT(2) | MPPA_UC_STORE,
    /*  9 1 byte */ MPPA_UC_SEND | MPPA_UC_SIZE(0) | MPPA_UC_STORE | MPPA_UC_WPTR_STEP | MPPA_UC_RPTR_STEP |
        MPPA_UC_IF_NOT_ZERO(2, 9) | MPPA_UC_DECREMENT(2),
    /* 10 */ MPPA_UC_PARAM(5) | MPPA_UC_WPTR_ADD | MPPA_UC_STORE,
    /* 11 */ MPPA_UC_PARAM(6) | MPPA_UC_RPTR_ADD | MPPA_UC_STORE,
    /* 12 */ MPPA_UC_IF_NOT_ZERO(0, 4) | MPPA_UC_DECREMENT(0),
    /* 13 */ MPPA_UC_NOTIFY | MPPA_UC_STOP | MPPA_UC_STORE,
};

/* mem2noc (NoC): as mem2mem, but p1 is the byte offset in the buffer of the destination's RX channel. The transfer ends
 * with an end-of-transfer, also if it is empty. */
MPPA_UC_ARRAY mppa_dma_mem2noc[] = {
    /*  0 */ MPPA_UC_PARAM(0) | MPPA_UC_RPTR_LOAD,
    /*  1 */ MPPA_UC_PARAM(1) | MPPA_UC_WPTR_LOAD,
    /*  2 */ MPPA_UC_PARAM(4) | MPPA_UC_COUNT(0),
    /*  3 */ MPPA_UC_IF_ZERO(0, 13) | MPPA_UC_DECREMENT(0),
    /*  4 */ MPPA_UC_PARAM(2) | MPPA_UC_COUNT(1),
    /*  5 */ MPPA_UC_IF_ZERO(1, 7) | MPPA_UC_DECREMENT(1),
    /*  6 16 bytes */ MPPA_UC_SEND | MPPA_UC_SIZE(4) | MPPA_UC_NOC_ABSOLUTE | MPPA_UC_WPTR_STEP | MPPA_UC_RPTR_STEP |
        MPPA_UC_IF_NOT_ZERO(1, 6) | MPPA_UC_DECREMENT(1),
    /*  7 */ MPPA_UC_PARAM(3) | MPPA_UC_COUNT(2),
    /*  8 */ MPPA_UC_IF_ZERO(2, 10) | MPPA_UC_DECREMENT(2),
    /*  9 1 byte */ MPPA_UC_SEND | MPPA_UC_SIZE(0) | MPPA_UC_NOC_ABSOLUTE | MPPA_UC_WPTR_STEP | MPPA_UC_RPTR_STEP |
        MPPA_UC_IF_NOT_ZERO(2, 9) | MPPA_UC_DECREMENT(2),
    /* 10 */ MPPA_UC_PARAM(5) | MPPA_UC_WPTR_ADD,
    /* 11 */ MPPA_UC_PARAM(6) | MPPA_UC_RPTR_ADD,
    /* 12 */ MPPA_UC_IF_NOT_ZERO(0, 4) | MPPA_UC_DECREMENT(0),
    /* 13 */ MPPA_UC_EOT | MPPA_UC_FLUSH,
    /* 14 */ MPPA_UC_NOTIFY | MPPA_UC_STOP,
};

/* mem2eth (NoC): one fragment of a frame. p2 source, p3 = length / 16 | (length % 16) << 32, p4 = end of frame |
 * header enable << 32, p5 address of the 16-byte Ethernet TX header that goes first. p0, p1 and p7 are not used. */
MPPA_UC_ARRAY mppa_dma_mem2eth[] = {
    /*  0 */ MPPA_UC_PARAM_HI(4) | MPPA_UC_COUNT(0) | MPPA_UC_NOC_RELATIVE,
    /*  1 */ MPPA_UC_PARAM(5) | MPPA_UC_RPTR_LOAD | MPPA_UC_IF_ZERO(0, 3) | MPPA_UC_NOC_RELATIVE,
    /*  2 header */ MPPA_UC_SEND | MPPA_UC_SIZE(4) | MPPA_UC_NOC_RELATIVE,
    /*  3 */ MPPA_UC_PARAM(2) | MPPA_UC_RPTR_LOAD | MPPA_UC_NOC_RELATIVE,
    /*  4 */ MPPA_UC_PARAM_LO(3) | MPPA_UC_COUNT(1) | MPPA_UC_NOC_RELATIVE,
    /*  5 */ MPPA_UC_IF_ZERO(1, 7) | MPPA_UC_DECREMENT(1) | MPPA_UC_NOC_RELATIVE,
    /*  6 16 bytes */ MPPA_UC_SEND | MPPA_UC_SIZE(4) | MPPA_UC_NOC_RELATIVE | MPPA_UC_RPTR_STEP |
        MPPA_UC_IF_NOT_ZERO(1, 6) | MPPA_UC_DECREMENT(1),
    /*  7 */ MPPA_UC_PARAM_HI(3) | MPPA_UC_COUNT(2) | MPPA_UC_NOC_RELATIVE,
    /*  8 */ MPPA_UC_IF_ZERO(2, 10) | MPPA_UC_DECREMENT(2) | MPPA_UC_NOC_RELATIVE,
    /*  9 1 byte */ MPPA_UC_SEND | MPPA_UC_SIZE(0) | MPPA_UC_NOC_RELATIVE | MPPA_UC_RPTR_STEP |
        MPPA_UC_IF_NOT_ZERO(2, 9) | MPPA_UC_DECREMENT(2),
    /* 10 */ MPPA_UC_PARAM_LO(4) | MPPA_UC_COUNT(3) | MPPA_UC_NOC_RELATIVE,
    /* 11 */ MPPA_UC_IF_ZERO(3, 13) | MPPA_UC_NOC_RELATIVE,
    /* 12 */ MPPA_UC_EOT | MPPA_UC_FLUSH | MPPA_UC_GOTO(14) | MPPA_UC_NOC_RELATIVE,
    /* 13 */ MPPA_UC_FLUSH | MPPA_UC_NOC_RELATIVE,
    /* 14 */ MPPA_UC_NOTIFY | MPPA_UC_STOP | MPPA_UC_NOC_RELATIVE,
};

#endif
