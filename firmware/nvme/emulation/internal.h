/*
 * What the files of the emulated controllers share.
 *
 *   functions.c, queues.c  control core: functions, registers, events of the endpoint; creation and deletion of queues
 *   core.c                 a core of the data plane (and the control core for admin queues): rings, doorbells, messages
 *   fetch.c, execute.c     the way of a command: fetched by DMA, data found (prp.c, sgl.c, bounce.c), executed by the
 *   post.c                 target; its completion written to the host, interrupt
 *
 * A queue belongs to one core, all its memory is in that core's cluster. Cores share nothing but the interrupt tables,
 * which lie in cluster 0.
 */
#ifndef EMULATION_INTERNAL_H
#define EMULATION_INTERNAL_H

#include <assert.h>

#include "bdev/bdev.h"
#include "cos/reactor.h"
#include "cos/ring.h"
#include "drivers/dma.h"
#include "drivers/pcie_endpoint.h"
#include "emulation/emulation.h"
#include "mppa/k200lp_messages.h"
#include "mppa/soc.h"

#define PAGE_SHIFT 12
#define PAGE_BYTES (1u << PAGE_SHIFT)
#define CONTROL_CLUSTER 0
#define RINGS 16u

#define MAX_TRANSFER (512u * 1024) /* bytes of a command */
#define MAX_PAGES (MAX_TRANSFER / PAGE_BYTES)
#define MAX_SEGMENTS (MAX_PAGES + 2)
#define LIST_ENTRIES (MAX_PAGES + 2)
#define MAX_QUEUES NVMF_MAX_IO_QUEUES
#define QUEUE_ENTRIES 1024

#define REQUESTS 256 /* of a core of the data plane */
/* Of the control core: all Asynchronous Event Requests of all functions may be out, and others must go on. */
#define CONTROL_REQUESTS (EMULATION_FUNCTIONS * NVMF_MAX_AER + 64)
#define LISTS 32       /* of a core: commands with more data than fits two segments */
#define FETCH_BATCH 16 /* commands of one DMA job */
#define FETCHES 8      /* of a core under way */
#define JOBS_LOG2 6
#define JOBS (1u << JOBS_LOG2)

struct core;
struct request;

/* --- Queues ---------------------------------------------------------------------------------------------------------
 */

struct completion_queue {
	uint64_t host; /* chip address of the queue in the host's memory, for cores */
	uint32_t entries, tail, head;
	uint16_t phase;
	uint16_t qid, vector;
	uint8_t function;
	bool interrupts;
	bool signal;				/* in the core's list of queues to interrupt for */
	uint16_t users;				/* submission queues */
	uint32_t unsignalled;			/* completions since the last interrupt */
	uint32_t waited;			/* ticks of 100 us since the first of them */
	struct request *waiting, **waiting_end; /* finished, but the queue is full or the function must not write */
	struct completion_queue *next;		/* in the core's list of queues to interrupt for */
};

struct submission_queue {
	struct nvmf_qpair qpair; /* first */
	struct completion_queue *cq;
	uint64_t host;
	uint32_t entries, tail, fetched;
	uint32_t outstanding; /* requests that are not finished, commands being fetched */
	uint16_t qid;
	uint8_t function;
	bool ready;    /* in the core's list of queues to fetch from */
	bool closing;  /* deleted or reset: nothing more is fetched */
	bool deleting; /* the control core waits for the end */
	bool silent;   /* reset: nothing is posted either */
	bool closed;   /* by the target */
	struct submission_queue *next;
};

/* A function's queues on one core. */
struct function_queues {
	struct submission_queue *sq[MAX_QUEUES + 1];
	struct completion_queue *cq[MAX_QUEUES + 1];
	/* Queues whose doorbells come here although another core has them: cluster << 8 | core, 0: none. */
	uint16_t forward_sq[MAX_QUEUES + 1];
	unsigned queues;
	bool paused; /* bus master off */
	bool resetting;
	uint8_t coalesce_threshold; /* completions - 1; 0: none */
	uint8_t coalesce_time;	    /* 100 us */
	uint64_t not_coalesced[2];  /* vectors */
};

