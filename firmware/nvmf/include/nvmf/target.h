/*
 * NVM subsystems: the part of an NVMe target that does not depend on how commands arrive. Terms as in SPDK's nvmf
 * library. Transports (PCIe endpoint, TCP) build requests and hand them to nvmf_request_exec(); everything else -
 * controllers, admin commands, namespaces, access control - is done here.
 *
 * Who does what where
 *   - Every cluster has one struct nvmf_target with the same subsystems and namespaces (management executes each change
 *     in all of them). Indexes of subsystems and namespace ids agree; addresses need not.
 *   - Controllers and everything about them (registers, features, events, keep alive) live on the *control core*, one
 *     core of one cluster. Admin and fabrics commands that arrive elsewhere are taken there and back by this library,
 *     without the transport noticing.
 *   - An I/O queue pair runs on the core that called nvmf_qpair_init() and never leaves it: it needs its subsystem's
 *     replica, this core's I/O channels and what came back from Connect, nothing else.
 *
 * Unless said otherwise a function is called on the core that owns the object and callbacks come on that core.
 */
#ifndef NVMF_TARGET_H
#define NVMF_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "bdev/bdev.h"
#include "nvme/spec.h"
#include "nvmf/spec.h"

#define NVMF_MAX_NAMESPACES 64	 /* of a subsystem; the highest nsid */
#define NVMF_MAX_IO_QUEUES 64	 /* of a controller: queue ids 1..64 */
#define NVMF_MAX_CONTROLLERS 128 /* of a target */
#define NVMF_MAX_LISTENERS 16	 /* of a subsystem */
#define NVMF_MAX_ANA_GROUPS 16
#define NVMF_MAX_AER 4		     /* outstanding Asynchronous Event Requests of a controller */
#define NVMF_MAX_TRANSFER (1u << 20) /* bytes of one I/O command: MDTS 8 of 4 KiB pages */

struct nvmf_target;
struct nvmf_subsystem;
struct nvmf_ns;
struct nvmf_group; /* a core's queue pairs */
struct nvmf_view;
struct nvmf_view_ns;
struct cos_io_channel;
struct nvmf_ctrlr;
struct nvmf_qpair;
struct nvmf_request;

/* Where a subsystem is reached. PCIe: traddr is the number of the emulated function, trsvcid empty. */
struct nvmf_address {
	uint8_t trtype;	  /* enum nvmf_trtype */
	uint8_t adrfam;	  /* enum nvmf_adrfam */
	char trsvcid[14]; /* TCP: the port, decimal */
	char traddr[48];  /* TCP: the address as text; the unspecified address stands for all of them */
};

/* --- Requests -------------------------------------------------------------------------------------------------------
 */

/*
 * One command. The transport fills the first part, calls nvmf_request_exec() and gets the request back by
 * transport->complete(request), once, on the same core, possibly before nvmf_request_exec() has returned.
 *
 * Data: `length` bytes lie in `segments`, bus addresses. Host to controller: they are there before exec. Controller to
 * host: they are there at completion. The data of commands for which nvmf_command_needs_local_data() is true must be in
 * memory that cores can access through the bus address (SMEM).
 */
struct nvmf_request {
	/* The transport's: stay until completion. */
	struct nvmf_qpair *qpair;
	const struct nvme_command *cmd;
	const struct bdev_segment *segments;
	uint32_t segment_count;
	uint32_t length; /* bytes; 0: no data */
	/* At completion: all fields but the phase bit. cid, sqid and status always; sqhd for fabrics queues. */
	struct nvme_completion cpl;
	/* The library's. */
	struct nvmf_request *next;
	union {
		struct nvmf_view_ns *view_ns; /* I/O: the namespace, on this core */
		struct nvmf_ctrlr *ctrlr;     /* admin, on the control core */
	};
	struct bdev_wait_entry wait;
	uint32_t pending; /* parts that have not completed */
	uint8_t flags;
};

/* Executes the command. Any queue pair, connected or not: what may not be executed completes with the status that the
 * standards prescribe. */
void nvmf_request_exec(struct nvmf_request *request);

enum nvmf_direction { NVMF_NO_DATA, NVMF_HOST_TO_CONTROLLER, NVMF_CONTROLLER_TO_HOST, NVMF_BIDIRECTIONAL };
/* By bits 1:0 of the opcode (of fctype for fabrics commands). */
enum nvmf_direction nvmf_command_direction(const struct nvme_command *cmd);
/* Bytes that the command moves: what a transport needs to walk a PRP list. 0 if it moves none, or if the command is so
 * wrong that nvmf_request_exec() refuses it without looking at data. At most NVMF_MAX_TRANSFER. Any queue pair. */
