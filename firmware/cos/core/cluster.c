/* Start of PEs (power controller) and of other clusters (images from DDR, FTU); wake-up routing. */
#include "cos/cluster.h"

#include <stddef.h>
#include <string.h>

#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/doorbell.h"
#include "cos/mmio.h"
#include "drivers/ftu.h"
#include "drivers/gic.h"
#include "elf_image.h"
#include "internal.h"

extern char _start[];

static uint32_t running_pes;

uint32_t cos_running_pes(void) { return cos_load_acquire(&running_pes); }
uint32_t cos_running_clusters(void) { return cos_load_acquire(&cos_chip()->running_clusters); }
uint64_t cos_ddr_size(void) { return cos_chip()->ddr_size; }

void cos_cluster_init(void)
{
	gic_init();
	for (unsigned core = 0; core < MPPA_CORES; core++)
		mailbox_configure(core, MPPA_MAILBOX_FUNCT_OR | MPPA_MAILBOX_TRIG_DOORBELL, ~0ul);
	cos_timer_init_cluster();
}

void cos_core_init(unsigned core)
{
	cos_reactor_init_core(core);
	gic_route(core, GIC_OUTPUT_WAKE, core);
	cos_timer_init_core();
	__kvx_builtin_wfxl(KVX_SFR_PS, KVX_WFX(KVX_PS_IE, 0));
}

void cos_pe_online(unsigned pe)
{
	__atomic_fetch_or(&running_pes, 1u << pe, __ATOMIC_RELEASE);
	cos_doorbell_ring(cos_cluster_id(), MPPA_RM);
}

void cos_cluster_online(void)
{
	__atomic_fetch_or(&cos_chip()->running_clusters, 1u << cos_cluster_id(), __ATOMIC_RELEASE);
	cos_doorbell_ring(0, MPPA_RM);
}

/* Sleeps until all wanted flags are set; who sets one rings. */
static void wait_for(const uint32_t *flags, uint32_t wanted)
{
	for (;;) {
		cos_idle_arm();
		if ((cos_load_acquire(flags) & wanted) == wanted)
			return;
		cos_idle_wait();
	}
}

void cos_start_pes(uint32_t mask)
{
	mask &= COS_ALL_PES;
	cos_write64(MPPA_PWR_OFFSET + MPPA_PWR_GLOBAL_CONFIG_SET, MPPA_PWR_GLOBAL_PE_EN);
	cos_write64(MPPA_PWR_OFFSET + MPPA_PWR_PE_RESET_PC, (uint64_t)_start);
	for (unsigned pe = 0; pe < MPPA_PES; pe++) {
		const uint32_t bit = 1u << pe;

		if (!(mask & bit & ~cos_running_pes()))
			continue;
		cos_write64(MPPA_PWR_OFFSET + MPPA_PWR_WUP_SET, bit);
		cos_write64(MPPA_PWR_OFFSET + MPPA_PWR_WUP_CLEAR, bit);
	}
	wait_for(&running_pes, mask);
}

/* Fills the argument area as the vendor's run time expects it: structure, pointers, strings. Pointers are local. */
static void write_arguments(unsigned cluster, const struct mppa_boot_image *image)
{
	char *area = (char *)(MPPA_CLUSTER_BASE(cluster) + (uintptr_t)&MPPA_ARGAREA_START);
	struct cos_arguments *head = (struct cos_arguments *)area;
	uint64_t *pointers = (uint64_t *)(head + 1);
	char *strings = (char *)(pointers + image->argc + 2);
	const uint64_t local = (uint64_t)strings - MPPA_CLUSTER_BASE(cluster);
	uint64_t at = 0;

	memset(head, 0, sizeof *head);
	if (strings + image->arguments_size > area + COS_ARGUMENTS_SIZE)
		cos_panic("arguments of cluster %u do not fit the argument area", cluster);
	memcpy(strings, (const void *)image->arguments, image->arguments_size);
	for (uint32_t i = 0; i < image->argc; i++) {
		pointers[i] = local + at;
		at += strlen((const char *)image->arguments + at) + 1;
	}
	pointers[image->argc] = pointers[image->argc + 1] = 0;
	head->spawn_type = COS_SPAWNED_BY_COS;
	head->frequency = (uint32_t)cos_clock_hz();
	head->argc = image->argc;
	head->argv = (uint64_t)pointers - MPPA_CLUSTER_BASE(cluster);
	head->envp = head->argv + 8 * (image->argc + 1);
	head->magic = COS_ARGUMENTS_MAGIC;
}

bool cos_start_cluster(unsigned cluster)
{
	const struct mppa_boot_table *table = cos_boot_table();
	const struct mppa_boot_image *image = NULL;

	for (uint32_t i = 0; table && i < table->images; i++)
		if (table->image[i].cluster == cluster && table->image[i].elf)
			image = &table->image[i];
	if (!image)
		return false;
	ftu_reset_cluster(cluster);
	const char *error = elf_image_load((const void *)image->elf, image->elf_size, cluster);
	if (error)
		cos_panic("image of cluster %u: %s", cluster, error);
	write_arguments(cluster, image);
	kvx_fence();
	ftu_start_cluster(cluster, (uint32_t)image->entry);
	wait_for(&cos_chip()->running_clusters, 1u << cluster);
	return true;
}