/* --- Requests -------------------------------------------------------------------------------------------------------
 */

/* Addresses of a transfer of more than two segments. */
struct list {
	struct list *next;
	struct bdev_segment segment[MAX_SEGMENTS];
	uint64_t entry[LIST_ENTRIES]; /* as read from the host: PRPs or SGL descriptors */
	uint64_t entry_iova;
};

struct request {
	struct nvmf_request nvmf; /* first */
	struct nvme_command command;
	struct submission_queue *sq;
	struct completion_queue *cq;
	struct bdev_segment segment[2]; /* without a list */
	struct list *list;
	/* Walk through PRPs or SGL */
	uint32_t found;	       /* bytes of data whose place is known */
	uint32_t entries;      /* being read into the list */
	uint64_t next_address; /* of what is to be read then */
	uint32_t next_bytes;   /* SGL: what is left of the segment */
	uint32_t read;	       /* SGL: descriptors so far */
	bool last_segment;
	/* Copy of the data in memory of the chip */
	uint8_t *copy;
	uint64_t copy_iova;
	struct bdev_segment *host; /* then: where the data are in the host's memory */
	uint32_t host_count;
	uint32_t moved, moving; /* pieces: submitted, under way */
	uint32_t moved_bytes;
	bool failed, stalled;
	void (*resume)(struct core *core, struct request *request);
	struct bdev_segment copy_segment;
	struct request *next;
};

/* --- Cores ----------------------------------------------------------------------------------------------------------
 */

/* What to do when a DMA job is done. Jobs end in their order. */
struct job {
	dma_ticket ticket;
	void (*done)(struct core *core, void *arg, bool ok);
	void *arg;
};

struct fetch {
	struct submission_queue *sq;
	uint32_t count;
	struct nvme_command *commands;
	uint64_t iova;
	struct fetch *next;
};

struct core {
	struct pcie_ring rings[RINGS];
	bool lossy[RINGS]; /* records were lost: the shadows count until the ring is empty */
	unsigned ring_count;
	struct function_queues *functions[EMULATION_FUNCTIONS];
	struct submission_queue *ready, **ready_end;
	struct completion_queue *signal;
	struct request *free_requests;
	unsigned free_count, reserved; /* requests; reserved: for commands that are being fetched */
	struct list *free_lists;
	struct fetch *free_fetches;
	struct dma_queue *dma;
	struct job jobs[JOBS];
	unsigned job_head, job_tail;
	struct request *stalled, **stalled_end; /* wait for a list or a DMA job */
	struct cos_poller *poller, *coalescing;
	unsigned acting_for; /* function: what the core writes to the host has its requester id */
	unsigned resets;     /* functions that wait for their queues to end */
	bool polling;
	struct emulation_stats stats;
};

/* This core's. */
struct core *emulation_core(void);
struct core *emulation_core_open(bool control);
/* The function's queues, made if necessary; NULL: no memory. */
struct function_queues *emulation_function(struct core *core, unsigned function);
/* A doorbell was written: offset in the doorbell registers. */
void emulation_doorbell(struct core *core, unsigned function, uint32_t offset, uint32_t value);
int emulation_poll(void *core);
/* Before the core writes to the host's memory. */
static inline void emulation_act_for(struct core *core, unsigned function)
{
	if (core->acting_for == function)
		return;
	core->acting_for = function;
	pcie_act_for(function);
}

/* The last value that the host wrote to a doorbell. */
uint32_t emulation_shadow(unsigned function, uint32_t offset);
/* For a new queue. */
void emulation_shadow_clear(unsigned function, uint32_t offset);

/* --- fetch.c --------------------------------------------------------------------------------------------------------
 */

