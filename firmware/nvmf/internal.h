/*
 * What the files of this library share.
 *
 * Three kinds of state, each with one owner and therefore without locks:
 *   struct nvmf_group   a core: queue pairs, I/O channels, requests held back. I/O touches nothing else.
 *   struct nvmf_target  the RM of a cluster: subsystems, namespaces. Groups copy what they need (struct nvmf_view) and
 *                       are told of changes by cos_for_each_channel().
 *   struct nvmf_ctrlr   the control core: see admin.c, ctrlr.c. Queue pairs elsewhere are known there as struct
 *                       nvmf_queue (remote.c).
 */
#ifndef NVMF_INTERNAL_H
#define NVMF_INTERNAL_H

#include "cos/arena.h"
#include "cos/io_channel.h"
#include "cos/reactor.h"
#include "cos/ring.h"
#include "nvmf/target.h"

/* --- Namespaces, subsystems (RM of each cluster) --------------------------------------------------------------------
 */

struct nvmf_ns {
	struct nvmf_subsystem *subsystem;
	struct nvmf_ns_options options;
	struct bdev_desc *desc;
	struct bdev *bdev;
	uint64_t blocks;
	uint32_t block_shift;
	bool removing;
	uint32_t draining; /* groups that still have commands in flight, plus one while they are being asked */
	void (*drained)(struct nvmf_ns *ns);
	void (*removed)(void *arg);
	void *removed_arg;
	struct nvmf_bucket *bucket; /* NULL: no limits */
};

struct nvmf_host {
	struct nvmf_host *next;
	char nqn[NVMF_NQN_MAX + 1];
};

struct nvmf_listener {
	bool used;
	struct nvmf_address address;
	struct nvmf_transport *transport;
	uint8_t ana_state[NVMF_MAX_ANA_GROUPS];
};

struct nvmf_subsystem {
	struct nvmf_target *target;
	uint16_t index;
	bool discovery, allow_any_host, ana_reporting, deleting;
	char nqn[NVMF_NQN_MAX + 1];
	char serial[21], model[41];
	uint32_t max_namespaces;
	uint16_t min_cntlid, max_cntlid, next_cntlid;
	struct nvmf_ns *ns[NVMF_MAX_NAMESPACES];
	struct nvmf_host *hosts;
	struct nvmf_listener listeners[NVMF_MAX_LISTENERS];
	uint64_t ana_changes;
	unsigned busy; /* is being changed: not to be freed */
	struct nvmf_ctrlr *ctrlrs;
	void (*deleted)(void *arg);
	void *deleted_arg;
};

#define NVMF_MAX_TRANSPORTS 4
#define NVMF_CORES 17

/* Messages of one core that a receiver had no room for. */
struct nvmf_outbox {
	struct unsent *first;
	struct cos_poller *poller;
};

struct nvmf_target {
	struct nvmf_target_config config;
	struct nvmf_transport *transports[NVMF_MAX_TRANSPORTS];
	struct nvmf_subsystem **subsystems; /* config.max_subsystems of them */
	struct nvmf_subsystem *discovery;
	uint64_t discovery_changes; /* generation of the discovery log */
	unsigned ctrlr_count;
	unsigned rm;
	struct nvmf_outbox outbox[NVMF_CORES];
};

/* --- A core's part --------------------------------------------------------------------------------------------------
 */

/* What I/O to one namespace needs, on one core. */
struct nvmf_view_ns {
	struct nvmf_ns *ns; /* NULL: inactive */
	struct bdev_desc *desc;
	struct cos_io_channel *channel; /* stays until in_flight is 0 */
	uint64_t blocks;
	uint32_t block_shift;
	uint32_t in_flight;
	uint32_t held;		  /* of them: beyond the limits */
	struct nvmf_ns *draining; /* removed, but commands are in flight */
};

/* A subsystem as one core sees it; exists while the core has queue pairs of it. */
struct nvmf_view {
	struct nvmf_subsystem *subsystem;
	uint32_t users;
	struct nvmf_view_ns ns[];
};

