#include "stack.h"

#include <stdio.h>
#include <string.h>

#include "bdev/modules.h"
#include "cos/console.h"
#include "nvme/spec.h"

#define SSDS_MAX 16u
#define DELAY_READ_US 150u
#define DELAY_WRITE_US 50u
#define ERRORS 10u
#define STRIP_BLOCKS 4u /* less than an I/O */
#define BLOCK 4096u
#define BLOCKS 4096u

static int on_one(const char *kind, unsigned number, const char *ssd)
{
	char name[BDEV_NAME_MAX];

	snprintf(name, sizeof name, "%s%u", kind, number);
	if (strcmp(kind, "passthru") == 0)
		return bdev_passthru_create(name, NULL, ssd);
	if (strcmp(kind, "delay") == 0)
		return bdev_delay_create(name, NULL, ssd, DELAY_READ_US, DELAY_WRITE_US);
	if (strcmp(kind, "split") == 0)
		return bdev_split_create(ssd, 2, 0);
	if (strcmp(kind, "error") != 0)
		return -1;
	const int error = bdev_error_create(name, NULL, ssd);

	return error ? error
		     : bdev_error_inject(name, BDEV_IO_READ, BDEV_ERROR_FAIL, ERRORS,
					 NVME_STATUS(NVME_SCT_MEDIA, NVME_SC_UNRECOVERED_READ));
}

static int create(const char *kind, const char *const *ssds, unsigned count)
{
	int error = 0;

	if (strcmp(kind, "malloc") == 0)
		return bdev_malloc_create(kind, NULL, BLOCK, BLOCKS);
	if (strcmp(kind, "null") == 0)
		return bdev_null_create(kind, NULL, BLOCK, BLOCKS);
	if (strcmp(kind, "raid0") == 0)
		return bdev_raid0_create(kind, NULL, ssds, count, STRIP_BLOCKS);
	for (unsigned i = 0; i < count && !error; i++)
		error = on_one(kind, i, ssds[i]);
	return error;
}

void stack_create(const char *kind)
{
	const char *ssds[SSDS_MAX];
	unsigned count = 0;

	for (struct bdev *bdev = bdev_first(); bdev && count < SSDS_MAX; bdev = bdev_next(bdev))
		ssds[count++] = bdev_name(bdev);
	const int error = create(kind, ssds, count);

	if (error)
		cos_panic("bdev_bench: stack=%s: %d", kind, error);
}