uint32_t nvmf_command_length(const struct nvmf_qpair *qpair, const struct nvme_command *cmd);

/* True for admin and fabrics commands, and for those I/O commands whose data are parameters (Dataset Management,
 * reservations): the core reads or writes them itself. */
bool nvmf_command_needs_local_data(const struct nvmf_qpair *qpair, const struct nvme_command *cmd);

/* For transports that refuse a command themselves (bad PRP, bad SGL): fills request->cpl. Does not complete. */
void nvmf_request_set_status(struct nvmf_request *request, uint8_t sct, uint8_t sc, bool dnr);

/* --- Queue pairs ----------------------------------------------------------------------------------------------------
 */

enum nvmf_qpair_state {
	NVMF_QPAIR_NEW,	    /* fabrics: only Connect is accepted */
	NVMF_QPAIR_CONNECT, /* a Connect is on its way */
	NVMF_QPAIR_READY,
	NVMF_QPAIR_CLOSING, /* no new requests; waits for those in flight */
	NVMF_QPAIR_CLOSED,
};

/* Embedded in the transport's own queue. Fields may be read by the transport. */
struct nvmf_qpair {
	struct nvmf_target *target;
	struct nvmf_transport *transport;
	struct nvmf_group *group;	  /* this core's */
	struct cos_io_channel *channel;	  /* through which the group is held */
	struct nvmf_subsystem *subsystem; /* when READY; this cluster's replica */
	struct nvmf_view *view;		  /* its namespaces as this core sees them */
	struct nvmf_ctrlr *ctrlr;	  /* admin queues on the control core; NULL elsewhere */
	struct nvmf_address local;	  /* where the connection came in; for access control and ANA */
	uint16_t qid;
	uint16_t cntlid;
	uint16_t sq_entries; /* fabrics: 1 .. transport limit */
	uint16_t sq_head;
	bool no_flow_control;
	uint8_t state;	  /* enum nvmf_qpair_state */
	uint8_t listener; /* index in the subsystem */
	uint8_t hostid[16];
	uint32_t in_flight;
	void (*closed)(struct nvmf_qpair *qpair, void *arg);
	void *closed_arg;
	struct nvmf_qpair *next, *previous; /* in the group */
	uint64_t handle;		    /* names this queue to the control core; 0: it does not know it */
	bool leaving;			    /* the control core has been told that it ends */
};

/* Clears *qpair and makes it this core's. Fabrics: then `local` is filled in by the transport and the first command is
 * a Connect. Never fails. */
void nvmf_qpair_init(struct nvmf_qpair *qpair, struct nvmf_target *target, struct nvmf_transport *transport);

/* Memory-based transports: what makes an I/O queue pair ready. The control core's part comes from create_sq(). */
struct nvmf_attach {
	uint16_t subsystem; /* nvmf_subsystem_index() */
	uint16_t cntlid;
	uint16_t qid;
	uint16_t sq_entries;
	uint8_t listener;
	bool no_flow_control;
	uint8_t hostid[16];
};
/* 0, or -ENOMEM (no I/O channels), -ENOENT (no such subsystem in this cluster). */
int nvmf_qpair_attach(struct nvmf_qpair *qpair, const struct nvmf_attach *attach);

/*
 * The transport gives the queue pair up: connection lost, queue deleted, function reset. No request may be handed in
 * afterwards; those in flight complete as usual (outstanding Asynchronous Event Requests with Command Abort Requested;
 * a transport whose peer has gone drops completions). Then closed(qpair, arg), after which the memory is the
 * transport's again. A fabrics admin queue takes its controller with it.
 */
void nvmf_qpair_close(struct nvmf_qpair *qpair, void (*closed)(struct nvmf_qpair *qpair, void *arg), void *arg);

/* --- Transports -----------------------------------------------------------------------------------------------------
 */

/* Parameters of Create I/O Submission Queue and Completion Queue after they have been checked. */
struct nvmf_queue_params {
	uint16_t qid;
	uint16_t cqid; /* of an SQ */
	uint32_t entries;
	uint64_t base; /* PRP1: contiguous memory of the host, page aligned */
	uint16_t vector;
	bool interrupts;  /* of a CQ */
	uint8_t priority; /* of an SQ */
};