struct nvmf_group {
	struct nvmf_target *target;
	struct nvmf_qpair *qpairs;
	struct nvmf_view **views;	       /* by index of subsystem */
	struct nvmf_request *held, **held_end; /* beyond a namespace's limits, oldest first */
	struct cos_poller *held_poller;
	struct nvmf_group_statistics statistics;
};

/* --- Controllers (control core) -------------------------------------------------------------------------------------
 */

/* A queue pair as the control core knows it, wherever it runs. Fabrics only. */
struct nvmf_queue {
	struct nvmf_ctrlr *ctrlr; /* NULL: not in use */
	uint64_t qpair;		  /* as its own core calls it */
	uint8_t cluster, core;
	uint16_t qid;
	bool ending; /* has been asked to disconnect */
};

/* State of a queue of a memory-based controller. */
struct nvmf_memory_queue {
	bool sq, cq, busy;
	uint16_t cqid;
};

#define NVMF_ERROR_LOG_ENTRIES 16

enum nvmf_event { NVMF_EVENT_ERROR, NVMF_EVENT_NAMESPACE, NVMF_EVENT_ANA, NVMF_EVENT_DISCOVERY, NVMF_EVENTS };

/* Features with a value to keep; see features.c. */
#define NVMF_FEATURES 0x10

struct nvmf_ctrlr {
	struct nvmf_ctrlr *next; /* of the subsystem */
	struct nvmf_subsystem *subsystem;
	struct nvmf_transport *transport;
	void *private_data;
	uint16_t cntlid;
	uint8_t listener;
	uint8_t hostid[16];
	char hostnqn[NVMF_NQN_MAX + 1];
	struct nvmf_address local; /* where the admin queue came in */
	/* Registers */
	uint64_t cap, asq, acq;
	uint32_t cc, csts, aqa, interrupt_mask;
	bool resetting, destroying;
	unsigned busy; /* is being changed: not to be freed */
	void (*destroyed)(void *arg);
	void *destroyed_arg;
	/* Queues, by queue id */
	struct nvmf_queue queues[NVMF_MAX_IO_QUEUES + 1];
	struct nvmf_memory_queue memory_queues[NVMF_MAX_IO_QUEUES + 1];
	struct nvmf_qpair *admin; /* memory-based */
	/* Features */
	uint32_t feature[NVMF_FEATURES];   /* by feature identifier */
	uint32_t temperature_threshold[2]; /* over, under; Kelvin */
	uint64_t no_coalescing[2];	   /* one bit for each interrupt vector */
	/* Events */
	struct nvmf_request *aer[NVMF_MAX_AER]; /* oldest first */
	unsigned aer_count;
	uint32_t pending;  /* one bit for each enum nvmf_event: to be reported */
	uint32_t reported; /* not again until its log page has been read */
	uint8_t error_event;
	uint64_t changed_ns; /* one bit for each nsid, from 1 */
	/* Keep alive */
	uint32_t kato; /* ms, 0: off */
	struct cos_poller *keep_alive;
	unsigned keep_alive_ticks;
	/* Logs */
	struct nvme_error_entry errors[NVMF_ERROR_LOG_ENTRIES];
	uint64_t error_count;
};

#define NVMF_DEFAULT_MODEL "Kalray K200-LP"
#define NVMF_FIRMWARE_REVISION "1.0"
#define NVMF_ONCS_SELECT 0x10u /* Get Features by SEL, Set Features with SV */
/* Get Log Page: NUMD. Up to 16 GiB. */
#define NVMF_LOG_BYTES(cmd) ((((cmd)->cdw10 >> 16 | (uint64_t)((cmd)->cdw11 & 0xffff) << 16) + 1) * 4)

static inline bool nvmf_is_zero(const uint8_t *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (bytes[i])
			return false;
	return true;
}

/* Names of transports and address families are not case sensitive: tools of hosts write "tcp", SPDK "TCP". */
static inline bool nvmf_same_word(const char *a, const char *b)
{
	while (*a && (*a | 0x20) == (*b | 0x20))
		a++, b++;
	return *a == *b;
}

/* --- Completing requests --------------------------------------------------------------------------------------------
 */

#define NVMF_REQUEST_FORWARDED 1u /* a copy on the control core */
#define NVMF_REQUEST_CONNECT 2u

