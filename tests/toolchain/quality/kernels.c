/*
 * Code-quality kernels: the loops that firmware is made of. Each is run once to warm the caches and once measured with
 * the performance monitors; one line per kernel: name, cycles, bundles, instructions, work (bytes or items), checksum.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __KVX__
#include "kvx/builtins.h"
#include "kvx/sfr.h"
#else /* on the host only the checksums count */
#define __kvx_builtin_barrier() ((void)0)
#define __kvx_builtin_get(sfr) 0
#define __kvx_builtin_set(sfr, value) ((void)0)
#endif

#define NOINLINE __attribute__((noinline))

/* PM0 cycles, PM1 bundles, PM2 instructions (event numbers of PMC: 0, 2, 3). */
#define PMC_CYCLES_BUNDLES_INSTRUCTIONS (0ul | 2ul << 7 | 3ul << 14)

struct counts {
	uint64_t cycles, bundles, instructions;
};

static NOINLINE struct counts now(void)
{
	struct counts c;

	__kvx_builtin_barrier();
	c.cycles = __kvx_builtin_get(KVX_SFR_PM0);
	c.bundles = __kvx_builtin_get(KVX_SFR_PM1);
	c.instructions = __kvx_builtin_get(KVX_SFR_PM2);
	__kvx_builtin_barrier();
	return c;
}

static unsigned char source[4096] __attribute__((aligned(64))), target[4096] __attribute__((aligned(64)));

/* memcpy, memset, strlen: the library's. */
static NOINLINE unsigned long run_memcpy(void)
{
	memcpy(target, source, sizeof target);
	__asm__ volatile("" ::: "memory");
	return target[77];
}
static NOINLINE unsigned long run_memcpy_odd(void)
{
	memcpy(target + 3, source + 1, 1500);
	__asm__ volatile("" ::: "memory");
	return target[77];
}
static NOINLINE unsigned long run_memset(void)
{
	memset(target, 5, sizeof target);
	__asm__ volatile("" ::: "memory");
	return target[77];
}
static NOINLINE unsigned long run_memcmp(void) { return (unsigned long)memcmp(source, target, 2048) & 1; }
static NOINLINE unsigned long run_strlen(void) { return strlen((const char *)source + 1); }

/* Internet checksum of a packet: 32-bit words summed, folded. */
static NOINLINE unsigned long checksum(const void *data, unsigned long size)
{
	const uint32_t *word = data;
	uint64_t sum = 0;

	for (unsigned long i = 0; i < size / 4; i++)
		sum += word[i];
	sum = (sum & 0xffffffff) + (sum >> 32);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}
static NOINLINE unsigned long run_checksum(void) { return checksum(source, 1460); }

/* CRC-32C, bitwise-table: one byte at a time. */
static uint32_t crc_table[256];
static void make_crc_table(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;
		for (int k = 0; k < 8; k++)
			c = c >> 1 ^ (0x82f63b78u & -(c & 1));
		crc_table[i] = c;
	}
}
static NOINLINE unsigned long run_crc(void)
{
	uint32_t crc = 0xffffffff;

	for (int i = 0; i < 1024; i++)
		crc = crc >> 8 ^ crc_table[(crc ^ source[i]) & 255];
	return ~crc;
}

/* CoreMark-like: list reversal and search, matrix with clipping, a state machine over text, CRC of the results. */
struct node {
	struct node *next;
	int16_t data, index;
};
static struct node nodes[100];
static NOINLINE struct node *reverse(struct node *list)
{
	struct node *result = NULL;

	while (list) {
		struct node *next = list->next;
		list->next = result;
		result = list;
		list = next;
	}
	return result;
}
static NOINLINE struct node *find(struct node *list, int16_t data)
{
	while (list && list->data != data)
		list = list->next;
	return list;
}
static NOINLINE unsigned long run_list(void)
{
	unsigned long found = 0;

	for (int i = 0; i < 99; i++)
		nodes[i].next = &nodes[i + 1];
	nodes[99].next = NULL;
	struct node *list = nodes;
	for (int i = 0; i < 20; i++) {
		const struct node *n = find(list, (int16_t)(i * 5));
		found += n ? (unsigned long)n->index : 1000;
		list = reverse(list);
	}
	return found;
}

