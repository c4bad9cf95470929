#include "messages.h"

#include "cos/arena.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/reactor.h"
#include "cos/ring.h"

/* How often a full inbox is tried again, microseconds. */
#define RETRY_US 20

_Static_assert(sizeof(struct nvme_message) <= COS_MSG_BYTES, "a message is one cos_msg");

struct waiting {
	unsigned cluster, core;
	struct nvme_message message;
	struct waiting *next;
};

/* What a core could not send yet. */
struct outbox {
	struct waiting *first, **last;
	struct cos_poller *poller;
};

static struct outbox outboxes[MPPA_CORES];
static unsigned message_type;

static bool try_send(unsigned cluster, unsigned core, const struct nvme_message *message)
{
	return cos_msg_send(cluster, core, message_type, message, sizeof *message);
}

static int retry(void *arg)
{
	struct outbox *box = arg;

	while (box->first && try_send(box->first->cluster, box->first->core, &box->first->message)) {
		struct waiting *sent = box->first;

		box->first = sent->next;
		cos_free(sent);
	}
	if (box->first)
		return COS_POLLER_IDLE;
	cos_poller_unregister(&box->poller);
	return COS_POLLER_BUSY;
}

void nvme_send(unsigned cluster, unsigned core, const struct nvme_message *message)
{
	struct outbox *box = &outboxes[cos_core_id()];

	if (!box->poller && try_send(cluster, core, message))
		return;
	struct waiting *waiting = cos_alloc(COS_SMEM, sizeof *waiting, COS_CACHE_LINE);

	if (waiting && !box->poller) {
		box->first = NULL;
		box->last = &box->first;
		box->poller = cos_poller_register(retry, box, RETRY_US);
	}
	if (!waiting || !box->poller)
		cos_panic("no memory for a message of the NVMe driver");
	*waiting = (struct waiting){cluster, core, *message, NULL};
	*box->last = waiting;
	box->last = &waiting->next;
}

static void receive(const struct cos_msg *from, void *arg)
{
	struct nvme_message message = *(const struct nvme_message *)from->data;

	(void)arg;
	message.cluster = from->cluster;
	message.core = from->core;
	if (message.kind <= NVME_MSG_REMOVED)
		nvme_cluster_receive(&message);
	else if (message.kind <= NVME_MSG_RESET_DONE)
		nvme_core_receive(&message);
	else
		nvme_home_receive(&message);
}

void nvme_messages_init(unsigned type)
{
	message_type = type;
	cos_msg_register(type, receive, NULL);
}
