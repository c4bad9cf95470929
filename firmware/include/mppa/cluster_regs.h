/* Registers of a cluster's interrupt, mailbox and power blocks (Coolidge V1, machine-generated definitions). Offsets
 * are relative to the block's base in soc.h. 64-bit registers unless said otherwise. */
#ifndef MPPA_CLUSTER_REGS_H
#define MPPA_CLUSTER_REGS_H

/* APIC mailboxes. Mailbox n is input n of the interrupt controller. */
#define MPPA_MAILBOXES 128
#define MPPA_MAILBOX_STRIDE 0x200
#define MPPA_MAILBOX_VALUE 0x00
#define MPPA_MAILBOX_LAC 0x08 /* read: value, which becomes 0 */
#define MPPA_MAILBOX_MASK 0x10
#define MPPA_MAILBOX_FUNCT 0x18
#define MPPA_MAILBOX_FUNCT_WRITE 0
#define MPPA_MAILBOX_FUNCT_OR 1
#define MPPA_MAILBOX_FUNCT_ADD 2
#define MPPA_MAILBOX_TRIG_NONE (0 << 8)
#define MPPA_MAILBOX_TRIG_DOORBELL (1 << 8)  /* a write with data & mask */
#define MPPA_MAILBOX_TRIG_MATCH (2 << 8)     /* new value == mask */
#define MPPA_MAILBOX_TRIG_BARRIER (3 << 8)   /* as match; the value returns to 0 */
#define MPPA_MAILBOX_TRIG_THRESHOLD (4 << 8) /* new value >= mask */

/* APIC interrupt controller: four outputs (core lines 4..7) for each of 16 PEs, the RM and the DMA. */
#define MPPA_GIC_INPUTS 157
#define MPPA_GIC_OUTPUT(group, line) ((group) * 0x1000 + (line) * 0x400)
#define MPPA_GIC_ENABLE(input) (input)             /* one byte an input */
#define MPPA_GIC_STATUS(word) (0x100 + 8 * (word)) /* write 1 to clear */
#define MPPA_GIC_STATUS_LAC(word) (0x120 + 8 * (word))
#define MPPA_GIC_STATUS_WORDS 3
#define MPPA_GIC_INPUT_L2_JOBS 128
#define MPPA_GIC_INPUT_DMA_ERROR 129
#define MPPA_GIC_INPUT_WATCHDOG 131

/* Inter-processor interrupts, 32-bit registers */
#define MPPA_IPI_INTERRUPT(set) (4 * (set))
#define MPPA_IPI_MASK(set) (0x20 + 4 * (set))

/* Power controller. Bit n of the vector registers is core n, 16 the RM. */
#define MPPA_PWR_WUP_SET 0x1010
#define MPPA_PWR_WUP_CLEAR 0x1020
#define MPPA_PWR_RESET_ON_WUP_SET 0x1050
#define MPPA_PWR_RESET_ON_WUP_CLEAR 0x1060
#define MPPA_PWR_WD_ACK_SET 0x1090
#define MPPA_PWR_WD_ACK_CLEAR 0x10A0
#define MPPA_PWR_STATUS_WD 0x1100
#define MPPA_PWR_STATUS_IDLE 0x1110 /* two bits a core */
#define MPPA_PWR_STATUS_FSM 0x1120  /* two bits a core: 0 resetting, 1 running, 2 asleep */
#define MPPA_PWR_PE_RESET_PC 0x2000 /* 4 KiB aligned */
#define MPPA_PWR_GLOBAL_CONFIG_SET 0x4050
#define MPPA_PWR_GLOBAL_PE_EN (1 << 1)
#define MPPA_PWR_TIMESTAMP 0x4180 /* free running, MPPA_REFERENCE_HZ */

#endif
