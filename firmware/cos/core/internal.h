/* What the parts of ClusterOS share and applications do not see. */
#ifndef COS_INTERNAL_H
#define COS_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "cos/exception.h"
#include "cos/sync.h"
#include "mppa/soc.h"

/* Chip control block: lives in the shared area of cluster 0 and is used by all clusters through its global address. */
struct cos_chip {
	struct cos_spinlock console;
	uint32_t running_clusters; /* one bit each */
	uint32_t reserved;
	uint64_t clock_hz;
	uint64_t timestamp_hz;
	uint64_t ddr_size;
	uint64_t ddr_free_end; /* above: boot table and images */
};

/* The block, from any cluster. */
struct cos_chip *cos_chip(void);

/* The argument area of the vendor's run time; whoever starts an image fills it. Addresses are local to the cluster. */
struct cos_arguments {
	uint32_t magic, spawn_type, spawner, remote_console, frequency, argc, envc, padding;
	uint64_t argv, envp;
};
#define COS_ARGUMENTS_MAGIC 0xdeadbeefu
#define COS_ARGUMENTS_SIZE 0x1000
#define COS_SPAWNED_BY_COS 6
extern struct cos_arguments MPPA_ARGAREA_START;

/* exception.S */
extern char __cos_exception_vectors[];

/* Reports a context that cannot go on, with the log of the core, and ends the run. */
_Noreturn void cos_crash(const struct cos_context *context);
/* In an interrupt handler: what it interrupted. */
const struct cos_context *cos_interrupted_context(void);

/* Gives this core its exception stacks and takes exceptions from now on. */
void cos_exception_init(void);
/* Doorbell, wake-up routing and interrupts of this core. */
void cos_core_init(unsigned core);
/* Tells the RM that waits in cos_start_pes(), and the one in cos_start_cluster(). */
void cos_pe_online(unsigned pe);
void cos_cluster_online(void);
/* Doorbells and interrupt controller of the cluster; RM only. */
void cos_cluster_init(void);

void cos_timer_init_cluster(void);
void cos_timer_init_core(void);
/* Asks this core's reactor to show that it comes round; false if it has not answered the last time. */
bool cos_reactor_request_sign_of_life(void);
/* Empties the event ring and the inbox of this core. */
void cos_reactor_init_core(unsigned core);

/* The lowest part of every stack, not mapped. */
#define COS_GUARD_BYTES 0x1000

/* Collects what the cores of the cluster may access; RM only, with the MMU off. */
void cos_mmu_init_cluster(void);
/* Fills this core's TLB and switches the MMU on. */
void cos_mmu_init_core(unsigned core);
/* Enters the page of an address that is in a region; false if nobody may access it. */
bool cos_mmu_refill(uint64_t address);

#endif
