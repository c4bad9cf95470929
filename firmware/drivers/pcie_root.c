#include "drivers/pcie_root.h"

#include <errno.h>

#include "cos/arena.h"
#include "cos/cpu.h"
#include "cos/mmio.h"
#include "cos/mmu.h"
#include "cos/ring.h"
#include "drivers/pcie_phy.h"
#include "mppa/pci_config.h"
#include "mppa/pcie_regs.h"

#define DEVICES_MAX 64
#define LINK_TRIES 1000
#define LINK_STEP_US 100
#define BRIDGE_GRANULE 0x100000u /* of a bridge's windows */
#define BAR_GRANULE 0x1000u	 /* BARs of two devices do not share a page */
#define MEM32_LOG2 28
#define GENERATION 4
#define MRRS_512 2u
#define NOBODY 0xffffffffu

struct window {
	uint64_t next, end;
};

struct pcie_root {
	unsigned controller;
	struct window low; /* bus addresses for BARs */
	uint8_t last_bus;
	uint32_t payload; /* code of the largest payload that all functions take: 128 << code */
	bool overflow;
	unsigned count;
	struct pcie_device devices[DEVICES_MAX];
};

/* --- Configuration space -------------------------------------------------------------------------------------------
 */

static uintptr_t config_address(unsigned controller, uint16_t id, unsigned offset)
{
	return MPPA_PCIE_ECAM(controller) + MPPA_PCI_ECAM(id >> 8, id >> 3 & 31, id & 7) + offset;
}

uint32_t pcie_config_read(unsigned controller, uint16_t id, unsigned offset)
{
	/* Nothing may be asked below a link that is down. */
	return id >> 8 && !pcie_link_up(controller) ? NOBODY : cos_read32(config_address(controller, id, offset));
}

void pcie_config_write(unsigned controller, uint16_t id, unsigned offset, uint32_t value)
{
	if (!(id >> 8) || pcie_link_up(controller))
		cos_write32(config_address(controller, id, offset), value);
}

unsigned pcie_find_capability(unsigned controller, uint16_t id, uint8_t capability)
{
	unsigned at = pcie_config_read(controller, id, MPPA_PCI_CAPABILITIES) & 0xfc;

	/* A broken device may answer with a circle: 48 capabilities fill the space. */
	for (unsigned i = 0; i < 48 && at >= 0x40; i++) {
		const uint32_t head = pcie_config_read(controller, id, at);

		if (head == NOBODY)
			return 0;
		if ((head & 0xff) == capability)
			return at;
		at = head >> 8 & 0xfc;
	}
	return 0;
}

bool pcie_device_present(const struct pcie_device *device)
{
	return pcie_config_read(device->controller, device->id, MPPA_PCI_ID) ==
	       (device->vendor | (uint32_t)device->device << 16);
}

bool pcie_function_reset(const struct pcie_device *device)
{
	const unsigned at = pcie_find_capability(device->controller, device->id, MPPA_PCI_CAP_PCIE);

	if (!at ||
	    !(pcie_config_read(device->controller, device->id, at + MPPA_PCI_EXP_DEVCAP) & MPPA_PCI_EXP_DEVCAP_FLR))
		return false;
	const uint32_t control = pcie_config_read(device->controller, device->id, at + MPPA_PCI_EXP_DEVCTL) & 0xffff;

	pcie_config_write(device->controller, device->id, at + MPPA_PCI_EXP_DEVCTL, control | MPPA_PCI_EXP_DEVCTL_FLR);
	return true;
}

/* --- Link ----------------------------------------------------------------------------------------------------------
 */

