/* What a processing core does in the benchmark. */
#ifndef BDEV_BENCH_WORKER_H
#define BDEV_BENCH_WORKER_H

#include "bdev/bdev.h"
#include "bdev/histogram.h"

struct bench_options {
	unsigned clusters, pes; /* that do I/O */
	unsigned depth;		/* I/Os of a PE that are out */
	unsigned bytes;		/* of an I/O */
	unsigned read_percent;
	unsigned warm_up_us, us; /* measured */
	unsigned verify;	 /* 0: nothing, 1: a word of every 64 bytes, 2: all */
	unsigned queue_entries;	 /* of an SSD's queue pair */
};

#define BENCH_TARGETS 16u
#define BENCH_STATUSES 4u

/* How I/Os on a bdev ended. */
struct bench_target {
	char name[16];
	uint32_t ok;
	uint32_t removed; /* workers that were told that it goes */
	struct {
		uint32_t count;
		uint16_t status;
	} failed[BENCH_STATUSES]; /* of the first different ones; the last one stands for all others, too */
};

/* Sums over workers. */
struct bench_result {
	uint64_t ios, bytes;	     /* while measured */
	uint64_t errors, mismatches; /* always */
	uint64_t verified;	     /* reads that were checked */
	uint64_t cycles;	     /* longest measured time of a worker */
	uint64_t submit_cycles, submits;
	uint64_t sleeps;		   /* of the cores, to wait for completions or whatever else */
	struct bdev_histogram read, write; /* cycles */
	struct bench_target target[BENCH_TARGETS];
};

/* Opens all bdevs that nothing lies on, on this core; ready(arg) is called here when their queue pairs work. `number`
 * of `workers` in the whole chip. */
struct worker;
struct worker *worker_open(const struct bench_options *options, unsigned number, unsigned workers,
			   void (*ready)(void *arg), void *arg);
/* Begins; done(result) is called here when it is over, or all bdevs have gone, and everything is closed. The result is
 * the callee's to free. */
void worker_run(struct worker *worker, void (*done)(struct bench_result *result));

void bench_result_merge(struct bench_result *to, const struct bench_result *from);

#endif
