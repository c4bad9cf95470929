/* bdev_passthru_create, bdev_delay_create, bdev_error_create, bdev_split_create, bdev_raid_create and their deletion.
 */
#include "stacked_methods.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bdev/modules.h"
#include "nvme/spec.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct stacked {
	char name[BDEV_NAME_MAX], below[BDEV_NAME_MAX];
	uint8_t uuid[16];
	uint32_t read_us, read_p99_us, write_us, write_p99_us;
};

/* The first three are all that a passthru takes. */
static const struct rpc_param kStacked[] = {
	{"name", RPC_STRING, true, RPC_FIELD(struct stacked, name)},
	{"base_bdev_name", RPC_STRING, true, RPC_FIELD(struct stacked, below)},
	{"uuid", RPC_UUID, false, RPC_FIELD(struct stacked, uuid)},
	{"avg_read_latency", RPC_U32, true, RPC_FIELD(struct stacked, read_us)},
	{"p99_read_latency", RPC_U32, false, RPC_FIELD(struct stacked, read_p99_us)},
	{"avg_write_latency", RPC_U32, true, RPC_FIELD(struct stacked, write_us)},
	{"p99_write_latency", RPC_U32, false, RPC_FIELD(struct stacked, write_p99_us)},
};

static void passthru_create(struct rpc_request *request)
{
	struct stacked p = {.name = ""};

	if (rpc_decode(request, rpc_params(request), kStacked, 3, &p))
		bdev_methods_reply(request, bdev_passthru_create(p.name, bdev_methods_uuid(p.uuid), p.below), p.name);
}

/* SPDK's delay bdev has two latencies each, ours one: a 99th percentile that differs is refused. */
static void delay_create(struct rpc_request *request)
{
	struct stacked p = {.name = ""};

	if (!rpc_decode(request, rpc_params(request), kStacked, COUNT(kStacked), &p))
		return;
	if ((p.read_p99_us && p.read_p99_us != p.read_us) || (p.write_p99_us && p.write_p99_us != p.write_us))
		rpc_error(request, RPC_INVALID_PARAMS, "Invalid parameters: p99 latencies must equal the averages");
	else
		bdev_methods_reply(request,
				   bdev_delay_create(p.name, bdev_methods_uuid(p.uuid), p.below, p.read_us, p.write_us),
				   p.name);
}

static void passthru_delete(struct rpc_request *request) { bdev_methods_delete(request, "passthru"); }
static void delay_delete(struct rpc_request *request) { bdev_methods_delete(request, "delay"); }

/* --- Errors ------------------------------------------------------------------------------------------------------
 */

struct error {
	char below[BDEV_NAME_MAX];
	uint8_t uuid[16];
};
static const struct rpc_param kError[] = {
	{"base_name", RPC_STRING, true, RPC_FIELD(struct error, below)},
	{"uuid", RPC_UUID, false, RPC_FIELD(struct error, uuid)},
};

/* The name is SPDK's: "EE_" and what lies below. */
static void error_create(struct rpc_request *request)
{
	char name[BDEV_NAME_MAX];
	struct error p = {.below = ""};

	if (!rpc_decode(request, rpc_params(request), kError, COUNT(kError), &p))
		return;
	if (snprintf(name, sizeof(name), "EE_%s", p.below) >= (int)sizeof(name))
		rpc_errno(request, -EINVAL);
	else
		bdev_methods_reply(request, bdev_error_create(name, bdev_methods_uuid(p.uuid), p.below), name);
}

static void error_delete(struct rpc_request *request) { bdev_methods_delete(request, "error"); }

struct inject {
	char name[BDEV_NAME_MAX], io_type[16], error_type[16];
	uint32_t count;
};
static const struct rpc_param kInject[] = {
	{"name", RPC_STRING, true, RPC_FIELD(struct inject, name)},
	{"io_type", RPC_STRING, true, RPC_FIELD(struct inject, io_type)},
	{"error_type", RPC_STRING, true, RPC_FIELD(struct inject, error_type)},
	{"num", RPC_U32, false, RPC_FIELD(struct inject, count)},
};

/* Place of a text in a list, or its length. */
static unsigned find_text(const char *text, const char *const *list, unsigned count)
{
	unsigned i = 0;

	while (i < count && strcmp(list[i], text) != 0)
		i++;
	return i;
}

/* An I/O that fails does so with Internal Error. */
static void error_inject(struct rpc_request *request)
{
	static const char *const kKinds[] = {
		[BDEV_ERROR_NONE] = "clear", [BDEV_ERROR_FAIL] = "failure", [BDEV_ERROR_HANG] = "pending"};
	static const char *const kTypes[] = {[BDEV_IO_READ] = "read",	[BDEV_IO_WRITE] = "write",
					     [BDEV_IO_UNMAP] = "unmap", [BDEV_IO_WRITE_ZEROES] = "write_zeroes",
					     [BDEV_IO_FLUSH] = "flush", [BDEV_IO_COMPARE] = "compare",
					     [BDEV_IO_RESET] = "reset", [BDEV_IO_TYPES] = "all"};
	struct inject p = {.count = 1};

	if (!rpc_decode(request, rpc_params(request), kInject, COUNT(kInject), &p))
		return;
	const unsigned type = find_text(p.io_type, kTypes, COUNT(kTypes));
	const unsigned kind = find_text(p.error_type, kKinds, COUNT(kKinds));

	if (type == COUNT(kTypes) || kind == COUNT(kKinds))
		rpc_error(request, RPC_INVALID_PARAMS, "Invalid parameters: bad value of io_type or error_type");
	else
		rpc_errno(request, bdev_error_inject(p.name, (enum bdev_io_type)type, (enum bdev_error_kind)kind,
						     p.count, NVME_STATUS(NVME_SCT_GENERIC, NVME_SC_INTERNAL_ERROR)));
}

