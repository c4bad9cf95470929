/* Doorbells: every core of the chip can wake any other. Ringing is a posted write; a ring is never lost, several may
 * count as one. The core that is rung leaves cos_idle_wait(); no interrupt is taken. */
#ifndef COS_DOORBELL_H
#define COS_DOORBELL_H

#include "drivers/mailbox.h"

static inline void cos_doorbell_ring(unsigned cluster, unsigned core) { mailbox_write(cluster, core, 1); }

#endif