/* The controller's core, before its link trains: the values of the published Linux driver. */
static void set_up_core(unsigned controller)
{
	static const uint8_t asn_index[] = MPPA_PCIE_ASN_INDEX;
	const uintptr_t csr = MPPA_PCIE_CSR(controller);

	if (controller == 0)
		cos_write32(MPPA_PCIE_DECODER + MPPA_PCIE_BYPASS, 1);
	cos_write32(MPPA_PCIE_ASN + MPPA_PCIE_ASN_RC(asn_index[controller]), controller);
	cos_write32(MPPA_PCIE_ASN + MPPA_PCIE_MODE(controller), 1);
	cos_write32(csr + MPPA_PCIE_CSR_RX_DET, 1u << 31 | 0xffff);
	cos_write32(csr + MPPA_PCIE_CSR_INITIAL, GENERATION - 1);
	cos_write32(csr + MPPA_PCIE_CSR_DS_AUTO, 1u << 31 | (GENERATION - 1));
	cos_write32(csr + MPPA_PCIE_CSR_PORT_TYPE, 1);
	cos_write32(csr + MPPA_PCIE_CSR_CFG, 1);
	cos_write32(csr + MPPA_PCIE_CSR_DECODE_T1, 1u << 8);
	cos_write32(csr + MPPA_PCIE_CSR_PCIE_CAP, MPPA_PCI_EXP_TYPE_ROOT << 4 | 1u << 8);
	cos_write32(csr + MPPA_PCIE_CSR_ID3, 0x060400u << 8);
	cos_write32(csr + MPPA_PCIE_CSR_ARI_CAP, 1);
	cos_write32(csr + MPPA_PCIE_CSR_MSI_CAP, 0);
	cos_write32(csr + MPPA_PCIE_CSR_MSIX_CAP, 1);
	cos_write32(csr + MPPA_PCIE_CSR_AER_CAP,
		    1u | 1u << 22 | 1u << 23 | 1u << 24 | 1u << 25 | 1u << 28 | 1u << 30 | 1u << 31);
	cos_write32(csr + MPPA_PCIE_CSR_SLOT_CAP, 1u << 5 | 1u << 6); /* surprise, hot-plug */
}

/* The bridge to the AXI fabric, once the link is up. */
static void set_up_bridge(unsigned controller)
{
	const uintptr_t breg = MPPA_PCIE_BREG(controller);
	const uint64_t ecam = MPPA_PCIE_ECAM(controller);

	cos_write32(breg + MPPA_PCIE_BREG_E_BREG + 0x10, (uint32_t)breg);
	cos_write32(breg + MPPA_PCIE_BREG_E_BREG + 0x14, breg >> 32);
	cos_write32(breg + MPPA_PCIE_BREG_E_BREG + 8, 1);
	cos_write32(breg + MPPA_PCIE_BREG_PCIE_RX0, 7);
	cos_write32(breg + MPPA_PCIE_BREG_AXI_MASTER,
		    0x33); /* 512 bytes: the fabric does not keep split reads in order */
	cos_write32(breg + MPPA_PCIE_BREG_RX_MSG_FILTER, 0xe);
	cos_write32(breg + MPPA_PCIE_BREG_E_ECAM + 0x10, (uint32_t)ecam);
	cos_write32(breg + MPPA_PCIE_BREG_E_ECAM + 0x14, ecam >> 32);
	cos_write32(breg + MPPA_PCIE_BREG_E_ECAM + 8, 1 | 16u << 16);
	pcie_config_write(controller, 0, MPPA_PCI_BUSES, 1u << 8 | 255u << 16);
	/* Interrupts stay masked: drivers poll. */
	cos_write32(breg + MPPA_PCIE_BREG_MISC_MASK, 0);
	cos_write32(breg + MPPA_PCIE_BREG_MISC_STATUS, ~0u);
	cos_write32(breg + MPPA_PCIE_BREG_LEG_MASK, 0);
	/* Reads of what has gone give all ones instead of a trap. */
	cos_write32(MPPA_PCIE_SUBSYSTEM + MPPA_PCIE_SLAVE_ERR_DISABLE, 1);
	pcie_egress(controller, 0, MPPA_PCIE_MEM32(controller), 0, MEM32_LOG2);
}

bool pcie_root_map(unsigned controller)
{
	return cos_mmu_map(MPPA_PCIE_MEM32(controller), 1ull << MEM32_LOG2, COS_MMU_RW, COS_MMU_DEVICE);
}

struct pcie_root *pcie_root_start(unsigned controller, int *error)
{
	struct pcie_root *root = cos_zalloc(COS_SMEM, sizeof *root, COS_CACHE_LINE);
	unsigned tries = LINK_TRIES;