#define N 16
static int32_t ma[N][N], mb[N][N], mc[N][N];
static NOINLINE unsigned long run_matrix(void)
{
	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++) {
			int32_t sum = 0;
			for (int k = 0; k < N; k++)
				sum += ma[i][k] * mb[k][j];
			mc[i][j] = sum;
		}
	return (unsigned long)mc[3][5];
}
static double da[N][N], db[N][N], dc[N][N];
static NOINLINE unsigned long run_dgemm(void)
{
	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++) {
			double sum = 0;
			for (int k = 0; k < N; k++)
				sum += da[i][k] * db[k][j];
			dc[i][j] = sum;
		}
	return (unsigned long)(long)dc[3][5];
}

enum state { START, INT, FRACTION, EXPONENT, BAD, STATES };
static NOINLINE enum state next_number(const char **at, unsigned *transitions)
{
	enum state state = START;
	const char *p = *at;

	for (; *p && *p != ','; p++) {
		const unsigned digit = (unsigned)*p - '0' < 10;
		const enum state old = state;
		switch (state) {
		case START:
			state = digit || *p == '-' ? INT : *p == '.' ? FRACTION : BAD;
			break;
		case INT:
			state = digit ? INT : *p == '.' ? FRACTION : *p == 'e' ? EXPONENT : BAD;
			break;
		case FRACTION:
			state = digit ? FRACTION : *p == 'e' ? EXPONENT : BAD;
			break;
		case EXPONENT:
			state = digit || *p == '+' || *p == '-' ? EXPONENT : BAD;
			break;
		default:
			break;
		}
		transitions[state] += old != state;
	}
	*at = *p ? p + 1 : p;
	return state;
}
static NOINLINE unsigned long run_state_machine(void)
{
	const char *text =
		"123,-4.5e+10,.7,12x,5012,874.1,35.54400,.1234500,-110.700,T0.3e-1F,-T.T++Tq,1T3.4e4z,34.0e-T^";
	unsigned transitions[STATES] = {0}, final[STATES] = {0};

	while (*text)
		final[next_number(&text, transitions)]++;
	return final[INT] * 1000 + transitions[EXPONENT];
}

/* Switch interpreter: sums 1..n on a stack machine. */
enum opcode { PUSH, ADD, SUB, DUP, SWAP, JNZ, OVER, DROP, ROT, HALT };
static NOINLINE long interpret(const int16_t *code)
{
	long stack[32], *sp = stack;

	for (const int16_t *pc = code;;) {
		switch (*pc++) {
		case PUSH:
			*sp++ = *pc++;
			break;
		case ADD:
			sp--;
			sp[-1] += sp[0];
			break;
		case SUB:
			sp--;
			sp[-1] -= sp[0];
			break;
		case DUP:
			sp[0] = sp[-1];
			sp++;
			break;
		case SWAP: {
			long t = sp[-1];
			sp[-1] = sp[-2];
			sp[-2] = t;
			break;
		}
		case JNZ:
			if (*--sp)
				pc += *pc;
			else
				pc++;
			break;
		case OVER:
			sp[0] = sp[-2];
			sp++;
			break;
		case DROP:
			sp--;
			break;
		case ROT: {
			long t = sp[-3];
			sp[-3] = sp[-2];
			sp[-2] = sp[-1];
			sp[-1] = t;
			break;
		}
		case HALT:
			return sp[-1];
		default:
			return -1;
		}
	}
}
static NOINLINE unsigned long run_interpreter(void)
{
	static const int16_t program[] = {PUSH, 0,  PUSH, 100, /* loop: sum n */ DUP, ROT, ADD, SWAP, PUSH, 1, SUB, DUP,
					  JNZ,	-9, DROP, HALT};

	return (unsigned long)interpret(program);
}

static int numbers[256];
static void scramble(void)
{
	unsigned x = 12345;

	for (int i = 0; i < 256; i++)
		numbers[i] = (int)((x = x * 1103515245u + 12345u) >> 8) % 1000;
}
static NOINLINE unsigned long run_bubble(void)
{
	scramble();
	for (int i = 0; i < 64; i++)
		for (int j = 0; j < 63 - i; j++)
			if (numbers[j] > numbers[j + 1]) {
				int t = numbers[j];
				numbers[j] = numbers[j + 1];
				numbers[j + 1] = t;
			}
	return (unsigned long)numbers[10];
}
static NOINLINE void quick(int *v, int low, int high)
{
	while (low < high) {
		const int pivot = v[(low + high) / 2];
		int i = low, j = high;
		while (i <= j) {
			while (v[i] < pivot)
				i++;
			while (v[j] > pivot)
				j--;
			if (i <= j) {
				int t = v[i];
				v[i++] = v[j];
				v[j--] = t;
			}
		}
		quick(v, low, j);
		low = i;
	}
}
static NOINLINE unsigned long run_quick(void)
{
	scramble();
	quick(numbers, 0, 255);
	return (unsigned long)numbers[100];
}

