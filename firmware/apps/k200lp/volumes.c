/* The bdevs that become namespaces: memory of each cluster for itself, or the SSDs behind a PCIe controller. */
#include "volumes.h"

#include <stdio.h>
#include <string.h>

#include "bdev/modules.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/reactor.h"
#include "drivers/pcie_phy.h"
#include "drivers/pcie_root.h"
#include "mppa/k200lp_messages.h"
#include "nvme/pcie.h"

#define BLOCK 4096u
#define IOS 96u /* of each serving PE that are out at the same time */

static bool on_ssds(const struct k200lp_options *options) { return strcmp(options->volume_kind, "nvme") == 0; }

void volume_name(const struct k200lp_options *options, unsigned volume, char *name)
{
	snprintf(name, VOLUME_NAME, on_ssds(options) ? "ssd%un1" : "vol%u", volume);
}

static void make(const struct k200lp_options *options, unsigned volume)
{
	const uint64_t blocks = ((uint64_t)options->volume_mib << 20) / BLOCK;
	char name[VOLUME_NAME];
	int error;

	volume_name(options, volume, name);
	if (strcmp(options->volume_kind, "malloc") == 0)
		error = bdev_malloc_create(name, NULL, BLOCK, blocks);
	else if (strcmp(options->volume_kind, "null") == 0)
		error = bdev_null_create(name, NULL, BLOCK, blocks);
	else
		cos_panic("volume_kind=%s: not malloc, null or nvme", options->volume_kind);
	if (error)
		cos_panic("volume %s: error %d", name, error);
}

void volumes_start(const struct k200lp_options *options)
{
	bdev_set_options(&(struct bdev_options){.ios_per_core = IOS});
	if (on_ssds(options)) {
		pcie_map_registers();
		if (!pcie_root_map(options->ssd_controller))
			cos_panic("no room in the memory map for the SSDs");
		bdev_nvme_init(K200LP_MSG_NVME);
		return;
	}
	for (unsigned i = 0; i < options->volumes; i++)
		make(options, i);
}

static void attached(unsigned count, int error, void *done)
{
	cos_printf("%u SSDs\n", count);
	if (error)
		cos_panic("an SSD cannot be used: error %d", error);
	*(bool *)done = true;
}

void volumes_attach(const struct k200lp_options *options)
{
	const struct nvme_options nvme = {.queue_entries = options->ssd_queue,
					  .io_timeout_us = options->ssd_timeout_ms * 1000,
					  .admin_timeout_us = options->ssd_timeout_ms * 1000};
	bool done = false;
	int error;

	if (!on_ssds(options))
		return;
	pcie_phy_init(options->ssd_controller ? PCIE_LANES_X8_X8 : PCIE_LANES_X16);
	error = nvme_pcie_attach_all(options->ssd_controller, "ssd", &nvme, attached, &done);
	if (error)
		cos_panic("PCIe controller %u: error %d", options->ssd_controller, error);
	while (!done)
		cos_reactor_poll();
}

void volumes_wait(const struct k200lp_options *options)
{
	for (unsigned i = 0; i < options->volumes; i++) {
		char name[VOLUME_NAME];

		volume_name(options, i, name);
		while (!bdev_get_by_name(name))
			cos_reactor_poll();
	}
}
