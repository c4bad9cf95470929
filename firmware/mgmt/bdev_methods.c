/* bdev_get_bdevs, bdev_get_iostat, bdev_malloc_create ...: parameters and results as SPDK's JSON-RPC describes them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bdev/bdev.h"
#include "bdev/module.h"
#include "bdev/modules.h"
#include "cos/arena.h"
#include "cos/cpu.h"
#include "mgmt/bdev_methods.h"
#include "mgmt/rpc.h"
#include "stacked_methods.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- What there is ---------------------------------------------------------------------------------------------- */

static void put_types(struct json_writer *w, const struct bdev *bdev)
{
	static const struct {
		const char *name;
		enum bdev_io_type type;
	} kTypes[] = {
		{"read", BDEV_IO_READ},	  {"write", BDEV_IO_WRITE},	{"unmap", BDEV_IO_UNMAP},
		{"flush", BDEV_IO_FLUSH}, {"compare", BDEV_IO_COMPARE}, {"write_zeroes", BDEV_IO_WRITE_ZEROES},
		{"reset", BDEV_IO_RESET},
	};

	json_open_object(w, "supported_io_types");
	for (unsigned i = 0; i < COUNT(kTypes); i++)
		json_bool(w, kTypes[i].name, bdev_io_type_supported(bdev, kTypes[i].type));
	json_close_object(w);
}

static void put_bdev(struct json_writer *w, const struct bdev *bdev)
{
	json_open_object(w, NULL);
	json_string(w, "name", bdev_name(bdev));
	json_open_array(w, "aliases");
	json_uuid(w, NULL, bdev_uuid(bdev));
	json_close_array(w);
	json_string(w, "product_name", bdev_product(bdev));
	json_u64(w, "block_size", bdev_block_size(bdev));
	json_u64(w, "num_blocks", bdev_num_blocks(bdev));
	json_uuid(w, "uuid", bdev_uuid(bdev));
	json_bool(w, "claimed", bdev_claimed_by(bdev) != NULL);
	if (bdev_claimed_by(bdev))
		json_string(w, "claim_type", "exclusive_write");
	json_bool(w, "zoned", false);
	put_types(w, bdev);
	json_open_object(w, "driver_specific");
	json_string(w, "module", bdev_module_name(bdev));
	json_close_object(w);
	json_close_object(w);
}

static void get_bdevs(struct rpc_request *request)
{
	struct {
		char name[BDEV_NAME_MAX];
		uint64_t timeout;
	} p = {"", 0};
	static const struct rpc_param kParams[] = {
		{"name", RPC_STRING, false, 0, BDEV_NAME_MAX},
		{"timeout", RPC_U64, false, BDEV_NAME_MAX, 8},
	};
	struct json_writer *w = rpc_result(request);

	if (!rpc_decode(request, rpc_params(request), kParams, COUNT(kParams), &p))
		return;
	if (p.name[0] && !bdev_get_by_name(p.name)) {
		rpc_errno(request, -ENODEV);
		return;
	}
	json_open_array(w, NULL);
	for (struct bdev *bdev = bdev_first(); bdev; bdev = bdev_next(bdev))
		if (!p.name[0] || strcmp(bdev_name(bdev), p.name) == 0)
			put_bdev(w, bdev);
	json_close_array(w);
	rpc_done(request);
}

/* --- Statistics --------------------------------------------------------------------------------------------------- */

/* I/O is done in all clusters: each adds up its cores and publishes the sums; cluster 0, which comes last, adds those
 * of the others to its own, bdev by bdev. */
struct published {
	char name[BDEV_NAME_MAX];
	struct bdev_io_stat stat;
};
#define PUBLISHED 64
static COS_SHARED uint64_t published_at; /* global address of `published_count` struct published */
static COS_SHARED uint64_t published_count;

/* The bdevs one after the other: each has to ask its cores. */
static struct {
	struct rpc_request *request;
	struct bdev *bdev;
	bool one;
	struct bdev_io_stat stat;
	struct published *published;
	unsigned count;
} iostat;

static void put_stat(struct bdev_io_stat *stat, void *arg);