/* Packet header parsing: byte swaps, bit fields, hashing. */
static NOINLINE unsigned long run_headers(void)
{
	unsigned long hash = 0;

	for (int i = 0; i < 32; i++) {
		const unsigned char *p = source + i * 54;
		uint32_t from, to;
		uint16_t ports[2];
		memcpy(&from, p + 26, 4), memcpy(&to, p + 30, 4), memcpy(ports, p + 34, 4);
		const unsigned words = p[14] & 15, dscp = p[15] >> 2, flags = p[47] & 63;
		hash = (hash << 7 | hash >> 57) ^ __builtin_bswap32(from) * 2654435761u ^ __builtin_bswap32(to);
		hash += (unsigned)__builtin_bswap16(ports[0]) << 16 | __builtin_bswap16(ports[1]);
		if (words > 5 && dscp < 40)
			hash ^= flags;
	}
	return hash;
}

/* A ring of descriptors is consumed: the shape of a queue-pair loop. */
struct descriptor {
	uint64_t address;
	uint32_t length;
	uint16_t id, flags;
};
static struct descriptor ring[64];
static NOINLINE unsigned long run_ring(void)
{
	unsigned long bytes = 0, head = 5;

	for (int i = 0; i < 128; i++, head++) {
		struct descriptor *d = &ring[head & 63];
		if (d->flags & 1)
			bytes += d->length;
		else
			bytes ^= d->address;
		d->flags ^= 2;
	}
	return bytes;
}

static const struct {
	const char *name;
	unsigned long (*run)(void);
	int work;
} kernels[] = {
	{"memcpy-4096", run_memcpy, 4096},	  {"memcpy-1500-unaligned", run_memcpy_odd, 1500},
	{"memset-4096", run_memset, 4096},	  {"memcmp-2048", run_memcmp, 2048},
	{"strlen-1000", run_strlen, 1000},	  {"tcp-checksum-1460", run_checksum, 1460},
	{"crc32c-table-1024", run_crc, 1024},	  {"linked-list", run_list, 20},
	{"matrix-int-16", run_matrix, 4096},	  {"matrix-double-16", run_dgemm, 4096},
	{"state-machine", run_state_machine, 95}, {"switch-interpreter", run_interpreter, 902},
	{"bubble-sort-64", run_bubble, 2016},	  {"quick-sort-256", run_quick, 256},
	{"packet-headers", run_headers, 32},	  {"descriptor-ring", run_ring, 128},
};

int main(void)
{
	for (int i = 0; i < 4096; i++)
		source[i] = (unsigned char)(i * 31 + i / 7 + 1) | 1;
	source[1001] = 0;
	for (int i = 0; i < 100; i++)
		nodes[i].data = (int16_t)(i * 37 % 101), nodes[i].index = (int16_t)i;
	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++) {
			ma[i][j] = i - j, mb[i][j] = i * j & 7;
			da[i][j] = i - j, db[i][j] = i * j & 7;
		}
	for (int i = 0; i < 64; i++)
		ring[i] = (struct descriptor){(uint64_t)i << 12, (uint32_t)i * 64, (uint16_t)i, (uint16_t)(i % 3)};
	make_crc_table();
	__kvx_builtin_set(KVX_SFR_PMC, PMC_CYCLES_BUNDLES_INSTRUCTIONS);
	const struct counts a = now(), b = now(); /* the cost of measuring */
	for (unsigned i = 0; i < sizeof kernels / sizeof kernels[0]; i++) {
		memcpy(target, source, sizeof target);
		kernels[i].run();
		kernels[i].run();
		const struct counts from = now();
		const unsigned long result = kernels[i].run();
		const struct counts to = now();
		printf("%s %lu %lu %lu %d %lu\n", kernels[i].name, to.cycles - from.cycles - (b.cycles - a.cycles),
		       to.bundles - from.bundles - (b.bundles - a.bundles),
		       to.instructions - from.instructions - (b.instructions - a.instructions), kernels[i].work,
		       result);
	}
	return 0;
}
