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

#endif
