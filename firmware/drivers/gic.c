#include "drivers/gic.h"

#include <stddef.h>

#include "cos/cpu.h"
#include "cos/exception.h"

#define IRQ_PRIORITY 1

static struct {
	gic_handler fn;
	void *arg;
} handlers[MPPA_GIC_INPUTS];

static void dispatch(unsigned line, void *argument)
{
	const unsigned core = cos_core_id();

	(void)line, (void)argument;
	for (unsigned word = 0; word < MPPA_GIC_STATUS_WORDS; word++) {
		for (uint64_t pending = gic_take(core, GIC_OUTPUT_IRQ, word); pending; pending &= pending - 1) {
			const unsigned input = 64 * word + (unsigned)__builtin_ctzll(pending);

			if (handlers[input].fn)
				handlers[input].fn(input, handlers[input].arg);
		}
	}
}

void gic_attach(unsigned input, gic_handler fn, void *arg)
{
	handlers[input].arg = arg;
	handlers[input].fn = fn;
	cos_irq_enable(MPPA_LINE_GIC(GIC_OUTPUT_IRQ), IRQ_PRIORITY);
	gic_route(cos_core_id(), GIC_OUTPUT_IRQ, input);
}

void gic_detach(unsigned input)
{
	gic_unroute(cos_core_id(), GIC_OUTPUT_IRQ, input);
	handlers[input].fn = NULL;
}

void gic_init(void)
{
	for (unsigned core = 0; core < MPPA_CORES; core++) {
		for (unsigned output = 0; output < 4; output++) {
			/* The enables are bytes; eight at a time. */
			for (unsigned input = 0; input < MPPA_GIC_INPUTS / 8 * 8; input += 8)
				cos_write64(gic_output(core, output) + MPPA_GIC_ENABLE(input), 0);
			for (unsigned input = MPPA_GIC_INPUTS / 8 * 8; input < MPPA_GIC_INPUTS; input++)
				gic_unroute(core, output, input);
			for (unsigned word = 0; word < MPPA_GIC_STATUS_WORDS; word++)
				(void)gic_take(core, output, word);
		}
	}
	cos_irq_attach(MPPA_LINE_GIC(GIC_OUTPUT_IRQ), dispatch, NULL);
}
