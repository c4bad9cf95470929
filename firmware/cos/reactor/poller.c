#include "poller.h"

#include <stddef.h>

#include "cos/arena.h"
#include "cos/cpu.h"
#include "cos/ring.h"
#include "drivers/gic.h"

struct cos_poller {
	cos_poller_fn fn;
	void *arg;
	struct cos_poller *next, *previous; /* previous: untimed pollers only */
	uint64_t period, due;		    /* cycles; period 0 = untimed */
	bool wakeup, paused;
	bool running;	   /* timed pollers only: an idle iteration must not write */
	bool unregistered; /* freed by whoever meets it next */
};

static void insert_timed(struct cos_poller_list *list, struct cos_poller *poller)
{
	struct cos_poller **at = &list->timed;

	while (*at && (*at)->due <= poller->due)
		at = &(*at)->next;
	poller->next = *at;
	*at = poller;
}

static void remove_timed(struct cos_poller_list *list, struct cos_poller *poller)
{
	for (struct cos_poller **at = &list->timed; *at; at = &(*at)->next) {
		if (*at == poller) {
			*at = poller->next;
			return;
		}
	}
}

static void append(struct cos_poller_list *list, struct cos_poller *poller)
{
	poller->next = NULL;
	poller->previous = list->last;
	*(list->last ? &list->last->next : &list->first) = poller;
	list->last = poller;
}

static void unlink_untimed(struct cos_poller_list *list, struct cos_poller *poller)
{
	*(poller->previous ? &poller->previous->next : &list->first) = poller->next;
	*(poller->next ? &poller->next->previous : &list->last) = poller->previous;
}

/* Whether the poller keeps its core awake. */
static unsigned keeps_awake(const struct cos_poller *poller)
{
	return !poller->period && !poller->wakeup && !poller->paused;
}

static void set_timer(const struct cos_poller_list *list)
{
	if (!list->timed)
		return;
	const uint64_t now = cos_cycles(), due = list->timed->due;

	cos_reactor_set_timer(due > now ? due - now : 1);
}

struct cos_poller *cos_poller_register(cos_poller_fn fn, void *arg, uint64_t period_us)
{
	struct cos_poller_list *list = cos_reactor_pollers();
	struct cos_poller *poller = cos_zalloc(COS_SMEM, sizeof *poller, COS_CACHE_LINE);

	if (!poller)
		return NULL;
	poller->fn = fn;
	poller->arg = arg;
	poller->period = period_us * (cos_clock_hz() / 1000000);
	if (poller->period) {
		poller->due = cos_cycles() + poller->period;
		insert_timed(list, poller);
		set_timer(list);
	} else {
		append(list, poller);
	}
	list->always += keeps_awake(poller);
	return poller;
}

static void destroy(struct cos_poller_list *list, struct cos_poller *poller)
{
	if (poller->period)
		remove_timed(list, poller);
	else
		unlink_untimed(list, poller);
	cos_free(poller);
}

void cos_poller_unregister(struct cos_poller **poller)
{
	struct cos_poller_list *list = cos_reactor_pollers();
	struct cos_poller *p = *poller;

	*poller = NULL;
	list->always -= keeps_awake(p);
	p->paused = true;
	p->unregistered = true;
	/* The loop over the untimed ones may stand before it; a running one is still needed by its caller. */
	if (p->period && !p->running)
		destroy(list, p);
}

static void set_paused(struct cos_poller *poller, bool paused)
{
	struct cos_poller_list *list = cos_reactor_pollers();

	list->always -= keeps_awake(poller);
	poller->paused = paused;
	list->always += keeps_awake(poller);
}

void cos_poller_pause(struct cos_poller *poller) { set_paused(poller, true); }
void cos_poller_resume(struct cos_poller *poller) { set_paused(poller, false); }

void cos_poller_set_wakeup(struct cos_poller *poller, int gic_input)
{
	struct cos_poller_list *list = cos_reactor_pollers();

	if (gic_input >= 0)
		gic_route(cos_core_id(), GIC_OUTPUT_WAKE, (unsigned)gic_input);
	list->always -= keeps_awake(poller);
	poller->wakeup = true;
}

bool cos_pollers_run(struct cos_poller_list *list)
{
	bool busy = false;

	for (struct cos_poller *poller = list->first, *next; poller; poller = next) {
		if (!poller->paused && poller->fn(poller->arg) > 0)
			busy = true;
		next = poller->next;
		if (poller->unregistered)
			destroy(list, poller);
	}
	return busy;
}

void cos_pollers_run_timed(struct cos_poller_list *list)
{
	const uint64_t now = cos_cycles();

	while (list->timed && list->timed->due <= now) {
		struct cos_poller *poller = list->timed;

		/* Behind those that are due; a late poller does not catch up. */
		remove_timed(list, poller);
		poller->due = now + poller->period;
		insert_timed(list, poller);
		if (poller->paused)
			continue;
		poller->running = true;
		poller->fn(poller->arg);
		poller->running = false;
		if (poller->unregistered)
			destroy(list, poller);
	}
	set_timer(list);
}
