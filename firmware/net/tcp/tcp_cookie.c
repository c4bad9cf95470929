/*
 * Initial sequence numbers (RFC 6528) and SYN cookies (RFC 4987): a keyed hash of the addresses. A cookie holds the
 * peer's MSS (3 bits), a counter of 64 s (5 bits) and 24 bits of hash; the low 6 bits of our timestamp carry the peer's
 * window scale and whether it knows SACK.
 */
#include "tcp_internal.h"

#define COUNTER_US (64u * 1000000u)
#define COUNTER_MASK 31u
#define SCALE_NONE 15u
#define SACK_BIT 16u
#define TIMESTAMP_LOW 0x3fu

static const uint16_t mss_table[8] = {216, 536, 1220, 1300, 1440, 1460, 4312, 8960};

/* SipHash-2-4 (Aumasson, Bernstein) of whole 64-bit words. */
static uint64_t rotate(uint64_t x, unsigned n) { return x << n | x >> (64 - n); }

static void sip_round(uint64_t v[4])
{
	v[0] += v[1], v[1] = rotate(v[1], 13) ^ v[0], v[0] = rotate(v[0], 32);
	v[2] += v[3], v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3], v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1], v[1] = rotate(v[1], 17) ^ v[2], v[2] = rotate(v[2], 32);
}

static uint64_t sip_hash(const uint64_t key[2], const uint64_t *words, unsigned count)
{
	uint64_t v[4] = {key[0] ^ 0x736f6d6570736575u, key[1] ^ 0x646f72616e646f6du, key[0] ^ 0x6c7967656e657261u,
			 key[1] ^ 0x7465646279746573u};

	for (unsigned i = 0; i <= count; i++) {
		const uint64_t word = i < count ? words[i] : (uint64_t)count * 8 << 56;

		v[3] ^= word;
		sip_round(v);
		sip_round(v);
		v[0] ^= word;
	}
	v[2] ^= 0xff;
	for (unsigned i = 0; i < 4; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static uint64_t flow_hash(struct net_stack *stack, const struct net_addr *local, uint16_t local_port,
			  const struct net_addr *remote, uint16_t remote_port, uint64_t extra)
{
	uint64_t words[6];

	memcpy(words, local->b, 16);
	memcpy(words + 2, remote->b, 16);
	words[4] = (uint64_t)local_port << 16 | remote_port;
	words[5] = extra;
	return sip_hash(stack->secret, words, 6);
}

uint32_t tcp_make_iss(struct net_stack *stack, const struct net_addr *local, uint16_t local_port,
		      const struct net_addr *remote, uint16_t remote_port)
{
	return (uint32_t)(stack->now / 4) + (uint32_t)flow_hash(stack, local, local_port, remote, remote_port, 0);
}

static uint32_t cookie_hash(struct net_stack *stack, const struct segment *s, uint32_t peer_iss, uint32_t low)
{
	const uint64_t extra = 1ull << 63 | (uint64_t)low << 32 | peer_iss;

	return (uint32_t)flow_hash(stack, &s->in->to, s->to_port, &s->in->from, s->from_port, extra) << 8;
}

static uint32_t counter(const struct net_stack *stack) { return (uint32_t)(stack->now / COUNTER_US) & COUNTER_MASK; }

void tcp_send_cookie(struct net_stack *stack, const struct segment *s)
{
	const bool timestamps = s->has_timestamp && stack->tcp->timestamps;
	const bool sack = timestamps && s->sack_ok && stack->tcp->sack;
	const int scale = timestamps && s->scale >= 0 ? tcp_window_scale(stack) : -1;
	struct net_tx *tx = tx_alloc(stack);
	uint32_t low = counter(stack) << 3, clock = tcp_clock(stack) & ~TIMESTAMP_LOW;
	unsigned index = 7, options;
	uint8_t *h;

	if (!tx)
		return;
	while (index > 0 && mss_table[index] > (s->mss ? s->mss : 536))
		index--;
	low |= index;
	clock |= (scale >= 0 ? (uint32_t)s->scale : SCALE_NONE) | (sack ? SACK_BIT : 0);
	if ((int32_t)(clock - tcp_clock(stack)) > 0) /* never ahead of the true clock: the peer's PAWS */
		clock -= TIMESTAMP_LOW + 1;
	h = tx->header + NET_L4_OFFSET;
	options = tcp_put_syn_options(h + TCP_HEADER, tcp_local_mss(stack, &s->in->from), scale, sack, timestamps,
				      clock, s->ts_value);
	put16(h, s->to_port);
	put16(h + 2, s->from_port);
	put32(h + 4, cookie_hash(stack, s, s->seq, low) | low);
	put32(h + 8, s->seq + 1);
	h[12] = (uint8_t)((TCP_HEADER + options) / 4 << 4);
	h[13] = TCP_SYN | TCP_ACK;
	put16(h + 14, min_u32(stack->tcp->receive_window, 0xffff));
	put32(h + 16, 0);
	tx->end = (uint16_t)(NET_L4_OFFSET + TCP_HEADER + options);
	stack->tcp_stats.syn_cookies_sent++;
	stack->tcp_stats.segments_out++;
	ip_send(stack, tx, &s->in->to, &s->in->from, IP_TCP, 16);
}

bool tcp_check_cookie(struct net_stack *stack, const struct segment *s, struct tcp_cookie *cookie)
{
	const uint32_t value = s->ack - 1, low = value & 0xff;
	const uint32_t age = (counter(stack) - (low >> 3)) & COUNTER_MASK;
	const uint32_t options = s->has_timestamp ? s->ts_echo & TIMESTAMP_LOW : SCALE_NONE;

	if (!stack->tcp->syn_cookies || age > 1 || (value & ~0xffu) != cookie_hash(stack, s, s->seq - 1, low))
		return false;
	cookie->mss = mss_table[low & 7];
	cookie->scale = (options & SCALE_NONE) == SCALE_NONE ? -1 : (int)(options & SCALE_NONE);
	cookie->sack = options & SACK_BIT;
	stack->tcp_stats.syn_cookies_good++;
	return true;
}