	*error = -ENOMEM;
	if (!root || !cos_mmu_map(MPPA_PCIE_ECAM(controller), MPPA_PCIE_ECAM_BYTES, COS_MMU_RW, COS_MMU_DEVICE))
		return NULL;
	*root = (struct pcie_root){
		.controller = controller, .low = {PCIE_ROOT_BASE, PCIE_ROOT_END}, .payload = 1, /* 256 bytes */
	};
	set_up_core(controller);
	pcie_link_enable(controller, true);
	while (!pcie_link_up(controller) && --tries)
		cos_delay_us(LINK_STEP_US);
	if (!tries) {
		*error = -ETIMEDOUT;
		cos_free(root);
		return NULL;
	}
	set_up_bridge(controller);
	*error = 0;
	return root;
}

/* --- Enumeration ---------------------------------------------------------------------------------------------------
 */

static uint64_t align_up(uint64_t value, uint64_t to) { return (value + to - 1) & -to; }

/* A piece of a window, naturally aligned; 0 if there is no room. */
static uint64_t take(struct window *window, uint64_t bytes)
{
	const uint64_t at = align_up(window->next, bytes < BAR_GRANULE ? BAR_GRANULE : bytes);

	if (at + bytes > window->end || at + bytes < at)
		return 0;
	window->next = at + bytes;
	return at;
}

/* Finds the size of BAR `i` by writing ones, and places it; the number of registers it has. */
static unsigned place_bar(struct pcie_root *root, struct pcie_device *device, unsigned i, bool *fits)
{
	const unsigned c = root->controller, at = MPPA_PCI_BAR0 + 4 * i;
	const uint32_t kind = pcie_config_read(c, device->id, at) & 0xf;
	const bool wide = kind & MPPA_PCI_BAR_64;

	pcie_config_write(c, device->id, at, ~0u);
	uint64_t mask = pcie_config_read(c, device->id, at) & ~0xfu;

	if (wide)
		pcie_config_write(c, device->id, at + 4, ~0u);
	mask |= (uint64_t)(wide ? pcie_config_read(c, device->id, at + 4) : ~0u) << 32;
	if (mask << 32 == 0 && !wide)
		return 1; /* not implemented */
	/* All go below 4 GiB, prefetchable or not: one window is enough for the few registers of storage devices. */
	const uint64_t address = take(&root->low, ~mask + 1);

	pcie_config_write(c, device->id, at, (uint32_t)address);
	if (wide)
		pcie_config_write(c, device->id, at + 4, 0);
	device->bar[i].bytes = ~mask + 1;
	device->bar[i].address = address ? MPPA_PCIE_MEM32(c) + address : 0;
	*fits = *fits && address;
	return wide ? 2 : 1;
}

/* Bus mastering, and memory if all BARs have a place. */
static void open_function(const struct pcie_device *device, bool memory)
{
	pcie_config_write(device->controller, device->id, MPPA_PCI_COMMAND,
			  MPPA_PCI_COMMAND_MASTER | MPPA_PCI_COMMAND_SERR | MPPA_PCI_COMMAND_INTX_OFF |
				  (memory ? MPPA_PCI_COMMAND_MEMORY : 0));
}

static void scan_bus(struct pcie_root *root, uint8_t bus, uint16_t bridge);

/* Numbers and scans the bus behind a bridge and opens the bridge for the BARs found there. */
static void scan_behind(struct pcie_root *root, uint16_t id)
{
	const unsigned c = root->controller;
	const uint32_t secondary = ++root->last_bus;

	pcie_config_write(c, id, MPPA_PCI_BUSES, (uint32_t)id >> 8 | secondary << 8 | 0xffu << 16);
	const uint64_t base = root->low.next = align_up(root->low.next, BRIDGE_GRANULE);

	scan_bus(root, (uint8_t)secondary, id);
	const uint64_t end = root->low.next = align_up(root->low.next, BRIDGE_GRANULE);

	pcie_config_write(c, id, MPPA_PCI_BUSES, (uint32_t)id >> 8 | secondary << 8 | (uint32_t)root->last_bus << 16);
	/* An empty window has its limit below its base. */
	pcie_config_write(c, id, MPPA_PCI_MEMORY,
			  end > base ? (uint32_t)(base >> 16 & 0xfff0) | ((uint32_t)(end - 1) & 0xfff00000u) : 0xfff0u);
	pcie_config_write(c, id, MPPA_PCI_PREFETCH, 0xfff0u);
}

