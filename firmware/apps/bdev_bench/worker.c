/*
 * Random reads and writes of aligned places that are this worker's own, spread over all bdevs. What a place holds is
 * known: zeroes, or words that follow from address and version; every read is checked. A place has one I/O at a time.
 */
#include "worker.h"

#include <stdlib.h>
#include <string.h>

#include "cos/arena.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/reactor.h"

#define TARGETS_MAX 32u
#define PAGE 4096u
#define PLACES 512u /* of a worker on a bdev */

struct worker;

struct target {
	struct bdev_desc *desc;
	struct cos_io_channel *channel;
	uint64_t first, stride;	 /* blocks: place n is at first + n * stride */
	uint8_t version[PLACES]; /* 0: never written */
	bool busy[PLACES];
};

struct slot {
	struct worker *worker;
	struct target *target;
	uint64_t *data;
	struct bdev_segment segment;
	uint64_t lba, started;
	unsigned place;
	bool write;
};

struct worker {
	struct bench_options options;
	struct target *targets[TARGETS_MAX];
	unsigned target_count, out, blocks;
	uint64_t random, begin, end; /* cycles */
	struct bench_result *result;
	char *data; /* of all slots */
	void (*ready)(void *arg);
	void *arg;
	void (*done)(struct bench_result *result);
	struct slot slots[];
};

static uint64_t next_random(struct worker *worker)
{
	/* xorshift64* */
	worker->random ^= worker->random >> 12;
	worker->random ^= worker->random << 25;
	worker->random ^= worker->random >> 27;
	return worker->random * 0x2545f4914f6cdd1dull;
}

static unsigned below(struct worker *worker, unsigned bound)
{
	return (unsigned)((next_random(worker) >> 32) * bound >> 32);
}

static uint64_t word_of(uint64_t lba, unsigned version, unsigned index)
{
	return version ? (lba << 16 | version) * 0x9e3779b97f4a7c15ull + index : 0;
}

/* Distance of the words that are written and checked. */
static unsigned step(const struct worker *worker) { return worker->options.verify == 2 ? 1 : 8; }

static void fill(const struct slot *slot, unsigned version)
{
	for (unsigned i = 0; i < slot->worker->options.bytes / 8; i += step(slot->worker))
		slot->data[i] = word_of(slot->lba, version, i);
}

static void check(const struct slot *slot)
{
	struct bench_result *result = slot->worker->result;
	const unsigned version = slot->target->version[slot->place];

	for (unsigned i = 0; i < slot->worker->options.bytes / 8; i += step(slot->worker)) {
		if (slot->data[i] == word_of(slot->lba, version, i))
			continue;
		if (!result->mismatches++)
			cos_printf("bdev_bench: lba %lu version %u word %u is %016lx\n", slot->lba, version, i,
				   slot->data[i]);
		return;
	}
	result->verified++;
}

static void submit(struct slot *slot);

static void finish(struct worker *worker)
{
	for (unsigned i = 0; i < worker->target_count; i++) {
		cos_put_io_channel(worker->targets[i]->channel);
		bdev_close(worker->targets[i]->desc);
		cos_free(worker->targets[i]);
	}
	cos_dma_free(worker->data);
	worker->result->sleeps = cos_reactor_stats(cos_core_id()).sleeps;
	worker->done(worker->result);
	cos_free(worker);
}

static void account(struct worker *worker, const struct slot *slot, uint64_t now)
{
	struct bench_result *result = worker->result;

	if (now < worker->begin || now >= worker->end)
		return;
	result->ios++;
	result->bytes += worker->options.bytes;
	bdev_histogram_add(slot->write ? &result->write : &result->read, now - slot->started);
}

static void io_done(struct bdev_io *io, bool ok, void *arg)
{
	struct slot *slot = arg;
	struct worker *worker = slot->worker;
	const uint64_t now = cos_cycles();

	if (!ok) {
		if (!worker->result->errors++)
			cos_printf("bdev_bench: lba %lu status %04x\n", slot->lba, bdev_io_status(io));
	} else if (!slot->write && worker->options.verify) {
		check(slot);
	}
	bdev_io_free(io);
	slot->target->busy[slot->place] = false;
	worker->out--;
	account(worker, slot, now);
	if (now < worker->end)
		submit(slot);
	else if (!worker->out)
		finish(worker);
}

