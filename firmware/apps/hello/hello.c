/* All cores of the chip report in: RM of cluster 0, its PEs, then cluster by cluster. */
#include <stdio.h>
#include <string.h>

#include "cos/atomic.h"
#include "cos/cluster.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/doorbell.h"

static COS_SHARED uint32_t reports;  /* cores of this cluster, one bit each */
static COS_SHARED uint32_t complete; /* in cluster 0: clusters whose cores have all reported */

static void report(void)
{
	const unsigned core = cos_core_id();
	char name[8] = "RM";

	if (core != MPPA_RM)
		snprintf(name, sizeof name, "PE%u", core);
	cos_printf("cluster %u %-4s up at %lu us\n", cos_cluster_id(), name,
		   cos_timestamp() * 1000000 / cos_timestamp_hz());
	__atomic_fetch_or(&reports, 1u << core, __ATOMIC_RELEASE);
	cos_doorbell_ring(cos_cluster_id(), MPPA_RM);
}

void cos_pe_main(void) { report(); }

static void wait_for(const uint32_t *flags, uint32_t bit)
{
	for (;;) {
		cos_idle_arm();
		if (cos_load_acquire(flags) >> bit & 1)
			return;
		cos_idle_wait();
	}
}

int main(int argc, char **argv)
{
	const unsigned cluster = cos_cluster_id();

	report();
	for (int i = 1; i < argc; i++)
		cos_printf("cluster %u argument %d: %s\n", cluster, i, argv[i]);
	/* One by one, so that the lines come in the order in which the cores start. */
	for (unsigned pe = 0; pe < MPPA_PES; pe++) {
		cos_start_pes(1u << pe);
		wait_for(&reports, pe);
	}
	__atomic_fetch_or(cos_remote(0, &complete), 1u << cluster, __ATOMIC_RELEASE);
	cos_doorbell_ring(0, MPPA_RM);
	if (cluster != 0)
		return 0;
	unsigned cores = MPPA_CORES;
	for (unsigned other = 1; other < MPPA_CLUSTERS; other++) {
		if (!cos_start_cluster(other))
			continue;
		wait_for(&complete, other);
		cores += (unsigned)__builtin_popcount(*cos_remote(other, &reports));
	}
	cos_printf("%u cores\n", cores);
	return 0;
}
