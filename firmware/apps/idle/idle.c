/* All 85 cores run reactors that have nothing to do, for a given time: what an idle system costs. Arguments:
 * milliseconds (default 10), `poll` (every PE has a poller that must be called again and again) or `sleep` (default:
 * all can sleep). */
#include <stdlib.h>
#include <string.h>

#include "cos/cluster.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/reactor.h"

/* What a queue's poller looks at: nobody ever writes it. */
static volatile uint64_t doorbell[MPPA_PES][8];

static int look(void *arg) { return *(volatile uint64_t *)arg ? COS_POLLER_BUSY : COS_POLLER_IDLE; }

static void add_poller(void *arg1, void *arg2)
{
	struct cos_poller *poller = cos_poller_register(look, (void *)&doorbell[cos_core_id()], 0);

	(void)arg2;
	if (!poller)
		cos_panic("no memory");
	if (!arg1)
		cos_poller_set_wakeup(poller, -1);
}

static int end(void *arg)
{
	(void)arg;
	cos_printf("%u clusters were idle\n", (unsigned)__builtin_popcount(cos_running_clusters()));
	cos_exit(0);
}

int main(int argc, char **argv)
{
	const uint64_t ms = argc > 1 ? (uint64_t)atol(argv[1]) : 10;
	const bool poll = argc > 2 && strcmp(argv[2], "poll") == 0;

	cos_start_pes(COS_ALL_PES);
	for (unsigned pe = 0; pe < MPPA_PES; pe++)
		cos_event_call(pe, add_poller, poll ? (void *)1 : NULL, NULL);
	if (cos_cluster_id() == 0) {
		for (unsigned cluster = 1; cluster < MPPA_CLUSTERS; cluster++)
			cos_start_cluster(cluster);
		cos_poller_register(end, NULL, ms * 1000);
	}
	cos_reactor_run();
	return 0;
}
