#include "address.h"

#include <string.h>

/* A number below `limit` in base 10 or 16; advances *at behind its digits. -1: none. */
static int32_t number(const char **at, unsigned base, uint32_t limit)
{
	uint32_t value = 0;
	const char *start = *at;

	for (;; (*at)++) {
		const char c = **at;
		unsigned digit = base;

		if (c >= '0' && c <= '9')
			digit = (unsigned)(c - '0');
		else if (base == 16 && (c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			digit = (unsigned)((c | 0x20) - 'a') + 10;
		if (digit >= base)
			break;
		value = value * base + digit;
		if (value >= limit)
			return -1;
	}
	return *at == start ? -1 : (int32_t)value;
}

static bool parse4(const char *text, struct net_addr *out)
{
	uint32_t address = 0;

	for (unsigned i = 0; i < 4; i++) {
		const int32_t byte = number(&text, 10, 256);

		if (byte < 0 || (i < 3 && *text++ != '.'))
			return false;
		address = address << 8 | (uint32_t)byte;
	}
	*out = address ? net_v4(address) : (struct net_addr){{0}};
	return *text == 0;
}

/* Groups before "::" are filled in from the front, those behind it from the back. */
static bool parse6(const char *text, struct net_addr *out)
{
	uint16_t groups[8];
	unsigned count = 0, gap = 8;

	memset(out, 0, sizeof *out);
	if (text[0] == ':' && text[1] == ':')
		gap = 0, text += 2;
	while (*text && count < 8) {
		const int32_t group = number(&text, 16, 0x10000);

		if (group < 0)
			return false;
		groups[count++] = (uint16_t)group;
		if (text[0] == ':' && text[1] == ':' && gap == 8)
			gap = count, text += 2;
		else if (text[0] == ':' && text[1])
			text++;
		else if (*text)
			return false;
	}
	if (*text || (gap == 8) != (count == 8))
		return false;
	for (unsigned i = 0; i < count; i++) {
		const unsigned at = i < gap ? i : 8 - count + i;

		out->b[2 * at] = (uint8_t)(groups[i] >> 8);
		out->b[2 * at + 1] = (uint8_t)groups[i];
	}
	return true;
}

bool address_parse(const char *text, struct net_addr *out) { return parse4(text, out) || parse6(text, out); }

bool address_parse_port(const char *text, uint16_t *out)
{
	const int32_t port = number(&text, 10, 65536);

	*out = (uint16_t)port;
	return port > 0 && *text == 0;
}

static char *put_number(char *to, uint32_t value, unsigned base)
{
	char digits[5];
	unsigned count = 0;

	do
		digits[count++] = "0123456789abcdef"[value % base];
	while (value /= base);
	while (count > 0)
		*to++ = digits[--count];
	return to;
}

/* The longest run of zero groups, at least two, is written "::" (RFC 5952). */
static void put6(char *to, const struct net_addr *addr)
{
	uint16_t groups[8];
	unsigned run = 0, run_at = 8;

	for (unsigned i = 0; i < 8; i++)
		groups[i] = (uint16_t)(addr->b[2 * i] << 8 | addr->b[2 * i + 1]);
	for (unsigned i = 0; i < 8; i++) {
		unsigned n = 0;

		while (i + n < 8 && groups[i + n] == 0)
			n++;
		if (n > run && n > 1)
			run = n, run_at = i;
	}
	for (unsigned i = 0; i < 8; i++) {
		if (i == run_at) {
			*to++ = ':';
			i += run - 1;
			if (i == 7)
				*to++ = ':';
			continue;
		}
		if (i > 0)
			*to++ = ':';
		to = put_number(to, groups[i], 16);
	}
	*to = 0;
}

void address_set_traddr(struct nvmf_address *address, const struct net_addr *addr)
{
	char *to = address->traddr;

	if (!net_is_v4(addr)) {
		address->adrfam = NVMF_ADRFAM_IPV6;
		put6(to, addr);
		return;
	}
	address->adrfam = NVMF_ADRFAM_IPV4;
	for (unsigned i = 12; i < 16; i++) {
		to = put_number(to, addr->b[i], 10);
		*to++ = i < 15 ? '.' : 0;
	}
}
