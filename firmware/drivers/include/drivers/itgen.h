/*
 * Interrupt generators: an active input of the chip (UART, PCIe, ...) becomes one bit in a mailbox of a cluster, which
 * the cluster's interrupt controller can route to a core (drivers/gic.h). The mailbox should be in mode
 * MPPA_MAILBOX_FUNCT_OR | MPPA_MAILBOX_TRIG_DOORBELL with the bit set in its mask.
 */
#ifndef DRIVERS_ITGEN_H
#define DRIVERS_ITGEN_H

#include <stdint.h>

/* `base`: MPPA_ITGEN_BASE(n) or the one of a PCIe controller; `input` below itgen_inputs(). A level that is already
 * high is sent at once. */
void itgen_enable(uintptr_t base, unsigned input, unsigned cluster, unsigned mailbox, unsigned bit);
void itgen_disable(uintptr_t base, unsigned input);
unsigned itgen_inputs(uintptr_t base);

#endif
