#include "drivers/ftu.h"

#include "cos/cpu.h"
#include "cos/mmio.h"
#include "mppa/soc_regs.h"

/* The waits are those of the Linux remoteproc driver. */
#define RESET_US 2
#define SETTLE_US 1

static void control(unsigned cluster, uint32_t bits, unsigned us)
{
	cos_write32(MPPA_FTU_BASE + MPPA_FTU_CTRL(cluster), MPPA_FTU_CTRL_CLKEN | bits);
	kvx_fence();
	cos_delay_us(us);
}

void ftu_reset_cluster(unsigned cluster)
{
	control(cluster, MPPA_FTU_CTRL_RST, RESET_US);
	control(cluster, 0, SETTLE_US);
}

void ftu_start_cluster(unsigned cluster, uint32_t address)
{
	cos_write32(MPPA_FTU_BASE + MPPA_FTU_BOOT_ADDRESS(cluster), address);
	control(cluster, MPPA_FTU_CTRL_WUP, SETTLE_US);
	control(cluster, 0, SETTLE_US);
}

bool ftu_cluster_running(unsigned cluster)
{
	return cos_read32(MPPA_FTU_BASE + MPPA_FTU_STATUS(cluster)) & MPPA_FTU_STATUS_RUNNING;
}
