/* Ends badly, in the way the argument says: `hang` (a reactor that its watchdog catches), `panic`, `fault` (a write
 * through a null pointer, three calls deep), `irqfault` (the same in an interrupt handler), `overflow` (of the stack).
 * For the tests of the reports and of the host tool that decodes them. */
#include <string.h>

#include "cos/cluster.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/log.h"
#include "cos/reactor.h"
#include "cos/timer.h"
#include "cos/watchdog.h"

#define TRACE_CRASH 1u
#define PERIOD_US 100

static void hang(void *arg1, void *arg2)
{
	(void)arg1, (void)arg2;
	cos_watchdog_start(PERIOD_US);
	COS_LOG(COS_LOG_WARNING, "core %u hangs now", cos_core_id());
	COS_LOG(COS_LOG_DEBUG, "this level is not kept");
	COS_LOG(COS_LOG_ERROR, "arguments %d 0x%lx %c", -1, 0xabcdul, 'x');
	COS_TRACE(TRACE_CRASH, "traced");
	COS_TRACE(TRACE_CRASH << 1, "this group is not traced");
	for (;;)
		;
}

static void guard(void *arg1, void *arg2)
{
	(void)arg1, (void)arg2;
	cos_watchdog_start(PERIOD_US);
}

static __attribute__((noinline)) void innermost(volatile uint64_t *nowhere) { *nowhere = 1; }
static __attribute__((noinline)) void inner(volatile uint64_t *nowhere)
{
	innermost(nowhere);
	COS_LOG(COS_LOG_INFO, "never reached");
}

static void bad_handler(void *arg) { innermost(arg); }

static unsigned deep(volatile unsigned *depth)
{
	volatile unsigned local[16];

	local[0] = ++*depth;
	return *depth ? deep(depth) + local[0] : 0;
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "panic";

	cos_trace_groups = TRACE_CRASH;
	cos_start_pes(1u << 2 | 1u << 3);
	if (strcmp(how, "hang") == 0) {
		cos_event_call(3, guard, NULL, NULL);
		cos_delay_us(10 * PERIOD_US);
		cos_printf("core 3 is alive after %u periods\n", 10);
		cos_event_call(2, hang, NULL, NULL);
		for (;;)
			cos_idle_wait(); /* the other core ends the run */
	}
	COS_LOG(COS_LOG_INFO, "about to end: %u", argc);
	if (strcmp(how, "fault") == 0)
		inner(NULL);
	if (strcmp(how, "irqfault") == 0) {
		cos_timer_start(100, bad_handler, NULL);
		cos_delay_us(10);
	}
	if (strcmp(how, "overflow") == 0) {
		volatile unsigned depth = 0;

		deep(&depth);
	}
	cos_panic("asked for by the command line, %d", 42);
}
