/* The null bdev: every I/O succeeds and moves nothing. The template of a module. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bdev/module.h"
#include "bdev/modules.h"

static struct bdev_module null_module = {.name = "null"};

static void null_submit(struct bdev_io *io) { bdev_io_complete(io, 0); }

static bool null_supports(void *context, enum bdev_io_type type)
{
	(void)context;
	return type != BDEV_IO_COMPARE;
}

static void null_destruct(void *context) { free(context); }

static const struct bdev_fn_table null_fn = {
	.submit = null_submit,
	.io_type_supported = null_supports,
	.destruct = null_destruct,
};

int bdev_null_create(const char *name, const uint8_t *uuid, uint32_t block_size, uint64_t blocks)
{
	struct bdev *bdev = calloc(1, sizeof *bdev);

	if (!bdev)
		return -ENOMEM;
	*bdev = (struct bdev){
		.product = "Null disk",
		.module = &null_module,
		.fn = &null_fn,
		.context = bdev,
		.block_size = block_size,
		.blocks = blocks,
	};
	const int error = bdev_register(bdev, name, uuid);

	if (error)
		free(bdev);
	return error;
}
