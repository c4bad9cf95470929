/* How the bdevs of the modules of firmware/bdev/modules are made. Each is removed by bdev_unregister(). */
#ifndef BDEV_MODULES_H
#define BDEV_MODULES_H

#include "bdev/bdev.h"

/* What is the same for all: the name; a UUID, 16 bytes, or NULL. */

/* Memory, cleared: SMEM up to 256 KiB, else DDR. `block_size` 512 or 4096. */
int bdev_malloc_create(const char *name, const uint8_t *uuid, uint32_t block_size, uint64_t blocks);

/* Forgets writes; reads leave the buffer as it is. For measuring what lies above. */
int bdev_null_create(const char *name, const uint8_t *uuid, uint32_t block_size, uint64_t blocks);

/* Namespaces of NVMe SSDs become bdevs <controller>n<nsid> in every cluster when their controller is attached
 * (nvme/driver.h). On every cluster's RM, before: sets up the driver; `message_type` is the driver's own. */
void bdev_nvme_init(unsigned message_type);

/* --- On other bdevs, which they claim; they go when what lies below goes. -ENODEV, -EPERM as bdev_open(), bdev_claim()
 * --- */

/* The bdev below under another name. The shortest stacked module. */
int bdev_passthru_create(const char *name, const uint8_t *uuid, const char *below);

/* I/O that takes longer, microseconds: reads, and everything else. */
int bdev_delay_create(const char *name, const uint8_t *uuid, const char *below, uint32_t read_us, uint32_t write_us);
/* From now on. -ENODEV: no such bdev; -EINVAL: not a delay bdev. */
int bdev_delay_update(const char *name, uint32_t read_us, uint32_t write_us);

/* Errors on demand. */
int bdev_error_create(const char *name, const uint8_t *uuid, const char *below);
enum bdev_error_kind {
	BDEV_ERROR_NONE,
	BDEV_ERROR_FAIL, /* completes with `status`, without being executed */
	BDEV_ERROR_HANG, /* is kept until a reset */
};
/* For the next `count` I/Os of a type (BDEV_IO_TYPES: of each type), on all cores together. -ENODEV, -EINVAL. */
int bdev_error_inject(const char *name, enum bdev_io_type type, enum bdev_error_kind kind, uint32_t count,
		      uint16_t status);

/* Equal pieces of the bdev below, <below>p0 to <below>p<count - 1>, each of `blocks` blocks (0: as large as possible).
 * -EINVAL: they do not fit. */
int bdev_split_create(const char *below, unsigned count, uint64_t blocks);
/* Unregisters all pieces. -ENODEV. */
int bdev_split_delete(const char *below);

/* Strips of `strip_blocks` blocks (a power of two) in turn on `count` bdevs (2..16) of the same block size; the
 * smallest decides the size. */
int bdev_raid0_create(const char *name, const uint8_t *uuid, const char *const *below, unsigned count,
		      uint32_t strip_blocks);

#endif
