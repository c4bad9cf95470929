/*
 * Random reads and writes of aligned places that are this worker's own, spread over all bdevs. What a place holds is
 * known: zeroes, or words that follow from address and version; every read is checked. A place has one I/O at a time.
 *
 * I/Os may fail and bdevs may go: what a write that failed has left is not known until the next one succeeds.
 */
#include "worker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cos/arena.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/reactor.h"

#define PAGE 4096u
#define PLACES 512u /* of a worker on a bdev */

struct worker;

struct target {
	struct bdev_desc *desc;
	struct cos_io_channel *channel;
	uint64_t first, stride; /* blocks: place n is at first + n * stride */
	uint32_t blocks;	/* of an I/O */
	unsigned out;		/* I/Os */
	bool leaving;		/* takes no more I/O */
	bool removed;		/* to be closed when nothing is out; then desc is NULL */
	struct bench_target *result;
	uint8_t version[PLACES]; /* 0: never written */
	uint8_t state[PLACES];	 /* bits: */
};
#define PLACE_BUSY 1u
#define PLACE_UNKNOWN 2u

struct slot {
	struct worker *worker;
	struct target *target;
	uint64_t *data;
	struct bdev_segment segment;
	uint64_t lba, started;
	unsigned place;
	bool write, out;
};

struct worker {
	struct bench_options options;
	struct target *targets[BENCH_TARGETS];
	unsigned target_count, out;
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

static void close_target(struct target *target)
{
	if (!target->desc)
		return;
	cos_put_io_channel(target->channel);
	bdev_close(target->desc);
	target->desc = NULL;
}

static void on_event(enum bdev_event event, struct bdev *bdev, void *arg)
{
	struct target *target = arg;

	(void)bdev;
	if (event != BDEV_EVENT_REMOVE)
		return;
	target->result->removed++;
	target->leaving = target->removed = true;
	if (!target->out)
		close_target(target);
}

static void finish(struct worker *worker)
{
	for (unsigned i = 0; i < worker->target_count; i++) {
		close_target(worker->targets[i]);
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

static void count_failures(struct bench_target *target, uint16_t status, uint32_t count)
{
	unsigned i = 0;

	while (i < BENCH_STATUSES - 1 && target->failed[i].count && target->failed[i].status != status)
		i++;
	target->failed[i].status = status;
	target->failed[i].count += count;
}

/* What the end of an I/O says of its place. */
static void judge(struct slot *slot, bool ok, uint16_t status)
{
	struct target *target = slot->target;
	struct bench_result *result = slot->worker->result;
	uint8_t *state = &target->state[slot->place];

	if (ok) {
		target->result->ok++;
		if (slot->write)
			*state &= (uint8_t)~PLACE_UNKNOWN;
		else if (slot->worker->options.verify && !(*state & PLACE_UNKNOWN))
			check(slot);
	} else {
		if (!result->errors++)
			cos_printf("bdev_bench: %s lba %lu status %04x\n", target->result->name, slot->lba, status);
		count_failures(target->result, status, 1);
		if (slot->write)
			*state |= PLACE_UNKNOWN;
	}
	*state &= (uint8_t)~PLACE_BUSY;
}

static void submit(struct slot *slot);

static void io_done(struct bdev_io *io, bool ok, void *arg)
{
	struct slot *slot = arg;
	struct worker *worker = slot->worker;
	struct target *target = slot->target;
	const uint64_t now = cos_cycles();

	if (!slot->out)
		cos_panic("bdev_bench: an I/O has ended twice");
	slot->out = false;
	judge(slot, ok, bdev_io_status(io));
	bdev_io_free(io);
	worker->out--;
	if (!--target->out && target->removed)
		close_target(target);
	account(worker, slot, now);
	if (now < worker->end)
		submit(slot);
	if (!worker->out)
		finish(worker);
}

/* Any of those that are still there; NULL: none is. */
static struct target *pick_target(struct worker *worker)
{
	unsigned there = 0;

	for (unsigned i = 0; i < worker->target_count; i++)
		there += !worker->targets[i]->leaving;
	if (!there)
		return NULL;
	unsigned chosen = below(worker, there), i = 0;

	while (worker->targets[i]->leaving || chosen--)
		i++;
	return worker->targets[i];
}

/* What the slot does next on its target. */
static void prepare(struct slot *slot)
{
	struct worker *worker = slot->worker;
	struct target *target = slot->target;

	do
		slot->place = below(worker, PLACES);
	while (target->state[slot->place] & PLACE_BUSY);
	slot->lba = target->first + slot->place * target->stride;
	slot->write = below(worker, 100) >= worker->options.read_percent;
	if (!slot->write)
		return;
	uint8_t *version = &target->version[slot->place];

	*version = *version == UINT8_MAX ? 1 : (uint8_t)(*version + 1);
	fill(slot, *version);
}

/* False: it has been told, or will be, that the bdev goes. */
static bool try_submit(struct slot *slot)
{
	struct target *target = slot->target;
	const struct bdev_request request = {
		.type = slot->write ? BDEV_IO_WRITE : BDEV_IO_READ,
		.segments = &slot->segment,
		.segment_count = 1,
		.lba = slot->lba,
		.blocks = target->blocks,
	};

	slot->started = cos_cycles();
	const int error = bdev_submit(target->desc, target->channel, &request, io_done, slot);

	if (error && error != -ENODEV)
		cos_panic("bdev_bench: bdev_submit: %d", error);
	return !error;
}

static void submit(struct slot *slot)
{
	struct worker *worker = slot->worker;
	const uint64_t start = cos_cycles();

	while ((slot->target = pick_target(worker))) {
		prepare(slot);
		if (try_submit(slot))
			break;
		slot->target->leaving = true;
	}
	if (!slot->target)
		return;
	slot->out = true;
	slot->target->state[slot->place] |= PLACE_BUSY;
	slot->target->out++;
	worker->out++;
	worker->result->submit_cycles += cos_cycles() - start;
	worker->result->submits++;
}

static void open_target(struct worker *worker, struct bdev *bdev, unsigned number, unsigned workers)
{
	struct target *target = cos_zalloc(COS_SMEM, sizeof *target, 64);
	const uint32_t blocks = worker->options.bytes / bdev_block_size(bdev);
	const uint64_t places = bdev_num_blocks(bdev) / blocks;

	if (!target || bdev_open(bdev_name(bdev), true, on_event, target, &target->desc))
		cos_panic("bdev_bench: cannot open %s", bdev_name(bdev));
	target->result = &worker->result->target[worker->target_count];
	snprintf(target->result->name, sizeof target->result->name, "%s", bdev_name(bdev));
	target->channel = bdev_get_channel(target->desc);
	if (!target->channel)
		cos_panic("bdev_bench: no channel of %s", bdev_name(bdev));
	if (places < (uint64_t)PLACES * workers)
		cos_panic("bdev_bench: %s is too small", bdev_name(bdev));
	/* Places of different workers alternate over the whole bdev. */
	target->stride = places / (PLACES * workers) * workers * blocks;
	target->first = places / (PLACES * workers) * number * blocks;
	target->blocks = blocks;
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
	for (struct bdev *bdev = bdev_first(); bdev && worker->target_count < BENCH_TARGETS; bdev = bdev_next(bdev)) {
		if (bdev_claimed_by(bdev))
			continue; /* it is used through what lies on it */
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

static void merge_target(struct bench_target *to, const struct bench_target *from)
{
	memcpy(to->name, from->name, sizeof to->name);
	to->ok += from->ok;
	to->removed += from->removed;
	for (unsigned i = 0; i < BENCH_STATUSES; i++)
		if (from->failed[i].count)
			count_failures(to, from->failed[i].status, from->failed[i].count);
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
	for (unsigned i = 0; i < BENCH_TARGETS; i++)
		merge_target(&to->target[i], &from->target[i]);
	bdev_histogram_merge(&to->read, &from->read);
	bdev_histogram_merge(&to->write, &from->write);
}