/* As in nvmf_create_transport; 0 stands for the transport's default. */
struct nvmf_transport_options {
	uint32_t max_queue_depth;      /* entries of a queue: CAP.MQES + 1; default 128 */
	uint32_t max_io_qpairs;	       /* of a controller; default 16, at most NVMF_MAX_IO_QUEUES */
	uint32_t in_capsule_data_size; /* bytes; fabrics: IOCCSZ. Default 4096 */
	uint32_t max_io_size;	       /* bytes; default and at most NVMF_MAX_TRANSFER */
	uint32_t io_unit_size;	       /* bytes of one data buffer; default 131072 */
	uint32_t max_aq_depth;	       /* entries of an admin queue; default 32 */
	uint32_t num_shared_buffers;   /* of each core; default the transport's */
	bool no_c2h_success;	       /* TCP: always send a response capsule */
};

/*
 * What a transport provides; one static object each, entered by nvmf_transport_register(). Functions that a transport
 * does not need are NULL. On the control core of its cluster (the RM) unless said otherwise.
 */
struct nvmf_transport {
	const char *name; /* "TCP", "PCIE": trtype of the management methods */
	uint8_t trtype;
	bool memory_based;			/* queues in host memory, registers instead of properties */
	uint32_t sgls;				/* SGLS of Identify Controller: 0 = PRPs only */
	uint16_t vid, ssvid;			/* PCI ids, 0 for fabrics */
	struct nvmf_transport_options defaults; /* set by the transport */
	struct nvmf_transport_options options;	/* in force after create() */
	struct nvmf_target *target;		/* set when registered */
	bool created;				/* nvmf_create_transport has been done */

	/* nvmf_create_transport: `options` are complete. 0 or a negative errno. */
	int (*create)(struct nvmf_transport *transport);
	/* The first subsystem listens at (the last one leaves) the address. 0 or a negative errno. */
	int (*listen)(struct nvmf_transport *transport, const struct nvmf_address *address);
	void (*stop_listen)(struct nvmf_transport *transport, const struct nvmf_address *address);
	/* Each subsystem that listens (leaves). An emulated function gets its controller here. 0 or a negative errno.
	 */
	int (*attach)(struct nvmf_transport *transport, struct nvmf_subsystem *subsystem,
		      const struct nvmf_address *address);
	void (*detach)(struct nvmf_transport *transport, struct nvmf_subsystem *subsystem,
		       const struct nvmf_address *address);

	/* On the queue's core: the request is finished. */
	void (*complete)(struct nvmf_request *request);
	/* On the queue's core: the controller wants the queue to end (keep alive expired, controller reset, host or
	 * listener removed). The transport sends what is due, and calls nvmf_qpair_close() soon. Fabrics only. */
	void (*disconnect)(struct nvmf_qpair *qpair);

	/*
	 * Memory-based transports, on the control core. Create: returns 0 and later calls nvmf_queue_op_done(admin,
	 * ...) once; all fields have been checked except what only the transport can know. Delete: the queue exists and
	 * no SQ uses the CQ; all its commands must have completed (nvmf_qpair_close) before nvmf_queue_op_done().
	 */
	void (*create_cq)(struct nvmf_ctrlr *ctrlr, const struct nvmf_queue_params *params, struct nvmf_request *admin);
	void (*create_sq)(struct nvmf_ctrlr *ctrlr, const struct nvmf_queue_params *params, struct nvmf_request *admin);
	void (*delete_cq)(struct nvmf_ctrlr *ctrlr, uint16_t qid, struct nvmf_request *admin);
	void (*delete_sq)(struct nvmf_ctrlr *ctrlr, uint16_t qid, struct nvmf_request *admin);
	/* CC.EN has become 1 with valid fields: set up the admin queue (nvmf_ctrlr_admin_queue()). 0: the library sets
	 * CSTS.RDY; otherwise CSTS.CFS. */
	int (*enable)(struct nvmf_ctrlr *ctrlr);
	/* CC.EN has become 0 (or the function is reset): stop fetching, close all queue pairs of the controller, the
	 * admin queue included, then nvmf_ctrlr_reset_done(). */
	void (*reset)(struct nvmf_ctrlr *ctrlr);
	/* Interrupt coalescing (features 08h, 09h; a reset): aggregation threshold, completions - 1, and time, 100 us;
	 * for which vectors it is off. May be NULL: no coalescing. */
	void (*coalescing_changed)(struct nvmf_ctrlr *ctrlr, uint8_t threshold, uint8_t time,
				   const uint64_t disabled_vectors[2]);
	/* The controller's registers have changed (CSTS): for transports that keep a copy for the host. May be NULL. */
	void (*registers_changed)(struct nvmf_ctrlr *ctrlr);
};