static void publish(void)
{
	published_at = cos_global_address(iostat.published);
	published_count = iostat.count;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static void next_stat(void)
{
	struct json_writer *w = rpc_result(iostat.request);

	if (iostat.bdev) {
		bdev_get_stat(iostat.bdev, &iostat.stat, put_stat, NULL);
		return;
	}
	if (!rpc_is_control())
		publish();
	json_close_array(w);
	json_close_object(w);
	rpc_done(iostat.request);
}

static void add_stat(struct bdev_io_stat *sum, const struct bdev_io_stat *stat)
{
	for (unsigned type = 0; type < BDEV_IO_TYPES; type++) {
		sum->operations[type] += stat->operations[type];
		sum->bytes[type] += stat->bytes[type];
		sum->cycles[type] += stat->cycles[type];
		if (stat->max_cycles[type] > sum->max_cycles[type])
			sum->max_cycles[type] = stat->max_cycles[type];
	}
	sum->errors += stat->errors;
}

static void add_others(struct bdev_io_stat *sum, const char *name)
{
	for (unsigned cluster = 0; cluster < MPPA_CLUSTERS; cluster++) {
		const struct published *entry;

		if (!(rpc_others() >> cluster & 1))
			continue;
		entry = (const struct published *)(uintptr_t)*cos_remote(cluster, &published_at);
		for (uint64_t i = 0; i < *cos_remote(cluster, &published_count); i++)
			if (strcmp(entry[i].name, name) == 0)
				add_stat(sum, &entry[i].stat);
	}
}

/* This cluster's part of the sum; false: there are more bdevs than there is room for. */
static bool remember(const struct bdev_io_stat *stat)
{
	if (iostat.count == PUBLISHED)
		return false;
	snprintf(iostat.published[iostat.count].name, BDEV_NAME_MAX, "%s", bdev_name(iostat.bdev));
	iostat.published[iostat.count++].stat = *stat;
	return true;
}

static void put_type(struct json_writer *w, const struct bdev_io_stat *stat, enum bdev_io_type type,
		     const char *const names[4])
{
	json_u64(w, names[0], stat->bytes[type]);
	json_u64(w, names[1], stat->operations[type]);
	json_u64(w, names[2], stat->cycles[type]);
	json_u64(w, names[3], stat->max_cycles[type]);
}

static void put_stat(struct bdev_io_stat *stat, void *arg)
{
	static const char *const kRead[] = {"bytes_read", "num_read_ops", "read_latency_ticks",
					    "max_read_latency_ticks"};
	static const char *const kWrite[] = {"bytes_written", "num_write_ops", "write_latency_ticks",
					     "max_write_latency_ticks"};
	static const char *const kUnmap[] = {"bytes_unmapped", "num_unmap_ops", "unmap_latency_ticks",
					     "max_unmap_latency_ticks"};
	struct json_writer *w = rpc_result(iostat.request);

	(void)arg;
	if (rpc_is_control()) {
		add_others(stat, bdev_name(iostat.bdev));
	} else if (!remember(stat)) {
		rpc_errno(iostat.request, -ENOSPC);
		return;
	}
	json_open_object(w, NULL);
	json_string(w, "name", bdev_name(iostat.bdev));
	put_type(w, stat, BDEV_IO_READ, kRead);
	put_type(w, stat, BDEV_IO_WRITE, kWrite);
	put_type(w, stat, BDEV_IO_UNMAP, kUnmap);
	json_u64(w, "io_errors", stat->errors);
	json_close_object(w);
	iostat.bdev = iostat.one ? NULL : bdev_next(iostat.bdev);
	next_stat();
}

static void get_iostat(struct rpc_request *request)
{
	char name[BDEV_NAME_MAX] = "";
	static const struct rpc_param kParams[] = {{"name", RPC_STRING, false, 0, BDEV_NAME_MAX}};
	struct json_writer *w = rpc_result(request);

	if (!rpc_decode(request, rpc_params(request), kParams, COUNT(kParams), name))
		return;
	iostat.request = request;
	iostat.one = name[0] != 0;
	iostat.count = 0;
	if (!rpc_is_control() && !iostat.published)
		iostat.published = cos_alloc(COS_SMEM, PUBLISHED * sizeof(*iostat.published), 64);
	if (!rpc_is_control() && !iostat.published) {
		rpc_errno(request, -ENOMEM);
		return;
	}
	iostat.bdev = iostat.one ? bdev_get_by_name(name) : bdev_first();
	if (iostat.one && !iostat.bdev) {
		rpc_errno(request, -ENODEV);
		return;
	}
	json_open_object(w, NULL);
	json_u64(w, "tick_rate", cos_clock_hz());
	json_u64(w, "ticks", cos_cycles());
	json_open_array(w, "bdevs");
	next_stat();
}

/* --- Making and removing ---------------------------------------------------------------------------------------- */

void bdev_methods_reply(struct rpc_request *request, int result, const char *name)
{
	if (result < 0) {
		rpc_errno(request, result);
		return;
	}
	json_string(rpc_result(request), NULL, name);
	rpc_done(request);
}

struct create {
	char name[BDEV_NAME_MAX];
	uint8_t uuid[16];
	uint64_t num_blocks;
	uint32_t block_size;
};
static const struct rpc_param kCreate[] = {
	{"name", RPC_STRING, false, RPC_FIELD(struct create, name)},
	{"uuid", RPC_UUID, false, RPC_FIELD(struct create, uuid)},
	{"num_blocks", RPC_U64, true, RPC_FIELD(struct create, num_blocks)},
	{"block_size", RPC_U32, true, RPC_FIELD(struct create, block_size)},
};

typedef int (*create_fn)(const char *name, const uint8_t *uuid, uint32_t block_size, uint64_t blocks);

const uint8_t *bdev_methods_uuid(const uint8_t uuid[16])
{
	static const uint8_t kNone[16];

	return memcmp(uuid, kNone, sizeof(kNone)) ? uuid : NULL;
}

/* Without a name: "Malloc0", "Malloc1" ... */
static void create(struct rpc_request *request, create_fn fn, const char *prefix)
{
	struct create p = {.name = ""};

	if (!rpc_decode(request, rpc_params(request), kCreate, COUNT(kCreate), &p))
		return;
	for (unsigned i = 0; !p.name[0]; i++) {
		snprintf(p.name, sizeof(p.name), "%s%u", prefix, i);
		if (bdev_get_by_name(p.name))
			p.name[0] = 0;
	}
	bdev_methods_reply(request, fn(p.name, bdev_methods_uuid(p.uuid), p.block_size, p.num_blocks), p.name);
}

static void malloc_create(struct rpc_request *request) { create(request, bdev_malloc_create, "Malloc"); }
static void null_create(struct rpc_request *request) { create(request, bdev_null_create, "Null"); }

static void removed(void *request) { rpc_done_true(request); }

/* The bdev of this name, if it is one of the module. */
void bdev_methods_delete(struct rpc_request *request, const char *module)
{
	char name[BDEV_NAME_MAX];
	static const struct rpc_param kParams[] = {{"name", RPC_STRING, true, 0, BDEV_NAME_MAX}};
	struct bdev *bdev;

	if (!rpc_decode(request, rpc_params(request), kParams, COUNT(kParams), name))
		return;
	bdev = bdev_get_by_name(name);
	if (!bdev || strcmp(bdev_module_name(bdev), module) != 0)
		rpc_errno(request, -ENODEV);
	else
		bdev_unregister(bdev, removed, request);
}

static void malloc_delete(struct rpc_request *request) { bdev_methods_delete(request, "malloc"); }
static void null_delete(struct rpc_request *request) { bdev_methods_delete(request, "null"); }

void bdev_methods_register(void)
{
	static struct rpc_method methods[] = {
		{.name = "bdev_get_bdevs", .run = get_bdevs},
		{.name = "bdev_get_iostat", .run = get_iostat, .flags = RPC_OTHERS_FIRST},
		{.name = "bdev_malloc_create", .run = malloc_create, .flags = RPC_EVERYWHERE},
		{.name = "bdev_malloc_delete", .run = malloc_delete, .flags = RPC_EVERYWHERE},
		{.name = "bdev_null_create", .run = null_create, .flags = RPC_EVERYWHERE},
		{.name = "bdev_null_delete", .run = null_delete, .flags = RPC_EVERYWHERE},
	};

	rpc_register(methods, COUNT(methods));
	stacked_methods_register();
}
