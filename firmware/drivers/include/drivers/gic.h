/*
 * The cluster's interrupt controller. Each core has four outputs, its lines MPPA_LINE_GIC(0..3). ClusterOS uses output
 * 0 of a core for wake-ups without an interrupt (doorbell), output 1 for interrupts with a handler; 2 and 3 are free.
 */
#ifndef DRIVERS_GIC_H
#define DRIVERS_GIC_H

#include <stdint.h>

#include "cos/mmio.h"
#include "mppa/cluster_regs.h"
#include "mppa/soc.h"

#define GIC_OUTPUT_WAKE 0
#define GIC_OUTPUT_IRQ 1

static inline uintptr_t gic_output(unsigned core, unsigned output)
{
	return MPPA_GIC_OFFSET + MPPA_GIC_OUTPUT(core, output);
}

/* All inputs off and forgotten for all outputs of all cores; the RM does it at boot. */
void gic_init(void);

/* Routes an input (mailbox number or MPPA_GIC_INPUT_*) to an output of a core, or no longer. */
static inline void gic_route(unsigned core, unsigned output, unsigned input)
{
	*(volatile uint8_t *)(gic_output(core, output) + MPPA_GIC_ENABLE(input)) = 1;
}

static inline void gic_unroute(unsigned core, unsigned output, unsigned input)
{
	*(volatile uint8_t *)(gic_output(core, output) + MPPA_GIC_ENABLE(input)) = 0;
}

/* Captured inputs 64 * word .. 64 * word + 63 of an output, forgotten by the read. Only then can the output rise again.
 */
static inline uint64_t gic_take(unsigned core, unsigned output, unsigned word)
{
	return cos_read64(gic_output(core, output) + MPPA_GIC_STATUS_LAC(word));
}

/*
 * Interrupts: fn(input, arg) runs on the calling core, as an interrupt handler, when the input pulses. One handler an
 * input and cluster. Detaching is for the same core.
 */
typedef void (*gic_handler)(unsigned input, void *arg);
void gic_attach(unsigned input, gic_handler fn, void *arg);
void gic_detach(unsigned input);

#endif
