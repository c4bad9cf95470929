/* The watchdog of a core: reports a reactor that does not come round. */
#ifndef COS_WATCHDOG_H
#define COS_WATCHDOG_H

#include <stdint.h>

/* From now on the reactor of this core must finish an iteration in every two periods, or the core crashes with the
 * context it was in. A sleeping reactor is woken once a period. 0 switches the watchdog off. */
void cos_watchdog_start(uint64_t period_us);

#endif