/* There may be commands to fetch. */
void emulation_sq_ready(struct core *core, struct submission_queue *sq);
void emulation_sq_not_ready(struct core *core, struct submission_queue *sq);
void emulation_fetch(struct core *core);
/* False: no room for another job. */
bool emulation_copy(struct core *core, uint64_t to, uint64_t from, uint32_t bytes,
		    void (*done)(struct core *core, void *arg, bool ok), void *arg);
bool emulation_jobs_poll(struct core *core);

/* --- execute.c ------------------------------------------------------------------------------------------------------
 */

struct request *emulation_request_get(struct core *core);
/* The command is in request->command. */
void emulation_request_start(struct core *core, struct request *request);
/* The place of the data is known: moves them if necessary, executes. */
void emulation_request_located(struct core *core, struct request *request);
/* Refuses the command. */
void emulation_request_refuse(struct core *core, struct request *request, uint8_t sct, uint8_t sc);
void emulation_request_free(struct core *core, struct request *request);
/* Waits for memory or a DMA job; then resume() tries again. */
void emulation_request_stall(struct core *core, struct request *request,
			     void (*resume)(struct core *core, struct request *request));
bool emulation_resume_stalled(struct core *core);
/* The data have been copied, or cannot be. */
void emulation_request_moved(struct core *core, struct request *request, bool to_host);
void emulation_complete(struct nvmf_request *request);

/* --- prp.c, sgl.c: find the data of a command; go on with emulation_request_located() or _refuse() ------------------
 */

void emulation_prp_start(struct core *core, struct request *request);
void emulation_sgl_start(struct core *core, struct request *request);
struct list *emulation_list_get(struct core *core, struct request *request);
/* Appends a piece of the host's memory. False: refused. */
bool emulation_add_segment(struct core *core, struct request *request, uint64_t address, uint32_t bytes);

/* --- bounce.c -------------------------------------------------------------------------------------------------------
 */

/* Puts the data into memory of the chip: `local`: memory that cores access. False: no memory. */
bool emulation_bounce(struct request *request, bool local);
/* Moves the next pieces; true when all have been moved, or one has failed. Calls emulation_request_moved() later. */
bool emulation_bounce_move(struct core *core, struct request *request, bool to_host);
void emulation_bounce_free(struct request *request);

/* --- post.c ---------------------------------------------------------------------------------------------------------
 */

/* The request is finished; frees it when its completion has been posted. */
void emulation_post(struct core *core, struct request *request);
/* The host has freed entries, or the function may write again. */
void emulation_post_waiting(struct core *core, struct completion_queue *cq);
/* Interrupts for what has been posted. */
void emulation_signal(struct core *core);
void emulation_cq_drop(struct core *core, struct completion_queue *cq);
void emulation_coalescing(struct core *core, bool on);

/* --- interrupts.c: tables in cluster 0, used by all cores ------------------------------------------------------------
 */

#define VECTORS 129u
#define TABLE_SHIFT 12u /* log2 of the bytes of a function's table */
#define PBA_SHIFT 5u

/* Cluster 0 makes the tables; the others find them. */
bool emulation_vectors_init(uint64_t *table, uint64_t *pending);
void emulation_vectors_find(void);
/* Sends the message of a vector, or marks it as pending. */
void emulation_interrupt(struct core *core, unsigned function, unsigned vector);
/* Control core: the function's Message Control; its table was written; the function was reset. */
void emulation_vectors_control(struct core *core, unsigned function, uint32_t control);
void emulation_vectors_written(struct core *core, unsigned function);
void emulation_vectors_reset(unsigned function);

/* --- Messages -------------------------------------------------------------------------------------------------------
 */

enum operation {
	OP_CREATE_CQ = 1,
	OP_CREATE_SQ,
	OP_FORWARD, /* doorbells of an SQ go on to `owner`; 0: no longer */
	OP_DELETE_CQ,
	OP_DELETE_SQ,
	OP_RESET,  /* ends all queues of the function */
	OP_MASTER, /* flag: bus master */
	OP_COALESCING,
	OP_DONE, /* to the control core: `of` has been done; status */
	OP_DOORBELL,
	OP_ERROR_EVENT, /* to the control core: flag says which */
	OP_FATAL,	/* to the control core: a queue of the host cannot be read */
};

