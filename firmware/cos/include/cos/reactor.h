/*
 * Reactors: the data plane's way to run, in SPDK's model and terms. One reactor a core, run to completion, no locks, no
 * context switches. A reactor
 *   - calls its pollers, in the order of their registration, again and again;
 *   - runs events (a function call that another core of the cluster asked for) and messages (from other clusters);
 *   - calls timed pollers when their period has passed.
 *
 * Idle is provable: an iteration in which no poller finds work changes no memory and reads no clock; the timer reports
 * by an interrupt that sets a word. If every poller of a reactor can be woken (see cos_poller_set_wakeup), the core
 * goes to sleep (`await`) after a while; doorbells, interrupts and its timer wake it.
 *
 * PEs run their reactor by default (cos_pe_main()); main() on an RM calls cos_reactor_run() when it is done with its
 * own set-up. Unless said otherwise functions act on the calling core's reactor, and callbacks run on the reactor they
 * belong to.
 */
#ifndef COS_REACTOR_H
#define COS_REACTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "cos/msgq.h"

/* --- Running ------------------------------------------------------------------------------------------------------ */

/* Runs the reactor of this core until cos_reactor_stop(). */
void cos_reactor_run(void);
/* One iteration: events, messages, due timers, pollers. True if anything was done. For code that has to wait inside. */
bool cos_reactor_poll(void);
/* Makes the reactor of a core of this cluster return from cos_reactor_run(). */
void cos_reactor_stop(unsigned core);

/* --- Pollers ------------------------------------------------------------------------------------------------------ */

#define COS_POLLER_IDLE 0
#define COS_POLLER_BUSY 1
/* COS_POLLER_BUSY (or any positive number) if there was something to do. */
typedef int (*cos_poller_fn)(void *arg);
struct cos_poller;

/* `period_us` 0: called in every iteration; otherwise every so many microseconds. NULL if memory is exhausted. */
struct cos_poller *cos_poller_register(cos_poller_fn fn, void *arg, uint64_t period_us);
/* Also from within the poller itself. *poller becomes NULL. */
void cos_poller_unregister(struct cos_poller **poller);
/* A paused poller is not called and does not keep the core awake. */
void cos_poller_pause(struct cos_poller *poller);
void cos_poller_resume(struct cos_poller *poller);
/*
 * Says that the poller need not be called while nothing has woken the core: whatever gives it work also rings this
 * core's doorbell or pulses `gic_input` (a mailbox number, MPPA_GIC_INPUT_*; -1: doorbell only), which is routed to
 * this core. Pollers without it keep the reactor polling for ever.
 */
void cos_poller_set_wakeup(struct cos_poller *poller, int gic_input);

/* --- Events: calls on other cores of the cluster -------------------------------------------------------------------
 */

typedef void (*cos_event_fn)(void *arg1, void *arg2);
/* Has fn(arg1, arg2) called by the reactor of `core` of this cluster. Order is kept between two cores. */
void cos_event_call(unsigned core, cos_event_fn fn, void *arg1, void *arg2);
/* Calls fn(arg1, arg2) on every running PE of the cluster, one after the other, then done(arg1, arg2) on this core. */
void cos_for_each_reactor(cos_event_fn fn, void *arg1, void *arg2, cos_event_fn done);

/* --- Messages: to any core of the chip -----------------------------------------------------------------------------
 */

#define COS_MSG_TYPES 32
#define COS_MSG_USER 8 /* types below are ClusterOS's own */
typedef void (*cos_msg_fn)(const struct cos_msg *message, void *arg);
/* What happens to messages of a type that arrive at any core of this cluster; call it before anybody sends. */
void cos_msg_register(unsigned type, cos_msg_fn fn, void *arg);
/* Sends `length` (at most COS_MSG_BYTES) bytes. False if the receiver's inbox is full or it is not running: who waits
 * for room calls cos_reactor_poll() meanwhile, since the receiver may wait for room in the own inbox. */
bool cos_msg_send(unsigned cluster, unsigned core, unsigned type, const void *data, uint32_t length);

/* --- Statistics ----------------------------------------------------------------------------------------------------
 */

/* Counted only when there was work, so that idling stays free of side effects. */
struct cos_reactor_stats {
	uint64_t busy_iterations, events, messages, sleeps, timer_expirations;
};
struct cos_reactor_stats cos_reactor_stats(unsigned core);

#endif
