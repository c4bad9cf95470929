/* Bit-fields of all kinds: signed, unsigned, packed, crossing, in unions, with _Bool and enums, volatile. */
#include "check.h"
#include <string.h>

struct plain {
	unsigned a : 3;
	int b : 5;
	unsigned c : 24;
	long d : 40;
	unsigned long e : 24;
	_Bool f : 1;
	signed char g : 7;
	unsigned : 0;
	unsigned h : 31;
};
struct __attribute__((packed)) tight {
	unsigned a : 7;
	unsigned long b : 50;
	int c : 13;
	char d;
	short e;
	long f;
};
enum colour { red, green, blue };
struct odd {
	enum colour c : 2;
	unsigned long long wide : 63;
	volatile int v : 9;
};
union overlay {
	struct {
		unsigned low : 4, high : 4, rest : 24;
	} f;
	unsigned word;
};

static NOINLINE void fill(struct plain *p, int i)
{
	p->a = i, p->b = -i, p->c = i * 0x1234567, p->d = -(long)i * 0x123456789, p->e = (unsigned long)i * 0xabcdef,
	p->f = i & 4, p->g = -i, p->h = i * 0x7654321;
}
static NOINLINE int sign(int x, int bits) { return (int)((unsigned)x << (32 - bits)) >> (32 - bits); }
static NOINLINE struct plain pass(struct plain p)
{
	p.b++;
	p.d -= 3;
	p.h ^= 1;
	return p;
}

int main(void)
{
	for (int i = 0; i < 40; i++) {
		struct plain p;
		memset(&p, 0xff, sizeof p);
		fill(&p, i);
		CHECK(p.a == (i & 7) && p.b == sign(-i, 5) && p.c == (i * 0x1234567u & 0xffffff));
		CHECK(p.d == (long)((unsigned long)(-(long)i * 0x123456789) << 24) >> 24 &&
		      p.e == ((unsigned long)i * 0xabcdef & 0xffffff));
		CHECK(p.f == !!(i & 4) && p.g == sign(-i, 7) && p.h == (i * 0x7654321u & 0x7fffffff));
		struct plain q = pass(p);
		CHECK(q.b == sign(p.b + 1, 5) && q.h == (p.h ^ 1) && q.c == p.c && q.a == p.a);
		p.a += 3, p.c -= 1, p.b <<= 1, p.h |= 0x40000000;
		CHECK(p.a == ((i + 3) & 7) && p.c == ((i * 0x1234567u - 1) & 0xffffff) && p.h >> 30 == 1);
		CHECK((p.a = i) == (i & 7) && p.a++ == (i & 7) && p.a == ((i + 1) & 7));
	}
	CHECK(sizeof(struct plain) == 24 && sizeof(struct tight) == 20);
	struct tight t = {0x55, 0x2aaaaaaaaaaaaull, -1234, 'x', -2, 1L << 60};
	CHECK(t.a == 0x55 && t.b == 0x2aaaaaaaaaaaaull && t.c == -1234 && t.d == 'x' && t.e == -2 && t.f == 1L << 60);
	t.b++, t.c = 4095;
	CHECK(t.b == 0x2aaaaaaaaaaabull && t.c == 4095 && t.a == 0x55 && t.d == 'x');
	struct odd o = {blue, 0x7fffffffffffffffull, -200};
	CHECK(o.c == blue && o.wide == 0x7fffffffffffffffull && o.v == -200);
	o.wide += 2, o.v += 500;
	CHECK(o.wide == 1 && o.v == sign(300, 9) && o.c == blue);
	union overlay u = {.word = 0x89abcdef};
	CHECK(u.f.low == 15 && u.f.high == 14 && u.f.rest == 0x89abcd);
	u.f.high = 3;
	CHECK(u.word == 0x89abcd3f);
	struct {
		int x : 1;
		unsigned y : 1;
	} one = {OPAQUE(1), OPAQUE(1)};
	CHECK(one.x == -1 && one.y == 1 && one.x < one.y + 0);
	return 0;
}
