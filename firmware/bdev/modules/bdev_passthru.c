/* The bdev below under another name: the template of a stacked module. */
#include <errno.h>
#include <stdlib.h>

#include "bdev/modules.h"
#include "stacked.h"

static struct bdev_module passthru_module = {.name = "passthru"};

static const struct bdev_fn_table passthru_fn = {
	.submit = bdev_stacked_forward,
	.io_type_supported = bdev_stacked_supports,
	.channel_bytes = sizeof(struct bdev_stacked_channel),
	.create_channel = bdev_stacked_create_channel,
	.destroy_channel = bdev_stacked_destroy_channel,
	.destruct = bdev_stacked_destruct,
};

int bdev_passthru_create(const char *name, const uint8_t *uuid, const char *below)
{
	struct bdev_stacked *stacked = calloc(1, sizeof *stacked);

	if (!stacked)
		return -ENOMEM;
	stacked->bdev.product = "passthru";
	stacked->bdev.module = &passthru_module;
	stacked->bdev.fn = &passthru_fn;
	const int error = bdev_stacked_register(stacked, name, uuid, below);

	if (error)
		free(stacked);
	return error;
}
