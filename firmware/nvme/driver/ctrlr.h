/* The home side of a controller: what its files share. All of it runs on the RM of cluster 0. */
#ifndef NVME_CTRLR_H
#define NVME_CTRLR_H

#include "cos/reactor.h"
#include "messages.h"
#include "nvme/driver.h"
#include "qpair.h"

#define NVME_IO_QUEUES_MAX 128 /* of a controller */
#define NVME_TICK_US 1000

/*
 *   DISABLING -> ENABLING -> SETUP -> ANNOUNCING -> READY
 *       ^                      |                      |
 *       |                                       reset |  gone, failed, detach
 *       |                                             |       v
 *       +---------------------------------------------+    LEAVING -> SHUTDOWN -> freed
 *
 * A reset goes DISABLING -> QUIETING -> ENABLING -> SETUP -> READY.
 */
enum nvme_state {
	NVME_DISABLING,	 /* CC.EN = 0 is written, RDY is 1 */
	NVME_QUIETING,	 /* disabled; the cores abort what was out */
	NVME_ENABLING,	 /* CC.EN = 1 is written, RDY is 0 */
	NVME_SETUP,	 /* admin commands of the bring-up are out */
	NVME_ANNOUNCING, /* the clusters make their copies */
	NVME_READY,
	NVME_LEAVING,  /* the clusters give up their copies and queues */
	NVME_SHUTDOWN, /* CC.SHN is written */
};

/* An I/O queue pair of some core. Number i has queue identifier i + 1. */
struct nvme_io_queue {
	struct nvme_ctrlr *ctrlr;
	bool used;
	bool created; /* the controller has it */
	bool asked;   /* its core has not heard of the outcome of the creation */
	bool deleted; /* its core does not want it any more */
	bool quiet;
	uint8_t cluster, core;
	uint64_t cookie, sq_address, cq_address;
};

struct nvme_waiting_admin {
	struct nvme_command command;
	nvme_done_fn done;
	void *arg;
	struct nvme_waiting_admin *next;
};

struct nvme_waiting_reset {
	nvme_ctrlr_fn done; /* or a core that asked by message: */
	void *arg;
	uint8_t cluster, core;
	uint64_t cookie;
	struct nvme_waiting_reset *next;
};

struct nvme_ctrlr {
	struct nvme_device_info info;
	struct nvme_options options;
	struct nvme_ctrlr_data data;
	enum nvme_state state;
	bool initialised; /* was READY once: from now on a bring-up is the end of a reset */
	int error;	  /* why it stopped working; 0: it works */
	uint8_t index;
	uint8_t attempts; /* of the reset */
	uint64_t cap;
	uint64_t state_ticks; /* how long the state may still last; UINT64_MAX: for ever */

	struct nvme_qpair admin;
	struct nvme_waiting_admin *waiting_admin;
	void *page; /* 4 KiB for Identify and logs */
	uint64_t page_address;
	uint32_t step; /* of the bring-up: namespace, or queue */
	uint32_t nsids[NVME_NAMESPACES_MAX];

	uint32_t clusters; /* that have a copy */
	uint32_t expected; /* clusters whose answer is awaited */
	uint32_t io_queues;
	struct nvme_io_queue queue[NVME_IO_QUEUES_MAX];

	struct cos_poller *admin_poller, *tick_poller;
	struct nvme_waiting_reset *resets;
	nvme_ctrlr_fn ready, detached;
	void *ready_arg, *detached_arg;
	struct nvme_ctrlr_stats stats;
};

extern struct nvme_ctrlr *nvme_ctrlrs[NVME_CTRLRS_MAX];

uint32_t nvme_read32(const struct nvme_ctrlr *ctrlr, unsigned offset);
/* Lets the completions of a queue wake its core, if the controller is used that way; false: it cannot be done. */
bool nvme_route_interrupt(const struct nvme_ctrlr *ctrlr, uint16_t vector, unsigned cluster, unsigned core);
void nvme_set_state(struct nvme_ctrlr *ctrlr, enum nvme_state state, uint64_t timeout_us);

/* admin.c */
int nvme_admin_start(struct nvme_ctrlr *ctrlr);
int nvme_admin_poll(void *ctrlr);
/* A tick has passed; true if a command has been out too long. */
bool nvme_admin_age(struct nvme_ctrlr *ctrlr);
void nvme_admin_abort_all(struct nvme_ctrlr *ctrlr);
/* With the controller's page as data, or without. Waits inside if the queue is full. */
void nvme_admin_submit(struct nvme_ctrlr *ctrlr, struct nvme_command *command, bool with_page, nvme_done_fn done);

/* setup.c: from enabled to what the state machine needs next. */
void nvme_setup_begin(struct nvme_ctrlr *ctrlr);
void nvme_setup_done(struct nvme_ctrlr *ctrlr);
void nvme_request_event(struct nvme_ctrlr *ctrlr);

/* queues.c */
void nvme_queue_create(struct nvme_ctrlr *ctrlr, const struct nvme_message *message);
void nvme_queue_delete(struct nvme_ctrlr *ctrlr, const struct nvme_message *message);
void nvme_queue_is_quiet(struct nvme_ctrlr *ctrlr, const struct nvme_message *message);
/* Tells the cores of all queues that the controller is disabled and has forgotten them. */
void nvme_queues_disable(struct nvme_ctrlr *ctrlr);
bool nvme_queues_quiet(const struct nvme_ctrlr *ctrlr);
/* Creates those that cores have, one after the other, then nvme_setup_done(). */
void nvme_queues_restore(struct nvme_ctrlr *ctrlr);
/* The cores may go on. */
void nvme_queues_enable(struct nvme_ctrlr *ctrlr);
/* The cores have to fail everything. */
void nvme_queues_fail(struct nvme_ctrlr *ctrlr);
bool nvme_queues_used(const struct nvme_ctrlr *ctrlr);

/* ctrlr.c */
/* It does not work any more: begins to take it away. */
void nvme_ctrlr_fail(struct nvme_ctrlr *ctrlr, int error);

#endif
