/* Errors on demand: the next I/Os of a type fail, or hang until a reset. */
#include <errno.h>
#include <stdlib.h>

#include "bdev/modules.h"
#include "nvme/spec.h"
#include "stacked.h"

static struct bdev_module error_module = {.name = "error"};

struct injection {
	uint32_t left; /* I/Os; taken by all cores */
	uint8_t kind;
	uint16_t status;
};

struct error_bdev {
	struct bdev_stacked stacked;
	struct injection injections[BDEV_IO_TYPES];
};

struct error_channel {
	struct bdev_stacked_channel stacked;
	struct bdev_io *hanging; /* chained by driver[0] */
};

/* Whether this I/O is one of those that are to go wrong. */
static bool take(struct injection *injection)
{
	uint32_t left = cos_load_acquire(&injection->left);

	while (left)
		if (__atomic_compare_exchange_n(&injection->left, &left, left - 1, false, __ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED))
			return true;
	return false;
}

static void abort_hanging(struct cos_io_channel *io_channel, void *arg)
{
	struct error_channel *channel = bdev_channel_module_context(io_channel);
	struct bdev_io *io = channel->hanging;

	(void)arg;
	channel->hanging = NULL;
	while (io) {
		struct bdev_io *next = (struct bdev_io *)io->driver[0];

		bdev_io_complete(io, NVME_STATUS(NVME_SCT_GENERIC, NVME_SC_ABORTED));
		io = next;
	}
}

static void reset_below(void *arg) { bdev_stacked_forward(arg); }

static void error_submit(struct bdev_io *io)
{
	struct error_bdev *error = io->bdev->context;
	struct error_channel *channel = io->channel_context;
	struct injection *injection = &error->injections[io->type];

	const bool wrong = take(injection);

	if (wrong && injection->kind == BDEV_ERROR_FAIL) {
		bdev_io_complete(io, injection->status);
	} else if (wrong && io->type != BDEV_IO_RESET) { /* a reset that hangs could not be helped */
		io->driver[0] = (uintptr_t)channel->hanging;
		channel->hanging = io;
	} else if (io->type == BDEV_IO_RESET) {
		cos_for_each_channel(io->bdev, abort_hanging, io, reset_below);
	} else {
		bdev_stacked_forward(io);
	}
}

static const struct bdev_fn_table error_fn = {
	.submit = error_submit,
	.io_type_supported = bdev_stacked_supports,
	.channel_bytes = sizeof(struct error_channel),
	.create_channel = bdev_stacked_create_channel,
	.destroy_channel = bdev_stacked_destroy_channel,
	.destruct = bdev_stacked_destruct,
};

int bdev_error_create(const char *name, const uint8_t *uuid, const char *below)
{
	struct error_bdev *error = calloc(1, sizeof *error);

	if (!error)
		return -ENOMEM;
	error->stacked.bdev.product = "error";
	error->stacked.bdev.module = &error_module;
	error->stacked.bdev.fn = &error_fn;
	const int result = bdev_stacked_register(&error->stacked, name, uuid, below);

	if (result)
		free(error);
	return result;
}

int bdev_error_inject(const char *name, enum bdev_io_type type, enum bdev_error_kind kind, uint32_t count,
		      uint16_t status)
{
	const struct bdev *bdev = bdev_get_by_name(name);

	if (!bdev)
		return -ENODEV;
	if (bdev->module != &error_module || type > BDEV_IO_TYPES || (kind == BDEV_ERROR_FAIL && !status))
		return -EINVAL;
	struct error_bdev *error = bdev->context;

	for (unsigned t = 0; t < BDEV_IO_TYPES; t++) {
		struct injection *injection = &error->injections[t];

		if (type != BDEV_IO_TYPES && type != t)
			continue;
		injection->kind = (uint8_t)kind;
		injection->status = status;
		__atomic_store_n(&injection->left, kind == BDEV_ERROR_NONE ? 0 : count, __ATOMIC_RELEASE);
	}
	return 0;
}
