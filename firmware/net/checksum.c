#include "internal.h"

/* Adds 32-bit words and folds at the end: the ones-complement sum does not care how its words are grouped. */
uint64_t sum_bytes(uint64_t sum, const uint8_t *data, uint32_t len)
{
	for (; len >= 8; data += 8, len -= 8)
		sum += (uint64_t)get32(data) + get32(data + 4);
	for (; len >= 2; data += 2, len -= 2)
		sum += get16(data);
	if (len)
		sum += (uint64_t)data[0] << 8;
	return sum;
}

uint16_t sum_fold(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

uint64_t sum_pseudo(const struct net_addr *from, const struct net_addr *to, uint8_t protocol, uint32_t len)
{
	const unsigned skip = net_is_v4(to) ? 12 : 0;
	uint64_t sum = protocol + (uint64_t)len;

	sum = sum_bytes(sum, from->b + skip, 16 - skip);
	return sum_bytes(sum, to->b + skip, 16 - skip);
}

/* A piece that starts at an odd offset has its bytes exchanged, and so has its sum. */
uint16_t tx_l4_sum(const struct net_tx *tx)
{
	uint32_t offset = (uint32_t)tx->end - NET_L4_OFFSET;
	uint64_t sum = sum_bytes(0, tx->header + NET_L4_OFFSET, offset);

	for (unsigned i = 0; i < tx->frag_count; i++) {
		uint16_t part = sum_fold(sum_bytes(0, tx->frags[i].data, tx->frags[i].len));

		if (offset & 1)
			part = (uint16_t)(part << 8 | part >> 8);
		sum += part;
		offset += tx->frags[i].len;
	}
	return sum_fold(sum);
}
