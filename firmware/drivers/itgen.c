#include "drivers/itgen.h"

#include "cos/mmio.h"
#include "mppa/soc_regs.h"

void itgen_enable(uintptr_t base, unsigned input, unsigned cluster, unsigned mailbox, unsigned bit)
{
	cos_write32(base + MPPA_ITGEN_TARGET(input), MPPA_ITGEN_TARGET_VALUE(cluster, mailbox, bit));
	cos_write32(base + MPPA_ITGEN_ENABLE(input), 1);
}

void itgen_disable(uintptr_t base, unsigned input) { cos_write32(base + MPPA_ITGEN_ENABLE(input), 0); }
unsigned itgen_inputs(uintptr_t base) { return cos_read32(base + MPPA_ITGEN_INPUTS); }
