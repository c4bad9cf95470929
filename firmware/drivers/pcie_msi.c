#include "drivers/pcie_msi.h"

#include "cos/arena.h"
#include "cos/mmio.h"
#include "cos/ring.h"
#include "drivers/itgen.h"
#include "mppa/pci_config.h"
#include "mppa/pcie_regs.h"

#define SNOOPERS 8u
#define VECTORS 256u /* of a snooper */

/* Whose a message is. Number n is vector n % VECTORS of snooper n / VECTORS. */
struct message {
	uint16_t id, vector;
	uint8_t controller;
	bool used;
};

static struct message *messages;

/* The windows of all snoopers in a row, messages as the published Linux driver has them (type 0). */
static bool start(void)
{
	messages = cos_zalloc(COS_DDR, SNOOPERS * VECTORS * sizeof *messages, COS_CACHE_LINE);
	if (!messages)
		return false;
	for (unsigned i = 0; i < SNOOPERS; i++) {
		cos_write32(MPPA_PCIE_SNOOPER(i) + MPPA_PCIE_SNOOPER_BASE_LO, PCIE_MSI_BASE + 1024 * i);
		cos_write32(MPPA_PCIE_SNOOPER(i) + MPPA_PCIE_SNOOPER_BASE_HI, 0);
		cos_write32(MPPA_PCIE_SNOOPER(i) + MPPA_PCIE_SNOOPER_ENABLE, 1);
	}
	return true;
}

/* The message of this vector, or a free one; SNOOPERS * VECTORS: there is none. */
static unsigned find(const struct message *wanted)
{
	unsigned n = 0;

	while (n < SNOOPERS * VECTORS && messages[n].used &&
	       (messages[n].id != wanted->id || messages[n].vector != wanted->vector ||
		messages[n].controller != wanted->controller))
		n++;
	return n;
}

/* Address of the function's MSI-X table entry, 0 if it has none; *capability: where the capability is. */
static uintptr_t table_entry(const struct pcie_device *device, unsigned vector, unsigned *capability)
{
	const unsigned at = pcie_find_capability(device->controller, device->id, MPPA_PCI_CAP_MSIX);

	*capability = at;
	if (!at)
		return 0;
	const uint32_t last = pcie_config_read(device->controller, device->id, at) >> 16 & 0x7ff;
	const uint32_t table = pcie_config_read(device->controller, device->id, at + MPPA_PCI_MSIX_TABLE);
	const unsigned bar = table & 7;

	if (vector > last || bar >= PCIE_BARS || !device->bar[bar].address)
		return 0;
	return device->bar[bar].address + (table & ~7u) + MPPA_PCI_MSIX_ENTRY_BYTES * (uintptr_t)vector;
}

bool pcie_msix_route(const struct pcie_device *device, unsigned vector, unsigned cluster, unsigned core)
{
	const struct message wanted = {device->id, (uint16_t)vector, device->controller, true};
	unsigned capability;
	const uintptr_t entry = table_entry(device, vector, &capability);

	if (!entry || (!messages && !start()))
		return false;
	const unsigned n = find(&wanted), snooper = n / VECTORS, input = n % VECTORS;

	if (n == SNOOPERS * VECTORS)
		return false;
	messages[n] = wanted;
	itgen_enable(MPPA_PCIE_ITGEN(snooper), input, cluster, core, 0);
	cos_write32(entry, MPPA_PCIE_MSI_ADDRESS(PCIE_MSI_BASE, snooper, input));
	cos_write32(entry + 4, 0);
	cos_write32(entry + 8, MPPA_PCIE_MSI_DATA(input));
	cos_write32(entry + 12, 0); /* not masked */
	/* Control is the upper half of the capability's first word. */
	pcie_config_write(device->controller, device->id, capability,
			  pcie_config_read(device->controller, device->id, capability) | (uint32_t)MPPA_PCI_MSIX_ENABLE
												 << 16);
	return true;
}