/* Before any nvmf_create_transport; once for each transport of the image. */
void nvmf_transport_register(struct nvmf_target *target, struct nvmf_transport *transport);
struct nvmf_transport *nvmf_transport_find(struct nvmf_target *target, const char *name);
/* -EEXIST, -EINVAL (an option out of range), or what the transport says. */
int nvmf_transport_create(struct nvmf_transport *transport, const struct nvmf_transport_options *options);

/* --- Controllers of memory-based transports (control core) ----------------------------------------------------------
 */

/* A controller of `subsystem` whose admin queue is `admin`, initialised by nvmf_qpair_init() at each enable().
 * `private` is the transport's. -ENOSPC: no controller id is left. */
int nvmf_ctrlr_create(struct nvmf_subsystem *subsystem, struct nvmf_transport *transport,
		      const struct nvmf_address *address, void *private_data, struct nvmf_ctrlr **out);
/* Resets the controller if necessary, then frees it and calls done(arg). */
void nvmf_ctrlr_destroy(struct nvmf_ctrlr *ctrlr, void (*done)(void *arg), void *arg);
void *nvmf_ctrlr_private(const struct nvmf_ctrlr *ctrlr);
uint16_t nvmf_ctrlr_id(const struct nvmf_ctrlr *ctrlr);

/* The register file, offsets of NVMe 1.4 clause 3.1, below 1000h (doorbells are the transport's). Sizes 4 and 8.
 * Reserved offsets read as 0, writes to them and to read-only registers are ignored. */
uint64_t nvmf_ctrlr_read(const struct nvmf_ctrlr *ctrlr, uint32_t offset, unsigned size);
void nvmf_ctrlr_write(struct nvmf_ctrlr *ctrlr, uint32_t offset, uint64_t value, unsigned size);
/* AQA, ASQ, ACQ as the host has set them. Entries of each queue 2..4096. */
struct nvmf_admin_queue {
	uint64_t sq_base, cq_base;
	uint32_t sq_entries, cq_entries;
};
struct nvmf_admin_queue nvmf_ctrlr_admin_queue(const struct nvmf_ctrlr *ctrlr);
/* From enable(): makes `admin`, freshly initialised, the controller's admin queue pair. */
void nvmf_ctrlr_set_admin_qpair(struct nvmf_ctrlr *ctrlr, struct nvmf_qpair *admin);
/* What a new I/O queue of this controller needs; the transport takes it to the queue's core. */
struct nvmf_attach nvmf_ctrlr_attach_info(const struct nvmf_ctrlr *ctrlr, uint16_t qid, uint16_t sq_entries);
/* A function level reset or the like: as if CC.EN had been cleared, and all registers return to their defaults. */
void nvmf_ctrlr_function_reset(struct nvmf_ctrlr *ctrlr);
void nvmf_ctrlr_reset_done(struct nvmf_ctrlr *ctrlr);
/* A fatal error of the queues (e.g. doorbell memory unreadable): sets CSTS.CFS. */
void nvmf_ctrlr_fatal(struct nvmf_ctrlr *ctrlr);
/* Ends a create/delete that the transport was asked for. Command specific codes: sct 1. */
void nvmf_queue_op_done(struct nvmf_request *admin, uint8_t sct, uint8_t sc);
/* The host did something that is reported by an event of type Error Status (5.2.1 figure 147): e.g. 0 = write to an
 * invalid doorbell register, 1 = invalid doorbell value. */
void nvmf_ctrlr_error_event(struct nvmf_ctrlr *ctrlr, uint8_t information);

/* Work of one core's queue pairs. */
struct nvmf_group_statistics {
	uint64_t queue_pairs; /* now */
	uint64_t reads, writes, others;
	uint64_t read_bytes, written_bytes;
	uint64_t failed;    /* completed with a status other than success */
	uint64_t held_back; /* times a command waited for its namespace's limits */
};

/* --- Target ---------------------------------------------------------------------------------------------------------
 */

struct nvmf_target_config {
	uint8_t cluster;	 /* this one */
	uint8_t control_cluster; /* where controllers live */
	uint8_t control_core;	 /* MPPA_RM on the chip */
	uint16_t max_subsystems; /* 0: 16 */
};

