/* What the owner of the controllers (the RM of cluster 0) and the cores that do I/O say to each other. */
#ifndef NVME_MESSAGES_H
#define NVME_MESSAGES_H

#include <stdint.h>

enum nvme_message_kind {
	/* Home -> RM of a cluster */
	NVME_MSG_ADDED,	  /* address: the struct nvme_device_info, in home's memory */
	NVME_MSG_REMOVED, /* answer: NVME_MSG_RELEASED */
	/* Home -> core of a queue pair */
	NVME_MSG_QUEUE_READY, /* value: queue identifier, 0: refused */
	NVME_MSG_QUEUE_GONE,  /* its memory is free */
	NVME_MSG_DISABLED,    /* the controller is disabled: abort what is out; answer NVME_MSG_QUIET */
	NVME_MSG_ENABLED,     /* queues are there again; value: 0, or 1 if the controller has failed for good */
	NVME_MSG_RESET_DONE,  /* value: as above; cookie: of the request */
	/* RM of a cluster -> home */
	NVME_MSG_ADDED_DONE,
	NVME_MSG_RELEASED,
	/* Core -> home */
	NVME_MSG_CREATE_QUEUE, /* addresses of SQ and CQ; cookie comes back with READY, DISABLED, ENABLED, GONE */
	NVME_MSG_DELETE_QUEUE, /* cookie */
	NVME_MSG_QUIET,	       /* cookie */
	NVME_MSG_ABORT,	       /* queue identifier in `qid`, command identifier in `value` */
	NVME_MSG_RESET,	       /* answer: NVME_MSG_RESET_DONE if `value` is not 0 */
};

struct nvme_message {
	uint8_t kind, ctrlr;
	uint8_t cluster, core; /* of the sender; filled in at arrival */
	uint16_t qid;
	uint64_t value, cookie;
	uint64_t sq_address, cq_address;
};

void nvme_messages_init(unsigned type);
/* Sends, if need be later: an inbox may be full. Order is kept between two cores. */
void nvme_send(unsigned cluster, unsigned core, const struct nvme_message *message);

/* Who gets them. */
void nvme_home_receive(const struct nvme_message *message);
void nvme_cluster_receive(const struct nvme_message *message);
void nvme_core_receive(const struct nvme_message *message);

#endif
