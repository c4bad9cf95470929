/* The bdevs that become namespaces. */
#include <stdio.h>
#include <string.h>

#include "bdev/modules.h"
#include "cos/console.h"
#include "k200lp.h"

#define BLOCK 4096u

static int make(const struct k200lp_options *options, const char *name)
{
	const uint64_t blocks = ((uint64_t)options->volume_mib << 20) / BLOCK;

	if (strcmp(options->volume_kind, "malloc") == 0)
		return bdev_malloc_create(name, NULL, BLOCK, blocks);
	if (strcmp(options->volume_kind, "null") == 0)
		return bdev_null_create(name, NULL, BLOCK, blocks);
	cos_panic("volume_kind=%s: not malloc, null or nvme", options->volume_kind);
}

void volumes_start(const struct k200lp_options *options)
{
	for (unsigned i = 0; i < options->volumes; i++) {
		char name[16];
		int error;

		snprintf(name, sizeof name, "vol%u", i);
		error = make(options, name);
		if (error)
			cos_panic("volume %s: error %d", name, error);
	}
}
