/* Segments: reading headers and options, writing options. */
#include "tcp_internal.h"

#define OPTION_END 0u
#define OPTION_NOP 1u
#define OPTION_MSS 2u
#define OPTION_SCALE 3u
#define OPTION_SACK_OK 4u
#define OPTION_SACK 5u
#define OPTION_TIMESTAMP 8u

#define MAX_SCALE 14

uint32_t tcp_clock(const struct net_stack *stack) { return (uint32_t)(stack->now / 1000); }

static void parse_option(struct segment *s, uint8_t kind, const uint8_t *value, unsigned len)
{
	switch (kind) {
	case OPTION_MSS:
		if (len == 2)
			s->mss = get16(value);
		break;
	case OPTION_SCALE:
		if (len == 1)
			s->scale = value[0] > MAX_SCALE ? MAX_SCALE : (int8_t)value[0];
		break;
	case OPTION_SACK_OK:
		s->sack_ok = len == 0;
		break;
	case OPTION_TIMESTAMP:
		if (len == 8) {
			s->has_timestamp = true;
			s->ts_value = get32(value);
			s->ts_echo = get32(value + 4);
		}
		break;
	case OPTION_SACK:
		for (; len >= 8 && s->sack_count < 4; value += 8, len -= 8)
			s->sacks[s->sack_count++] = (struct tcp_range){get32(value), get32(value + 4)};
		break;
	default:
		break;
	}
}

static void parse_options(struct segment *s, const uint8_t *at, const uint8_t *end)
{
	while (at < end && *at != OPTION_END) {
		if (*at == OPTION_NOP) {
			at++;
			continue;
		}
		if (end - at < 2 || at[1] < 2 || at[1] > end - at)
			return; /* the rest makes no sense */
		parse_option(s, at[0], at + 2, at[1] - 2u);
		at += at[1];
	}
}

bool tcp_parse(const struct packet *in, struct segment *s)
{
	const uint8_t *h = in->l4;
	unsigned header;

	memset(s, 0, sizeof(*s));
	s->in = in;
	if (in->l4_len < TCP_HEADER)
		return false;
	header = 4u * (h[12] >> 4);
	if (header < TCP_HEADER || header > in->l4_len)
		return false;
	s->from_port = get16(h);
	s->to_port = get16(h + 2);
	s->seq = get32(h + 4);
	s->ack = get32(h + 8);
	s->flags = h[13];
	s->window = get16(h + 14);
	s->data = h + header;
	s->len = in->l4_len - header;
	s->scale = -1;
	parse_options(s, h + TCP_HEADER, h + header);
	return true;
}

static unsigned put_timestamp(uint8_t *to, uint32_t value, uint32_t echo)
{
	put32(to, 0x0101080a);
	put32(to + 4, value);
	put32(to + 8, echo);
	return TCP_TIMESTAMP_BYTES;
}

unsigned tcp_put_syn_options(uint8_t *to, uint16_t mss, int scale, bool sack, bool timestamps, uint32_t value,
			     uint32_t echo)
{
	unsigned len = 4;

	put16(to, OPTION_MSS << 8 | 4);
	put16(to + 2, mss);
	if (sack) {
		put32(to + len, 0x01010402);
		len += 4;
	}
	if (timestamps)
		len += put_timestamp(to + len, value, echo);
	if (scale >= 0) {
		put32(to + len, 0x01030300u | (uint32_t)scale);
		len += 4;
	}
	return len;
}

/* The blocks of what has arrived out of order, the newest first (RFC 2018 section 4). */
static unsigned collect_blocks(const struct tcp_conn *conn, struct tcp_range *blocks, unsigned max)
{
	unsigned count = 0, newest = 0;

	for (const struct net_buf *b = conn->ooo; b; b = b->next) {
		const uint32_t end = b->seq + b->payload_len + b->fin;

		if (count > 0 && blocks[count - 1].end == b->seq)
			blocks[count - 1].end = end;
		else if (count < max)
			blocks[count++] = (struct tcp_range){b->seq, end};
		else if (seq_le(blocks[newest].begin, conn->ooo_latest) && seq_lt(conn->ooo_latest, blocks[newest].end))
			break;
		else
			blocks[max - 1] = (struct tcp_range){b->seq, end}; /* no room: look on for the newest */
		if (seq_le(blocks[count - 1].begin, conn->ooo_latest) &&
		    seq_lt(conn->ooo_latest, blocks[count - 1].end))
			newest = count - 1;
	}
	if (newest > 0) {
		const struct tcp_range first = blocks[newest];

		memmove(blocks + 1, blocks, newest * sizeof(*blocks));
		blocks[0] = first;
	}
	return count;
}

unsigned tcp_put_options(const struct tcp_conn *conn, uint8_t *to)
{
	struct tcp_range blocks[4];
	unsigned len = 0, count;

	if (conn->timestamps)
		len = put_timestamp(to, tcp_clock(conn->stack), conn->ts_recent);
	if (!conn->sack || !conn->ooo)
		return len;
	count = collect_blocks(conn, blocks, conn->timestamps ? 3 : 4);
	put32(to + len, 0x01010000u | OPTION_SACK << 8 | (2 + 8 * count));
	len += 4;
	for (unsigned i = 0; i < count; i++, len += 8) {
		put32(to + len, blocks[i].begin);
		put32(to + len + 4, blocks[i].end);
	}
	return len;
}
