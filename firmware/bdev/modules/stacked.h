/* What modules that lie on one other bdev have in common: it is opened, claimed, and its geometry taken over. */
#ifndef BDEV_STACKED_H
#define BDEV_STACKED_H

#include "bdev/module.h"

struct bdev_stacked {
	struct bdev bdev; /* module and fn filled in by the user */
	struct bdev_desc *below;
};

/* Opens and claims `below`, takes over what is the same, registers. On failure nothing is left open. */
int bdev_stacked_register(struct bdev_stacked *stacked, const char *name, const uint8_t *uuid, const char *below);
/* The destruct of a module whose bdev begins with `stacked` and lies on the heap. */
void bdev_stacked_destruct(void *stacked);
bool bdev_stacked_supports(void *stacked, enum bdev_io_type type);

/* A channel's context begins with the channel below. */
struct bdev_stacked_channel {
	struct cos_io_channel *below;
};
int bdev_stacked_create_channel(void *stacked, void *channel);
void bdev_stacked_destroy_channel(void *stacked, void *channel);
/* Passes an I/O on as it is. */
void bdev_stacked_forward(struct bdev_io *io);

#endif
