#include "cos/watchdog.h"

#include "../core/internal.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/exception.h"

#define TCR_WCE (1u << 24)
#define TCR_WIE (1u << 25)
#define TCR_WUS (1u << 27)
#define WATCHDOG_PRIORITY 2 /* above timer and devices */

static void expired(unsigned line, void *argument)
{
	(void)line, (void)argument;
	__kvx_builtin_wfxl(KVX_SFR_TCR, KVX_WFX(0, TCR_WUS));
	/* The reactor takes the request of the last period away when it comes round. */
	if (cos_reactor_request_sign_of_life())
		return;
	cos_printf("*** cluster %u core %u: watchdog: the reactor hangs\n", cos_cluster_id(), cos_core_id());
	cos_crash(cos_interrupted_context());
}

void cos_watchdog_start(uint64_t period_us)
{
	__kvx_builtin_wfxl(KVX_SFR_TCR, KVX_WFX(0, TCR_WCE | TCR_WIE | TCR_WUS));
	if (!period_us)
		return;
	const uint64_t period = period_us * (cos_clock_hz() / 1000000);

	cos_irq_attach(MPPA_LINE_WATCHDOG, expired, (void *)0);
	cos_irq_enable(MPPA_LINE_WATCHDOG, WATCHDOG_PRIORITY);
	__kvx_builtin_set(KVX_SFR_WDR, period);
	__kvx_builtin_set(KVX_SFR_WDV, period);
	__kvx_builtin_wfxl(KVX_SFR_TCR, KVX_WFX(TCR_WCE | TCR_WIE, 0));
}
