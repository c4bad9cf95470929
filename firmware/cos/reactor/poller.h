/* Pollers of one reactor. Private to the reactor; the interface is cos/reactor.h. */
#ifndef COS_POLLER_H
#define COS_POLLER_H

#include <stdbool.h>
#include <stdint.h>

#include "cos/reactor.h"

struct cos_poller_list {
	struct cos_poller *first, *last; /* called in every iteration */
	struct cos_poller *timed;	 /* by due time */
	unsigned always;		 /* untimed pollers that nothing wakes */
};

/* True if one of them had work. */
bool cos_pollers_run(struct cos_poller_list *list);
/* Calls those that are due and sets the timer for the next. */
void cos_pollers_run_timed(struct cos_poller_list *list);

/* What the pollers need of their reactor. */
struct cos_poller_list *cos_reactor_pollers(void);
void cos_reactor_set_timer(uint64_t cycles);

#endif
