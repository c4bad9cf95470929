/* Where things are in Coolidge V1 (memory map of the machine-generated register definitions, Linux and barebox
 * drivers). C, C++ and assembly; firmware and simulator share it. */
#ifndef MPPA_SOC_H
#define MPPA_SOC_H

#define MPPA_CLUSTERS 5
#define MPPA_PES 16   /* processing cores of a cluster, PCR.PID 0..15 */
#define MPPA_CORES 17 /* with the resource manager */
#define MPPA_RM 16    /* PCR.PID of the resource manager */

/* A cluster's window: at 0 for its own masters (local view), at MPPA_CLUSTER_BASE for everybody (global view). */
#define MPPA_CLUSTER_WINDOW 0x1000000ul
#define MPPA_CLUSTER_BASE(cluster) (((cluster) + 1ul) * MPPA_CLUSTER_WINDOW)

/* Offsets in the window */
#define MPPA_SMEM_SIZE 0x400000ul
#define MPPA_SMEM_BANKS 16
#define MPPA_MAILBOX_OFFSET 0xA00000ul
#define MPPA_GIC_OFFSET 0xA20000ul
#define MPPA_PWR_OFFSET 0xA40000ul
#define MPPA_DSU_RAM_OFFSET 0xA46000ul
#define MPPA_DMA_RX_IOMMU_OFFSET 0xAC2000ul
#define MPPA_DMA_TX_IOMMU_OFFSET 0xAC3000ul
#define MPPA_IPI_OFFSET 0xAD0000ul
#define MPPA_SECURE_OFFSET 0xCC2000ul

/* Chip level */
#define MPPA_FTU_BASE 0x10181000ul
#define MPPA_UARTS 6
#define MPPA_UART_BASE(n) (0x20210000ul + 0x1000ul * (n))
#define MPPA_UART_ITGEN_INPUT(n) (41 + (n)) /* of ITGEN 0, level high */
#define MPPA_ITGENS 2
#define MPPA_ITGEN_BASE(n) (0x27000000ul + 0x10000ul * (n))
#define MPPA_DDR_BASE 0x100000000ul

/* Core interrupt lines (PCR of every core has the same wiring) */
#define MPPA_LINE_TIMER0 0
#define MPPA_LINE_TIMER1 1
#define MPPA_LINE_WATCHDOG 2
#define MPPA_LINE_PM 3
#define MPPA_LINE_GIC(output) (4 + (output)) /* four GIC outputs */
#define MPPA_LINE_ARITHMETIC 13
#define MPPA_LINE_DAME 16 /* a posted store found nobody */
#define MPPA_LINE_IPI(set) (24 + (set))

/* Frequency of the DSU timestamp and the UARTs' reference clock. */
#define MPPA_REFERENCE_HZ 100000000ul

#endif
