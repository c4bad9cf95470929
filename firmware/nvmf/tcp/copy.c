/*
 * Data from received frames into the buffers of requests: by the copier, while the core goes on, or by the core. The
 * copier's copies end in the order in which they began. A frame is held until its data have gone, and a request is
 * executed when all of its data have come.
 */
#include "nvmf_tcp_internal.h"

/* Shorter ones cost the core less by its own hands. */
#define COPY_MIN 256u

static bool copy_behind(struct nvmf_tcp_request *request, const struct piece *piece, uint32_t offset,
			struct net_buf *buf, const uint8_t *data, uint32_t len)
{
	struct nvmf_tcp_group *group = request->group;
	const struct nvmf_tcp_copier *copier = &group->config.copier;
	struct copy *copy = &group->copies[group->copies_begun % COPIES_MAX];
	const uint64_t to = request->segments[piece - request->pieces].address + offset;

	if (group->copies_begun - group->copies_ended == COPIES_MAX ||
	    !copier->copy(copier->queue, to, data, len, &copy->ticket))
		return false;
	copy->buf = buf;
	copy->request = request;
	net_buf_get(buf);
	request->copies++;
	group->copies_begun++;
	return true;
}

void copy_in(struct nvmf_tcp_request *request, const struct piece *piece, uint32_t offset, struct net_buf *buf,
	     const uint8_t *data, uint32_t len)
{
	const bool behind = request->group->config.copier.copy && len >= COPY_MIN && request->conn->qpair.qid != 0;

	if (!behind || !copy_behind(request, piece, offset, buf, data, len))
		memcpy(piece_memory(piece) + offset, data, len);
}

void copies_poll(struct nvmf_tcp_group *group)
{
	const struct nvmf_tcp_copier *copier = &group->config.copier;

	while (group->copies_ended != group->copies_begun) {
		struct copy *copy = &group->copies[group->copies_ended % COPIES_MAX];

		if (!copier->done(copier->queue, copy->ticket))
			return;
		group->copies_ended++;
		net_buf_put(copy->buf);
		if (--copy->request->copies == 0)
			request_copied(copy->request);
	}
}