struct message {
	uint8_t op, function;
	uint16_t qid;
	uint16_t cqid, vector;
	union {
		struct {
			uint64_t base;
			uint16_t entries;
			bool interrupts, paused;
			uint8_t listener; /* of struct nvmf_attach, as the next */
			uint16_t subsystem, cntlid;
			uint8_t hostid[16];
		} queue;
		struct {
			uint64_t not_coalesced[2];
			uint8_t threshold, time;
		} coalescing;
		struct {
			uint8_t of, flag;
			uint8_t sct, sc;
			uint32_t offset, value;
			uint16_t owner;
		};
	};
};
static_assert(sizeof(struct message) <= COS_MSG_BYTES, "fits a message");

void emulation_send(unsigned cluster, unsigned core, const struct message *message);
/* On the control core: an answer or a report. `from`: cluster << 8 | core. */
void emulation_control_message(const struct message *message, unsigned from);

/* --- queues.c, functions.c (control core) ----------------------------------------------------------------------------
 */

#define OWNER(cluster, core) ((uint16_t)((cluster) << 8 | (core)))
#define OWNER_CLUSTER(owner) ((unsigned)(owner) >> 8)
#define OWNER_CORE(owner) ((unsigned)(owner) & 0xff)

/* The core that owns a doorbell ring. */
uint16_t emulation_ring_owner(unsigned ring);
/* Where the doorbells of queue 1 go; those of the next queue to the next ring. */
unsigned emulation_first_ring(unsigned function);
unsigned emulation_doorbell_ring(unsigned function, unsigned qid);
const struct emulation_config *emulation_get_config(void);

struct function {
	struct nvmf_ctrlr *ctrlr;				     /* NULL: the function is silent */
	uint16_t cq_owner[MAX_QUEUES + 1], sq_owner[MAX_QUEUES + 1]; /* 0: no queue */
	struct nvmf_request *op[MAX_QUEUES + 1];		     /* Create or Delete under way */
	uint32_t cores;		   /* that know the function, as bits of their rings */
	unsigned reset_answers;	   /* still to come */
	struct message coalescing; /* for cores that get their first queue; op is 0 as long as there is none */
	bool master;
	uint32_t status; /* MPPA_PCIE_FUNC_STATUS as it was last seen */
};
struct function *emulation_function_of(const struct nvmf_ctrlr *ctrlr);
unsigned emulation_function_number(const struct function *function);
struct function *emulation_function_at(unsigned number);

void emulation_create_cq(struct nvmf_ctrlr *ctrlr, const struct nvmf_queue_params *params, struct nvmf_request *admin);
void emulation_create_sq(struct nvmf_ctrlr *ctrlr, const struct nvmf_queue_params *params, struct nvmf_request *admin);
void emulation_delete_cq(struct nvmf_ctrlr *ctrlr, uint16_t qid, struct nvmf_request *admin);
void emulation_delete_sq(struct nvmf_ctrlr *ctrlr, uint16_t qid, struct nvmf_request *admin);
int emulation_enable(struct nvmf_ctrlr *ctrlr);
void emulation_reset(struct nvmf_ctrlr *ctrlr);
void emulation_coalescing_changed(struct nvmf_ctrlr *ctrlr, uint8_t threshold, uint8_t time,
				  const uint64_t disabled_vectors[2]);
/* To all cores that have queues of the function. */
void emulation_broadcast(unsigned function, const struct message *message);
int emulation_events_poll(void *core);

/* core.c: operations on queues, on the core that owns them. */
void emulation_operation(struct core *core, const struct message *message);
int emulation_cq_create(struct core *core, const struct message *message);
int emulation_sq_create(struct core *core, const struct message *message);
/* Checks whether a closing queue has ended, and tells the control core. */
void emulation_sq_check_closed(struct core *core, struct submission_queue *sq);

#endif