/* --- Split -------------------------------------------------------------------------------------------------------- */

struct split {
	char below[BDEV_NAME_MAX];
	uint32_t count;
	uint64_t size_mb;
};
static const struct rpc_param kSplit[] = {
	{"base_bdev", RPC_STRING, true, RPC_FIELD(struct split, below)},
	{"split_count", RPC_U32, true, RPC_FIELD(struct split, count)},
	{"split_size_mb", RPC_U64, false, RPC_FIELD(struct split, size_mb)},
};

static void split_create(struct rpc_request *request)
{
	struct split p = {.count = 0};
	struct json_writer *w = rpc_result(request);
	struct bdev *below;
	int result;

	if (!rpc_decode(request, rpc_params(request), kSplit, COUNT(kSplit), &p))
		return;
	below = bdev_get_by_name(p.below);
	if (!below || p.size_mb >> 40) {
		rpc_errno(request, below ? -EINVAL : -ENODEV);
		return;
	}
	result = bdev_split_create(p.below, p.count, (p.size_mb << 20) / bdev_block_size(below));
	if (result < 0) {
		rpc_errno(request, result);
		return;
	}
	json_open_array(w, NULL);
	for (unsigned i = 0; i < p.count; i++) {
		char name[BDEV_NAME_MAX + 12];

		snprintf(name, sizeof(name), "%sp%u", p.below, i);
		json_string(w, NULL, name);
	}
	json_close_array(w);
	rpc_done(request);
}

static void split_delete(struct rpc_request *request)
{
	struct split p;

	if (rpc_decode(request, rpc_params(request), kSplit, 1, &p))
		rpc_errno(request, bdev_split_delete(p.below));
}

/* --- RAID 0 ------------------------------------------------------------------------------------------------------- */

#define RAID_MEMBERS 16

struct raid {
	char name[BDEV_NAME_MAX], level[8];
	uint8_t uuid[16];
	uint32_t strip_kb;
	const struct json_value *members;
};
static const struct rpc_param kRaid[] = {
	{"name", RPC_STRING, true, RPC_FIELD(struct raid, name)},
	{"raid_level", RPC_STRING, true, RPC_FIELD(struct raid, level)},
	{"strip_size_kb", RPC_U32, true, RPC_FIELD(struct raid, strip_kb)},
	{"base_bdevs", RPC_VALUE, true, RPC_FIELD(struct raid, members)},
};

/* Their names, one behind the other; the number, or a negative errno. */
static int get_members(const struct json_value *list, char names[][BDEV_NAME_MAX], const char **pointers)
{
	const struct json_value *member = list + 1;

	if (list->type != JSON_ARRAY || list->count > RAID_MEMBERS)
		return -EINVAL;
	for (uint32_t i = 0; i < list->count; i++, member = json_next(member)) {
		if (!json_get_string(member, names[i], BDEV_NAME_MAX))
			return -EINVAL;
		if (!bdev_get_by_name(names[i]))
			return -ENODEV;
		pointers[i] = names[i];
	}
	return (int)list->count;
}

static void raid_create(struct rpc_request *request)
{
	char names[RAID_MEMBERS][BDEV_NAME_MAX];
	const char *members[RAID_MEMBERS];
	struct raid p = {.name = ""};
	int count;

	if (!rpc_decode(request, rpc_params(request), kRaid, COUNT(kRaid), &p))
		return;
	if (strcmp(p.level, "raid0") != 0 && strcmp(p.level, "0") != 0) {
		rpc_error(request, RPC_INVALID_PARAMS, "Invalid parameters: raid_level is not raid0");
		return;
	}
	count = get_members(p.members, names, members);
	if (count > 0)
		count = bdev_raid0_create(p.name, NULL, members, (unsigned)count,
					  p.strip_kb * 1024 / bdev_block_size(bdev_get_by_name(names[0])));
	else if (count == 0)
		count = -EINVAL;
	rpc_errno(request, count);
}

static void raid_delete(struct rpc_request *request) { bdev_methods_delete(request, "raid0"); }

void stacked_methods_register(void)
{
	static struct rpc_method methods[] = {
		{.name = "bdev_passthru_create", .run = passthru_create, .flags = RPC_EVERYWHERE},
		{.name = "bdev_passthru_delete", .run = passthru_delete, .flags = RPC_EVERYWHERE},
		{.name = "bdev_delay_create", .run = delay_create, .flags = RPC_EVERYWHERE},
		{.name = "bdev_delay_delete", .run = delay_delete, .flags = RPC_EVERYWHERE},
		{.name = "bdev_error_create", .run = error_create, .flags = RPC_EVERYWHERE},
		{.name = "bdev_error_delete", .run = error_delete, .flags = RPC_EVERYWHERE},
		{.name = "bdev_error_inject_error", .run = error_inject, .flags = RPC_EVERYWHERE},
		{.name = "bdev_split_create", .run = split_create, .flags = RPC_EVERYWHERE},
		{.name = "bdev_split_delete", .run = split_delete, .flags = RPC_EVERYWHERE},
		{.name = "bdev_raid_create", .run = raid_create, .flags = RPC_EVERYWHERE},
		{.name = "bdev_raid_delete", .run = raid_delete, .flags = RPC_EVERYWHERE},
	};

	rpc_register(methods, COUNT(methods));
}
