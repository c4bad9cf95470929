#include "nvme/pcie.h"

#include <errno.h>
#include <stdio.h>

#include "cos/arena.h"
#include "cos/ring.h"
#include "drivers/pcie_root.h"

struct attachment {
	unsigned left, attached;
	int error;
	nvme_pcie_fn done;
	void *arg;
};

/* `left` counts one more than the controllers, until all have been asked for. */
static void finished(struct attachment *all, int error)
{
	if (error && !all->error)
		all->error = error;
	if (--all->left)
		return;
	all->done(all->attached, all->error, all->arg);
	cos_free(all);
}

static void attached(struct nvme_ctrlr *ctrlr, int error, void *arg)
{
	struct attachment *all = arg;

	(void)ctrlr;
	all->attached += !error;
	finished(all, error);
}

int nvme_pcie_attach_all(unsigned controller, const char *prefix, const struct nvme_options *options, nvme_pcie_fn done,
			 void *arg)
{
	const struct pcie_device *devices;
	int error;
	struct pcie_root *root = pcie_root_start(controller, &error);

	if (!root)
		return error;
	error = pcie_root_enumerate(root);
	if (error < 0)
		return error;
	const unsigned count = pcie_root_devices(root, &devices);
	struct attachment *all = cos_alloc(COS_SMEM, sizeof *all, COS_CACHE_LINE);
	unsigned number = 0;

	if (!all)
		return -ENOMEM;
	*all = (struct attachment){.left = 1, .done = done, .arg = arg};
	for (unsigned i = 0; i < count; i++) {
		char name[NVME_NAME_MAX];

		if (devices[i].class_code != PCIE_CLASS_NVME || !devices[i].bar[0].address)
			continue;
		snprintf(name, sizeof name, "%s%u", prefix, number++);
		all->left++;
		error = nvme_ctrlr_attach(name, devices[i].bar[0].address, options, attached, all);
		if (error)
			finished(all, error);
	}
	finished(all, 0);
	return 0;
}
