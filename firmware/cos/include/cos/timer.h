/* The timer of a core: one deadline, reported by an interrupt. Reactors use it for their timed pollers. */
#ifndef COS_TIMER_H
#define COS_TIMER_H

#include <stdint.h>

/* fn(arg) runs as an interrupt handler of this core in `cycles` cycles (at least 1); replaces what was set before. */
void cos_timer_start(uint64_t cycles, void (*fn)(void *arg), void *arg);
void cos_timer_stop(void);

#endif
