#include "cos/timer.h"

#include <stddef.h>

#include "cos/cpu.h"
#include "cos/exception.h"
#include "internal.h"

#define TCR_T0CE (1u << 16)
#define TCR_T0IE (1u << 18)
#define TCR_T0ST (1u << 20)
#define TIMER_PRIORITY 1
#define NEVER (~0ul)

static _Thread_local struct {
	void (*fn)(void *arg);
	void *arg;
} expiry;

void cos_timer_stop(void) { __kvx_builtin_wfxl(KVX_SFR_TCR, KVX_WFX(0, TCR_T0CE | TCR_T0IE | TCR_T0ST)); }

static void expired(unsigned line, void *argument)
{
	(void)line, (void)argument;
	cos_timer_stop();
	expiry.fn(expiry.arg);
}

void cos_timer_start(uint64_t cycles, void (*fn)(void *arg), void *arg)
{
	const uint64_t interrupts = cos_irq_save();

	cos_timer_stop();
	expiry.fn = fn;
	expiry.arg = arg;
	__kvx_builtin_set(KVX_SFR_T0R, NEVER);
	__kvx_builtin_set(KVX_SFR_T0V, cycles - 1);
	__kvx_builtin_wfxl(KVX_SFR_TCR, KVX_WFX(TCR_T0CE | TCR_T0IE, 0));
	cos_irq_restore(interrupts);
}

void cos_timer_init_cluster(void) { cos_irq_attach(MPPA_LINE_TIMER0, expired, NULL); }
void cos_timer_init_core(void) { cos_irq_enable(MPPA_LINE_TIMER0, TIMER_PRIORITY); }