/* The target of this cluster. Called on the RM before messages arrive. NULL if memory is exhausted. */
struct nvmf_target *nvmf_target_create(const struct nvmf_target_config *config);
/* All subsystems must be deleted and all queue pairs be closed. */
void nvmf_target_destroy(struct nvmf_target *target);
/* Of the calling core; zero if it has no queue pairs. */
struct nvmf_group_statistics nvmf_group_statistics(struct nvmf_target *target);

/* --- Subsystems (the RM of each cluster) ----------------------------------------------------------------------------
 */

/* The terms are those of the management methods; texts are copied. */
struct nvmf_subsystem_options {
	const char *nqn;
	const char *serial_number; /* at most 20 ASCII characters; NULL: "00000000000000000000" */
	const char *model_number;  /* at most 40; NULL: "Kalray K200-LP" */
	bool allow_any_host;
	bool ana_reporting;
	uint32_t max_namespaces; /* 0: 32; at most NVMF_MAX_NAMESPACES */
	uint16_t min_cntlid;	 /* 0: 1 */
	uint16_t max_cntlid;	 /* 0: NVMF_CNTLID_MAX */
};

/* -EINVAL (not a valid NQN or text), -EEXIST, -ENOSPC, -ENOMEM. */
int nvmf_subsystem_create(struct nvmf_target *target, const struct nvmf_subsystem_options *options,
			  struct nvmf_subsystem **out);
/* Ends all connections, waits for what is in flight, removes namespaces and frees it; then done(arg). */
void nvmf_subsystem_delete(struct nvmf_subsystem *subsystem, void (*done)(void *arg), void *arg);
struct nvmf_subsystem *nvmf_subsystem_find(struct nvmf_target *target, const char *nqn);
struct nvmf_subsystem *nvmf_subsystem_by_index(struct nvmf_target *target, uint16_t index);
/* The first for NULL; NULL after the last. The discovery subsystem is not among them. */
struct nvmf_subsystem *nvmf_subsystem_next(struct nvmf_target *target, const struct nvmf_subsystem *after);
uint16_t nvmf_subsystem_index(const struct nvmf_subsystem *subsystem);
const char *nvmf_subsystem_nqn(const struct nvmf_subsystem *subsystem);

/* Hosts that may connect, by NQN. -EEXIST, -ENOENT, -EINVAL, -ENOMEM. Removing a host ends its connections. */
int nvmf_subsystem_add_host(struct nvmf_subsystem *subsystem, const char *nqn);
int nvmf_subsystem_remove_host(struct nvmf_subsystem *subsystem, const char *nqn);
void nvmf_subsystem_allow_any_host(struct nvmf_subsystem *subsystem, bool allow);

/* -ENODEV (no such transport created), -EEXIST, -ENOENT, -ENOSPC, or what the transport says. Removing a listener ends
 * the connections that came in by it. */
int nvmf_subsystem_add_listener(struct nvmf_subsystem *subsystem, const struct nvmf_address *address);
int nvmf_subsystem_remove_listener(struct nvmf_subsystem *subsystem, const struct nvmf_address *address);

/* Of one group (1..NVMF_MAX_ANA_GROUPS, 0: all) as seen through one listener. Raises the event. -ENOENT, -EINVAL. */
int nvmf_subsystem_set_ana_state(struct nvmf_subsystem *subsystem, const struct nvmf_address *address, uint32_t group,
				 enum nvme_ana_state state);

struct nvmf_ns_options {
	uint32_t nsid;	     /* 0: the lowest free one */
	uint8_t nguid[16];   /* zero: derived from the bdev's uuid */
	uint8_t eui64[8];    /* zero: none */
	uint8_t uuid[16];    /* zero: the bdev's */
	uint32_t ana_group;  /* 0: 1 */
	uint64_t iops_limit; /* commands a second over all cores; 0: none */
	uint64_t rate_limit; /* bytes a second; 0: none */
};
/* The nsid, or -ENOENT (no such bdev), -EEXIST, -ENOSPC, -EINVAL, -ENOMEM. */
int nvmf_subsystem_add_ns(struct nvmf_subsystem *subsystem, const char *bdev_name,
			  const struct nvmf_ns_options *options);
/* Commands that come from now on fail as for an inactive namespace; when those in flight have completed the bdev is
 * closed and done(arg) is called. -ENOENT, -EBUSY (already being removed). */
int nvmf_subsystem_remove_ns(struct nvmf_subsystem *subsystem, uint32_t nsid, void (*done)(void *arg), void *arg);
/* New limits from now on. -ENOENT. */
int nvmf_subsystem_set_ns_limits(struct nvmf_subsystem *subsystem, uint32_t nsid, uint64_t iops, uint64_t bytes);

#endif
