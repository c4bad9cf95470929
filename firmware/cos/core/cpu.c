#include "cos/cpu.h"

#include "cos/mmio.h"
#include "internal.h"
#include "drivers/gic.h"
#include "mppa/cluster_regs.h"

uint64_t cos_clock_hz(void) { return cos_chip()->clock_hz; }
uint64_t cos_timestamp_hz(void) { return cos_chip()->timestamp_hz; }
uint64_t cos_timestamp(void) { return cos_read64(MPPA_PWR_OFFSET + MPPA_PWR_TIMESTAMP); }

void cos_delay_cycles(uint64_t cycles)
{
	const uint64_t start = cos_cycles();

	while (cos_cycles() - start < cycles)
		;
}

void cos_delay_us(uint64_t microseconds) { cos_delay_cycles(microseconds * (cos_clock_hz() / 1000000)); }

void cos_idle_arm(void)
{
	const unsigned core = cos_core_id();

	/* First the old wake-up, then what the output has captured: it only rises from low. In the other order a ring
	 * in between would leave it high with no wake-up left, and no later ring would end the wait. */
	__kvx_builtin_wfxl(KVX_SFR_WS, KVX_WFX(0, 1));
	for (unsigned word = 0; word < MPPA_GIC_STATUS_WORDS; word++)
		(void)gic_take(core, GIC_OUTPUT_WAKE, word);
	__asm__ volatile("" ::: "memory");
}
