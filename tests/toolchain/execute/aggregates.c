/* Structures by value of every size from 0 to 40 bytes and a huge one, mixed with scalars. */
#include "check.h"
#include <string.h>

/* clang-format off */
#define SIZES(X)                                                                                                       \
	X(1)                                                                                                           \
	X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(11) X(12) X(13) X(15) X(16) X(17) X(20) X(23) X(24) X(25) X(28)      \
		X(31) X(32) X(33) X(36) X(40) X(63) X(96) X(97) X(200) X(255) X(256) X(257) X(1000)
/* clang-format on */

#define DECLARE(n)                                                                                                     \
	struct s##n {                                                                                                  \
		unsigned char b[n];                                                                                    \
	};                                                                                                             \
	static struct s##n make##n(int seed)                                                                           \
	{                                                                                                              \
		struct s##n s;                                                                                         \
		for (int i = 0; i < n; i++)                                                                            \
			s.b[i] = (unsigned char)(seed + i * 7);                                                        \
		return s;                                                                                              \
	}                                                                                                              \
	static NOINLINE struct s##n add##n(int a, struct s##n x, char c, struct s##n y, double d, struct s##n z,       \
					   short e)                                                                    \
	{                                                                                                              \
		struct s##n r;                                                                                         \
		CHECK(a == -5 && c == 'c' && d == 2.5 && e == -3);                                                     \
		for (int i = 0; i < n; i++)                                                                            \
			r.b[i] = (unsigned char)(x.b[i] + 2 * y.b[i] + 3 * z.b[i]);                                    \
		memset(&x, 0, sizeof x); /* a callee owns its copy */                                                  \
		__asm__ volatile("" ::"r"(&x) : "memory");                                                             \
		return r;                                                                                              \
	}                                                                                                              \
	static void test##n(void)                                                                                      \
	{                                                                                                              \
		struct s##n x = make##n(1), y = make##n(2), z = make##n(3);                                            \
		struct s##n (*volatile f)(int, struct s##n, char, struct s##n, double, struct s##n, short) = add##n;   \
		struct s##n r = f(-5, x, 'c', y, 2.5, z, -3);                                                          \
		for (int i = 0; i < n; i++) {                                                                          \
			CHECK(r.b[i] == (unsigned char)(14 + 42 * i));                                                 \
			CHECK(x.b[i] == (unsigned char)(1 + 7 * i));                                                   \
		}                                                                                                      \
	}
SIZES(DECLARE)

struct empty {
};
struct mixed {
	char a;
	double d;
	short s;
	float f;
	long l;
};
struct pair {
	long a, b;
};
union either {
	double d;
	int i[3];
};

static NOINLINE int with_empty(int a, struct empty e, int b) { return a * 10 + b; }
static NOINLINE struct empty give_empty(int *p)
{
	struct empty e;
	++*p;
	return e;
}
static NOINLINE struct mixed change(struct mixed m, float f)
{
	m.a++, m.d *= 2, m.s--, m.f += f, m.l = -m.l;
	return m;
}
static NOINLINE struct pair swap(struct pair p) { return (struct pair){p.b, p.a}; }
static NOINLINE union either pick(int k, union either a, union either b) { return k ? a : b; }
struct nested {
	struct pair p;
	struct {
		char c[3];
	} q[2];
};
static NOINLINE struct nested rotate(struct nested n)
{
	struct nested r = n;
	r.p = swap(n.p);
	r.q[0] = n.q[1];
	r.q[1] = n.q[0];
	return r;
}

struct big {
	int i[16384];
};
static NOINLINE int sum_big(int first, struct big b, int last)
{
	int sum = first + last;
	for (int k = 0; k < 16384; k++)
		sum += b.i[k];
	b.i[0] = 99;
	__asm__ volatile("" ::"r"(&b) : "memory");
	return sum;
}

int main(void)
{
#define RUN(n) test##n();
	SIZES(RUN)
	int count = 0;
	struct empty e = give_empty(&count);
	CHECK(count == 1);
	CHECK(with_empty(4, e, 2) == 42);
	struct mixed m = {1, 1.5, -7, 0.25f, 1L << 40};
	m = change(m, 1.0f);
	CHECK(m.a == 2 && m.d == 3.0 && m.s == -8 && m.f == 1.25f && m.l == -(1L << 40));
	struct pair p = swap((struct pair){1, 2});
	CHECK(p.a == 2 && p.b == 1);
	union either u = {.d = 3.0}, v = {.i = {7, 8, 9}};
	CHECK(pick(1, u, v).d == 3.0 && pick(0, u, v).i[2] == 9);
	struct nested n = rotate((struct nested){{1, 2}, {{"ab"}, {"cd"}}});
	CHECK(n.p.a == 2 && n.p.b == 1 && n.q[0].c[0] == 'c' && n.q[1].c[1] == 'b');
	static struct big b;
	for (int k = 0; k < 16384; k++)
		b.i[k] = k & 15;
	CHECK(sum_big(3, b, 4) == 7 + 1024 * 120 && b.i[0] == 0);
	return 0;
}
