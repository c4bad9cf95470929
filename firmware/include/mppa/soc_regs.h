/* Registers of chip-level peripherals (Linux and barebox drivers). 32-bit registers; offsets from the bases in soc.h.
 */
#ifndef MPPA_SOC_REGS_H
#define MPPA_SOC_REGS_H

/* FTU: resets and starts clusters. */
#define MPPA_FTU_CTRL(cluster) (0x00 + 4 * (cluster))
#define MPPA_FTU_CTRL_WUP 1
#define MPPA_FTU_CTRL_RST 2
#define MPPA_FTU_CTRL_CLKEN 4
#define MPPA_FTU_STATUS(cluster) (0x20 + 4 * (cluster))
#define MPPA_FTU_STATUS_RUNNING 1
#define MPPA_FTU_RESET_CAUSE 0x48
#define MPPA_FTU_SW_RESET 0x50
#define MPPA_FTU_PCIE_RESET 0x54
#define MPPA_FTU_PCIE_RESET_OVERRIDE 2
#define MPPA_FTU_PCIE_RESET_CSR_N 4
#define MPPA_FTU_PCIE_RESET_PHY_N 8
#define MPPA_FTU_BOOT_ADDRESS(cluster) (0x60 + 4 * (cluster)) /* 4 KiB aligned */

/* UART: DesignWare APB, a 16550 with 4-byte stride. */
#define MPPA_UART_THR 0x00 /* read: RBR; with LCR.DLAB: divisor low */
#define MPPA_UART_IER 0x04 /* with LCR.DLAB: divisor high */
#define MPPA_UART_FCR 0x08
#define MPPA_UART_LCR 0x0C
#define MPPA_UART_LCR_8N1 0x03
#define MPPA_UART_LCR_DLAB 0x80
#define MPPA_UART_LSR 0x14
#define MPPA_UART_LSR_RX 0x01
#define MPPA_UART_LSR_THRE 0x20 /* room in the transmit FIFO */
#define MPPA_UART_LSR_TEMT 0x40 /* all sent */

/* ITGEN: a rising input becomes a write of one bit to a mailbox. */
#define MPPA_ITGEN_TARGET(input) (0x10 * (input))
#define MPPA_ITGEN_TARGET_VALUE(cluster, mailbox, bit) ((mailbox) | (cluster) << 8 | (bit) << 24)
#define MPPA_ITGEN_ENABLE(input) (0x10 * (input) + 8)
#define MPPA_ITGEN_INPUTS 0x1100

#endif