static void scan_function(struct pcie_root *root, uint16_t id, uint16_t bridge)
{
	const unsigned c = root->controller;
	const uint32_t vendor = pcie_config_read(c, id, MPPA_PCI_ID);
	bool fits = true;

	if (vendor == NOBODY)
		return;
	if (root->count == DEVICES_MAX) {
		root->overflow = true;
		return;
	}
	struct pcie_device *device = &root->devices[root->count++];

	*device = (struct pcie_device){
		.controller = (uint8_t)c,
		.id = id,
		.slot = bridge,
		.vendor = (uint16_t)vendor,
		.device = (uint16_t)(vendor >> 16),
		.class_code = pcie_config_read(c, id, MPPA_PCI_CLASS) >> 8,
		.bridge = (pcie_config_read(c, id, MPPA_PCI_HEADER_TYPE & ~3u) >> 16 & 0x7f) == 1,
	};
	const unsigned pcie = pcie_find_capability(c, id, MPPA_PCI_CAP_PCIE);
	const uint32_t payload = pcie ? pcie_config_read(c, id, pcie + MPPA_PCI_EXP_DEVCAP) & 7 : 0;

	if (payload < root->payload)
		root->payload = payload;
	for (unsigned i = 0; i < (device->bridge ? 2 : PCIE_BARS);)
		i += place_bar(root, device, i, &fits);
	if (device->bridge)
		scan_behind(root, id);
	open_function(device, fits);
}

static void scan_bus(struct pcie_root *root, uint8_t bus, uint16_t bridge)
{
	const unsigned c = root->controller;

	for (unsigned device = 0; device < (bus ? 32 : 1); device++) {
		const uint16_t id = (uint16_t)(bus << 8 | device << 3);

		if (pcie_config_read(c, id, MPPA_PCI_ID) == NOBODY)
			continue;
		const bool several = pcie_config_read(c, id, MPPA_PCI_HEADER_TYPE & ~3u) >> 16 & 0x80;

		for (unsigned function = 0; function < (several ? 8 : 1); function++)
			scan_function(root, (uint16_t)(id | function), bridge);
	}
}

/* One payload size for all, so that devices can also talk to each other; errors are reported. */
static void set_payload(const struct pcie_root *root, uint16_t id)
{
	const unsigned at = pcie_find_capability(root->controller, id, MPPA_PCI_CAP_PCIE);

	if (!at)
		return;
	const uint32_t control = pcie_config_read(root->controller, id, at + MPPA_PCI_EXP_DEVCTL) & 0xffff & ~0x70e0u;

	pcie_config_write(root->controller, id, at + MPPA_PCI_EXP_DEVCTL,
			  control | root->payload << 5 | MRRS_512 << 12 | 0xf);
}

int pcie_root_enumerate(struct pcie_root *root)
{
	scan_bus(root, 0, 0);
	for (unsigned i = 0; i < root->count; i++)
		set_payload(root, root->devices[i].id);
	return root->overflow ? -ENOMEM : (int)root->count;
}

bool pcie_root_restore(const struct pcie_root *root, const struct pcie_device *device)
{
	if (!pcie_device_present(device))
		return false;
	for (unsigned i = 0; i < PCIE_BARS; i++) {
		if (!device->bar[i].address)
			continue;
		const uint32_t address = (uint32_t)(device->bar[i].address - MPPA_PCIE_MEM32(root->controller));

		pcie_config_write(root->controller, device->id, MPPA_PCI_BAR0 + 4 * i, address);
	}
	set_payload(root, device->id);
	open_function(device, true);
	return true;
}

unsigned pcie_root_devices(const struct pcie_root *root, const struct pcie_device **devices)
{
	*devices = root->devices;
	return root->count;
}
