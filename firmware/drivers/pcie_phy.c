#include "drivers/pcie_phy.h"

#include "cos/cpu.h"
#include "cos/mmio.h"
#include "cos/mmu.h"
#include "mppa/pcie_regs.h"
#include "mppa/soc.h"
#include "mppa/soc_regs.h"

/* Registers of controllers, PHY, decoder, interrupt generators and bridges: one region. */
#define REGISTERS 0x5128000000ull
#define REGISTERS_BYTES 0x8000000ull
#define PHYS 4

static void write_phy(uint32_t offset, uint32_t value) { cos_write32(MPPA_PCIE_PHY + offset, value); }

void pcie_map_registers(void) { cos_mmu_map(REGISTERS, REGISTERS_BYTES, COS_MMU_RW, COS_MMU_DEVICE); }

/* The order is that of the published Linux driver. */
void pcie_phy_init(unsigned mode)
{
	const uintptr_t reset = MPPA_FTU_BASE + MPPA_FTU_PCIE_RESET;
	const uint32_t released = MPPA_FTU_PCIE_RESET_OVERRIDE | MPPA_FTU_PCIE_RESET_CSR_N | MPPA_FTU_PCIE_RESET_PHY_N;

	if (cos_read32(reset) == released && cos_read32(MPPA_PCIE_PHY + MPPA_PCIE_PHY_NFURC) == mode)
		return;
	cos_write32(reset, MPPA_FTU_PCIE_RESET_OVERRIDE);
	cos_write32(reset, MPPA_FTU_PCIE_RESET_OVERRIDE | MPPA_FTU_PCIE_RESET_CSR_N);
	for (unsigned c = 0; c < MPPA_PCIE_CONTROLLERS; c++)
		pcie_link_enable(c, false);
	write_phy(MPPA_PCIE_PHY_NFURC, mode);
	write_phy(MPPA_PCIE_PHY_RST_OVERRIDE, 0);
	for (unsigned c = 0; c < MPPA_PCIE_CONTROLLERS; c++)
		write_phy(MPPA_PCIE_PHY_CTRL(c) + MPPA_PCIE_PHY_ENGINE_OVERRIDE, 0);
	for (unsigned phy = 0; phy < PHYS; phy++) {
		write_phy(MPPA_PCIE_PHY_SRAM(phy) + MPPA_PCIE_PHY_BYPASS, 1);
		write_phy(MPPA_PCIE_PHY_SRAM(phy) + MPPA_PCIE_PHY_LOAD_DONE, 1);
	}
	cos_write32(reset, released);
	kvx_fence();
}

void pcie_link_enable(unsigned controller, bool on)
{
	write_phy(MPPA_PCIE_PHY_CTRL(controller) + MPPA_PCIE_PHY_LTSSM_DISABLE, !on);
}

bool pcie_link_up(unsigned controller)
{
	return cos_read32(MPPA_PCIE_PHY + MPPA_PCIE_PHY_CTRL(controller) + MPPA_PCIE_PHY_LINK_UP) & 1;
}

void pcie_egress(unsigned controller, unsigned window, uint64_t source, uint64_t destination, unsigned size_log2)
{
	const uintptr_t at = MPPA_PCIE_BREG(controller) + MPPA_PCIE_BREG_EGRESS(window);

	cos_write32(at + MPPA_PCIE_EGRESS_SOURCE_LO, (uint32_t)source);
	cos_write32(at + MPPA_PCIE_EGRESS_SOURCE_HI, (uint32_t)(source >> 32));
	cos_write32(at + MPPA_PCIE_EGRESS_DEST_LO, (uint32_t)destination);
	cos_write32(at + MPPA_PCIE_EGRESS_DEST_HI, (uint32_t)(destination >> 32));
	cos_write32(at + MPPA_PCIE_EGRESS_CONTROL, 1 | (size_log2 - MPPA_PCIE_EGRESS_MIN_LOG2) << 16);
}
