#include "nvme/pcie.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cos/arena.h"
#include "cos/ring.h"
#include "ctrlr.h"
#include "drivers/pcie_msi.h"
#include "mppa/pcie_regs.h"

/* Those that have been started. */
static struct pcie_root *roots[MPPA_PCIE_CONTROLLERS];

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

static bool is_ssd(const struct pcie_device *device)
{
	return device->class_code == PCIE_CLASS_NVME && device->bar[0].address;
}

int nvme_pcie_start(unsigned controller)
{
	int error = 0;

	if (roots[controller])
		return 0;
	struct pcie_root *root = pcie_root_start(controller, &error);

	if (!root)
		return error;
	error = pcie_root_enumerate(root);
	if (error < 0)
		return error;
	roots[controller] = root;
	return 0;
}

int nvme_pcie_attach_all(unsigned controller, const char *prefix, const struct nvme_options *options, nvme_pcie_fn done,
			 void *arg)
{
	const struct pcie_device *devices;
	int error = nvme_pcie_start(controller);

	if (error)
		return error;
	const unsigned count = pcie_root_devices(roots[controller], &devices);
	struct attachment *all = cos_alloc(COS_SMEM, sizeof *all, COS_CACHE_LINE);
	unsigned number = 0;

	if (!all)
		return -ENOMEM;
	*all = (struct attachment){.left = 1, .done = done, .arg = arg};
	for (unsigned i = 0; i < count; i++) {
		char name[NVME_NAME_MAX];

		if (!is_ssd(&devices[i]))
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

/* --- By address -----------------------------------------------------------------------------------------------------
 */

/* A hexadecimal number below `bound` that ends with `end`; -1 if there is none. */
static long take_hex(const char **text, unsigned bound, char end)
{
	char *after;
	const unsigned long value = strtoul(*text, &after, 16);

	/* strtoul() would also take blanks and signs. */
	if (!isxdigit((unsigned char)**text) || *after != end || value >= bound)
		return -1;
	*text = after + (end != 0);
	return (long)value;
}

static bool parse(const char *traddr, unsigned *controller, uint16_t *id)
{
	const long domain = take_hex(&traddr, MPPA_PCIE_CONTROLLERS, ':');
	const long bus = domain < 0 ? -1 : take_hex(&traddr, 256, ':');
	const long device = bus < 0 ? -1 : take_hex(&traddr, 32, '.');
	const long function = device < 0 ? -1 : take_hex(&traddr, 8, 0);

	if (function < 0)
		return false;
	*controller = (unsigned)domain;
	*id = (uint16_t)(bus << 8 | device << 3 | function);
	return true;
}

/* The SSD whose registers these are; NULL if it is not one of those that have been found. */
static const struct pcie_device *find_device(uintptr_t registers)
{
	for (unsigned controller = 0; controller < MPPA_PCIE_CONTROLLERS; controller++) {
		const struct pcie_device *devices;
		const unsigned count = roots[controller] ? pcie_root_devices(roots[controller], &devices) : 0;

		for (unsigned i = 0; i < count; i++)
			if (is_ssd(&devices[i]) && devices[i].bar[0].address == registers)
				return &devices[i];
	}
	return NULL;
}

bool nvme_pcie_route_interrupt(uintptr_t registers, uint16_t vector, unsigned cluster, unsigned core)
{
	const struct pcie_device *device = find_device(registers);

	return device && pcie_msix_route(device, vector, cluster, core);
}

static bool in_use(uintptr_t registers)
{
	for (unsigned i = 0; i < NVME_CTRLRS_MAX; i++)
		if (nvme_ctrlrs[i] && nvme_ctrlrs[i]->info.registers == registers)
			return true;
	return false;
}

int nvme_pcie_attach(const char *name, const char *traddr, const struct nvme_options *options, nvme_ctrlr_fn ready,
		     void *arg)
{
	const struct pcie_device *devices;
	unsigned controller;
	uint16_t id;

	if (!parse(traddr, &controller, &id))
		return -EINVAL;
	const unsigned count = roots[controller] ? pcie_root_devices(roots[controller], &devices) : 0;

	for (unsigned i = 0; i < count; i++) {
		if (devices[i].id != id || !is_ssd(&devices[i]))
			continue;
		if (in_use(devices[i].bar[0].address))
			return -EBUSY;
		return pcie_root_restore(roots[controller], &devices[i])
			       ? nvme_ctrlr_attach(name, devices[i].bar[0].address, options, ready, arg)
			       : -ENODEV;
	}
	return -ENODEV;
}

bool nvme_pcie_traddr(const struct nvme_ctrlr *ctrlr, char traddr[NVME_TRADDR_MAX])
{
	const struct pcie_device *device = find_device(ctrlr->info.registers);

	if (device)
		snprintf(traddr, NVME_TRADDR_MAX, "%04x:%02x:%02x.%x", device->controller, device->id >> 8,
			 device->id >> 3 & 31, device->id & 7);
	return device;
}
