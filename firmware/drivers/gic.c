#include "drivers/gic.h"

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
}