static void submit(struct slot *slot)
{
	struct worker *worker = slot->worker;
	const uint64_t start = cos_cycles();

	slot->target = worker->targets[below(worker, worker->target_count)];
	do
		slot->place = below(worker, PLACES);
	while (slot->target->busy[slot->place]);
	slot->target->busy[slot->place] = true;
	slot->lba = slot->target->first + slot->place * slot->target->stride;
	slot->write = below(worker, 100) >= worker->options.read_percent;
	if (slot->write) {
		uint8_t *version = &slot->target->version[slot->place];

		*version = *version == UINT8_MAX ? 1 : (uint8_t)(*version + 1);
		fill(slot, *version);
	}
	slot->started = cos_cycles();
	const struct bdev_request request = {
		.type = slot->write ? BDEV_IO_WRITE : BDEV_IO_READ,
		.segments = &slot->segment,
		.segment_count = 1,
		.lba = slot->lba,
		.blocks = worker->blocks,
	};
	const int error = bdev_submit(slot->target->desc, slot->target->channel, &request, io_done, slot);

	if (error)
		cos_panic("bdev_bench: bdev_submit: %d", error);
	worker->result->submit_cycles += cos_cycles() - start;
	worker->result->submits++;
	worker->out++;
}

static void open_target(struct worker *worker, struct bdev *bdev, unsigned number, unsigned workers)
{
	struct target *target = cos_zalloc(COS_SMEM, sizeof *target, 64);
	const uint64_t places = bdev_num_blocks(bdev) / worker->blocks;

	if (!target || bdev_open(bdev_name(bdev), true, NULL, NULL, &target->desc))
		cos_panic("bdev_bench: cannot open %s", bdev_name(bdev));
	target->channel = bdev_get_channel(target->desc);
	if (!target->channel)
		cos_panic("bdev_bench: no channel of %s", bdev_name(bdev));
	if (places < (uint64_t)PLACES * workers)
		cos_panic("bdev_bench: %s is too small", bdev_name(bdev));
	/* Places of different workers alternate over the whole bdev. */
	target->stride = places / (PLACES * workers) * workers * worker->blocks;
	target->first = places / (PLACES * workers) * number * worker->blocks;
	worker->targets[worker->target_count++] = target;
}

static void flushed(struct bdev_io *io, bool ok, void *arg)
{
	struct worker *worker = arg;

	bdev_io_free(io);
	if (!ok)
		worker->result->errors++;
	if (!--worker->out)
		worker->ready(worker->arg);
}

/* A flush of each bdev comes back when its queue pair has been created. */
static void prime(struct worker *worker)
{
	worker->out = worker->target_count;
	for (unsigned i = 0; i < worker->target_count; i++) {
		const struct target *target = worker->targets[i];

		if (bdev_flush(target->desc, target->channel, 0, 1, flushed, worker))
			cos_panic("bdev_bench: cannot flush");
	}
}

struct worker *worker_open(const struct bench_options *options, unsigned number, unsigned workers,
			   void (*ready)(void *arg), void *arg)
{
	struct worker *worker = cos_zalloc(COS_SMEM, sizeof *worker + options->depth * sizeof *worker->slots, 64);
	uint64_t address;

	if (!worker)
		cos_panic("bdev_bench: no memory");
	worker->options = *options;
	worker->random = 0x9e3779b97f4a7c15ull * (number + 1);
	worker->ready = ready;
	worker->arg = arg;
	worker->result = cos_zalloc(COS_SMEM, sizeof *worker->result, 64);
	worker->data = cos_dma_alloc(COS_SMEM, options->depth * options->bytes, PAGE, &address);
	for (struct bdev *bdev = bdev_first(); bdev && worker->target_count < TARGETS_MAX; bdev = bdev_next(bdev)) {
		worker->blocks = options->bytes / bdev_block_size(bdev);
		open_target(worker, bdev, number, workers);
	}
	if (!worker->data || !worker->result || !worker->target_count)
		cos_panic("bdev_bench: no memory, or no bdev");
	for (unsigned i = 0; i < options->depth; i++)
		worker->slots[i] = (struct slot){
			.worker = worker,
			.data = (uint64_t *)(worker->data + i * options->bytes),
			.segment = {address + i * options->bytes, options->bytes},
		};
	prime(worker);
	return worker;
}

void worker_run(struct worker *worker, void (*done)(struct bench_result *result))
{
	const uint64_t cycles_per_us = cos_clock_hz() / 1000000;

	worker->done = done;
	worker->result->cycles = worker->options.us * cycles_per_us;
	worker->begin = cos_cycles() + worker->options.warm_up_us * cycles_per_us;
	worker->end = worker->begin + worker->result->cycles;
	for (unsigned i = 0; i < worker->options.depth; i++)
		submit(&worker->slots[i]);
}

void bench_result_merge(struct bench_result *to, const struct bench_result *from)
{
	to->ios += from->ios;
	to->bytes += from->bytes;
	to->errors += from->errors;
	to->mismatches += from->mismatches;
	to->verified += from->verified;
	to->submit_cycles += from->submit_cycles;
	to->submits += from->submits;
	to->sleeps += from->sleeps;
	if (from->cycles > to->cycles)
		to->cycles = from->cycles;
	bdev_histogram_merge(&to->read, &from->read);
	bdev_histogram_merge(&to->write, &from->write);
}
