/*
 * APIC mailboxes: 128 words a cluster that anybody on the chip can write and that can wake or interrupt cores.
 * Mailboxes 0..16 are the doorbells of the cores; the others are handed out.
 */
#ifndef DRIVERS_MAILBOX_H
#define DRIVERS_MAILBOX_H

#include <stdint.h>

#include "cos/mmio.h"
#include "mppa/cluster_regs.h"
#include "mppa/soc.h"

#define MAILBOX_FIRST_FREE 32

/* Address of a register of a mailbox of this cluster, or of any cluster (for DMA notifications and other clusters). */
static inline uintptr_t mailbox_address(unsigned mailbox)
{
	return MPPA_MAILBOX_OFFSET + mailbox * MPPA_MAILBOX_STRIDE;
}
static inline uintptr_t mailbox_global(unsigned cluster, unsigned mailbox)
{
	return MPPA_CLUSTER_BASE(cluster) + mailbox_address(mailbox);
}

/* Sets function (MPPA_MAILBOX_FUNCT_* | MPPA_MAILBOX_TRIG_*) and mask; the value becomes 0. Own cluster. */
static inline void mailbox_configure(unsigned mailbox, uint64_t function, uint64_t mask)
{
	cos_write64(mailbox_address(mailbox) + MPPA_MAILBOX_FUNCT, 0);
	cos_write64(mailbox_address(mailbox) + MPPA_MAILBOX_VALUE, 0);
	cos_write64(mailbox_address(mailbox) + MPPA_MAILBOX_MASK, mask);
	cos_write64(mailbox_address(mailbox) + MPPA_MAILBOX_FUNCT, function);
}

static inline void mailbox_write(unsigned cluster, unsigned mailbox, uint64_t value)
{
	cos_write64(mailbox_global(cluster, mailbox), value);
}

static inline uint64_t mailbox_read(unsigned mailbox) { return cos_read64(mailbox_address(mailbox)); }
/* The value, which becomes 0. */
static inline uint64_t mailbox_take(unsigned mailbox)
{
	return cos_read64(mailbox_address(mailbox) + MPPA_MAILBOX_LAC);
}

/* A free mailbox of this cluster, MAILBOX_FIRST_FREE or above; -1 if all are taken. Safe between cores. */
int mailbox_alloc(void);
void mailbox_free(unsigned mailbox);

#endif