/* cpl.status = the code with Do Not Retry: what a malformed or refused command gets. */
void nvmf_set_error(struct nvmf_request *request, uint8_t sct, uint8_t sc);
/* On the queue's core: hands the request back to the transport. */
void nvmf_request_complete(struct nvmf_request *request);
/* On the control core: the same, wherever the request came from. */
void nvmf_control_complete(struct nvmf_request *request);
/* Sets an error and completes (control core). */
void nvmf_control_fail(struct nvmf_request *request, uint8_t sct, uint8_t sc);

/* Copies between a request's data, from `offset`, and the core's memory; stops at the end of the request's data. */
void nvmf_data_write(const struct nvmf_request *request, uint64_t offset, const void *from, uint64_t bytes);
void nvmf_data_read(const struct nvmf_request *request, uint64_t offset, void *to, uint64_t bytes);

/* --- qpair.c, group.c -----------------------------------------------------------------------------------------------
 */

int nvmf_group_device_register(struct nvmf_target *target);
void nvmf_group_device_unregister(struct nvmf_target *target);
/* This core's view of the subsystem, made if necessary; NULL: no memory. */
struct nvmf_view *nvmf_view_get(struct nvmf_group *group, struct nvmf_subsystem *subsystem);
void nvmf_view_put(struct nvmf_group *group, struct nvmf_view *view);
/* Changes of namespaces on the way through all cores (from the RM). */
void nvmf_views_add_ns(struct nvmf_ns *ns);
void nvmf_views_resize_ns(struct nvmf_ns *ns);
void nvmf_views_remove_ns(struct nvmf_ns *ns, void (*done)(struct nvmf_ns *ns));
/* A command of this namespace ends: closes the channel if the namespace is going and this was the last. */
void nvmf_view_ns_release(struct nvmf_view_ns *view_ns);
/* The answer to a Connect: makes the queue pair ready. 0 or a negative errno. */
int nvmf_qpair_connected(struct nvmf_qpair *qpair, const struct nvmf_attach *attach, uint64_t handle);
/* The control core has forgotten the queue pair. */
void nvmf_qpair_gone(struct nvmf_qpair *qpair);

/* --- I/O (io.c, io_ranges.c, limits.c) ------------------------------------------------------------------------------
 */

void nvmf_io_exec(struct nvmf_request *request);
/* Runs a checked Read, Write ... whose limits have been obeyed. */
void nvmf_io_start(struct nvmf_request *request);
void nvmf_io_dsm(struct nvmf_request *request, struct nvmf_view_ns *view_ns);
/* To the bdev; without room there, again(request) later. Errors complete the request. */
void nvmf_io_submit(struct nvmf_request *request, const struct bdev_request *io, bdev_io_done_fn done,
		    void (*again)(void *request));
/* On the I/O path, after `view_ns` has been found; completes the request. */
void nvmf_io_fail(struct nvmf_request *request, uint8_t sct, uint8_t sc);
/* True: may start now. False: it is held and will be started. */
bool nvmf_limits_admit(struct nvmf_request *request, uint32_t bytes);
/* Fails what is held back for a queue pair or a namespace (the other is NULL). */
void nvmf_limits_abort(struct nvmf_group *group, const struct nvmf_qpair *qpair, const struct nvmf_view_ns *view_ns);
int nvmf_limits_set(struct nvmf_ns *ns, uint64_t iops, uint64_t bytes);
void nvmf_limits_free(struct nvmf_ns *ns);

/* --- Control core ---------------------------------------------------------------------------------------------------
 */

bool nvmf_is_control_core(const struct nvmf_target *target);
void nvmf_remote_init(struct nvmf_target *target);
/* To the control core: an admin or fabrics command, the end of a queue pair. */
void nvmf_remote_submit(struct nvmf_request *request);
void nvmf_remote_gone(struct nvmf_qpair *qpair);
/* From the control core. */
void nvmf_remote_disconnect(struct nvmf_target *target, const struct nvmf_queue *queue);
/* A Connect has succeeded; before nvmf_control_complete(). */
void nvmf_remote_connected(struct nvmf_request *request, const struct nvmf_attach *attach, struct nvmf_queue *queue);
/* Cluster and core where the request's queue pair runs, and its address there. */
void nvmf_remote_origin(const struct nvmf_request *request, struct nvmf_queue *queue);

