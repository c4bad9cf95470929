/* Micro-benchmarks: the parts and what they share. All run in cluster 0 unless they say otherwise. */
#ifndef MICROBENCH_BENCH_H
#define MICROBENCH_BENCH_H

#include <stdint.h>

#include "cos/reactor.h"

/* One line of the table. `published` 0: no figure is public. `source` names where it comes from. */
void bench_title(const char *title);
void bench_row(const char *what, double measured, const char *unit, double published, const char *source);

/* Calls fn(arg1, arg2) on the first `pes` PEs of this cluster and waits until all have returned; called by the RM. */
void bench_on_pes(unsigned pes, cos_event_fn fn, void *arg1, void *arg2);
/* A barrier of the PEs that run now; for use inside bench_on_pes(). */
void bench_sync(void);

/* bytes in cycles, in GB/s */
double bench_gbps(uint64_t bytes, uint64_t cycles);
double bench_ns(uint64_t cycles);

void bench_latency(void);
void bench_atomics(void);
void bench_bandwidth(void);
void bench_memory(void);
void bench_dma(void);
void bench_noc(void);
void bench_sync_costs(void);
void bench_chip_barrier(void);

/* What the other clusters do: registers the messages they answer. In every cluster. */
void bench_sync_register(void);
void bench_noc_register(void);
void bench_memory_register(void);

#endif