void nvmf_control_exec(struct nvmf_request *request, struct nvmf_target *target);
void nvmf_fabrics_exec(struct nvmf_request *request, struct nvmf_target *target);
void nvmf_admin_exec(struct nvmf_request *request);
void nvmf_identify(struct nvmf_request *request);
/* Any namespace on a bdev whose writes are volatile until a flush. */
bool nvmf_has_write_cache(const struct nvmf_subsystem *subsystem);
void nvmf_get_log_page(struct nvmf_request *request);
void nvmf_get_features(struct nvmf_request *request);
void nvmf_set_features(struct nvmf_request *request);
void nvmf_features_reset(struct nvmf_ctrlr *ctrlr);
void nvmf_create_cq(struct nvmf_request *request);
void nvmf_create_sq(struct nvmf_request *request);
void nvmf_delete_cq(struct nvmf_request *request);
void nvmf_delete_sq(struct nvmf_request *request);

/* A controller of `subsystem` with registers and features at their defaults. NULL: no id or memory left. */
struct nvmf_ctrlr *nvmf_ctrlr_new(struct nvmf_subsystem *subsystem, struct nvmf_transport *transport,
				  void *private_data);
struct nvmf_ctrlr *nvmf_ctrlr_find(struct nvmf_subsystem *subsystem, uint16_t cntlid);
/* Fabrics: ends all its queues; it is freed when they have gone. */
void nvmf_ctrlr_end(struct nvmf_ctrlr *ctrlr);
/* A queue pair of a fabrics controller has ended. */
void nvmf_ctrlr_queue_gone(struct nvmf_queue *queue);
/* Ends the controllers of a subsystem for which fn says so. */
void nvmf_ctrlrs_end(struct nvmf_subsystem *subsystem, bool (*fn)(const struct nvmf_ctrlr *ctrlr, const void *arg),
		     const void *arg);
void nvmf_keep_alive_start(struct nvmf_ctrlr *ctrlr, uint32_t kato);

/* Events: remembers what has happened and completes an Asynchronous Event Request if one is there. */
void nvmf_event_raise(struct nvmf_ctrlr *ctrlr, enum nvmf_event event);
void nvmf_event_log_read(struct nvmf_ctrlr *ctrlr, enum nvmf_event event);
void nvmf_async_event_request(struct nvmf_request *request);
/* Ends all Asynchronous Event Requests: the queue goes. */
void nvmf_events_abort(struct nvmf_ctrlr *ctrlr);
/* Abort of one of them. False if it is not there. */
bool nvmf_event_abort(struct nvmf_ctrlr *ctrlr, uint16_t cid);
/* To all controllers that see the change. */
void nvmf_namespace_changed(struct nvmf_ns *ns);
void nvmf_ana_changed(struct nvmf_subsystem *subsystem);
void nvmf_discovery_changed(struct nvmf_target *target);
void nvmf_error_log_add(struct nvmf_ctrlr *ctrlr, const struct nvmf_request *request);

/* --- Subsystems -----------------------------------------------------------------------------------------------------
 */

struct nvmf_subsystem *nvmf_subsystem_for_connect(struct nvmf_target *target, const char *nqn);
bool nvmf_subsystem_host_allowed(const struct nvmf_subsystem *subsystem, const char *hostnqn);
/* Index of the listener that covers `local`, or -1. The discovery subsystem is reached by any listener. */
int nvmf_subsystem_listener(const struct nvmf_subsystem *subsystem, const struct nvmf_address *local);
bool nvmf_nqn_valid(const char *nqn);
/* The namespace; NULL if inactive. */
struct nvmf_ns *nvmf_subsystem_ns(const struct nvmf_subsystem *subsystem, uint32_t nsid);
/* The last controller of a subsystem that is being deleted has gone. */
void nvmf_subsystem_check_deleted(struct nvmf_subsystem *subsystem);

#endif
