/* Control flow: switches, computed goto, loops, recursion, setjmp, alloca, variable-length arrays, short circuits. */
#include "check.h"
#include <alloca.h>
#include <setjmp.h>
#include <string.h>

static NOINLINE int dense(int x)
{
	switch (x) {
	case 0:
		return 10;
	case 1:
		return 21;
	case 2:
		return 32;
	case 3:
		return 43;
	case 4:
	case 5:
		return 54;
	case 6:
		x++; /* fall through */
	case 7:
		return x * 2;
	case 9:
		return 9;
	default:
		return -1;
	}
}
static NOINLINE int sparse(long x)
{
	switch (x) {
	case -1000000000000:
		return 1;
	case -5:
		return 2;
	case 0:
		return 3;
	case 77:
		return 4;
	case 100 ... 200:
		return 5;
	case 0x7fffffffffffffff:
		return 6;
	}
	return 0;
}
static NOINLINE int interpret(const unsigned char *code)
{
	static const void *const labels[] = {&&push, &&add, &&mul, &&jump_if, &&end};
	int stack[16], *sp = stack;
	goto *labels[*code++];
push:
	*sp++ = *code++;
	goto *labels[*code++];
add:
	sp--;
	sp[-1] += *sp;
	goto *labels[*code++];
mul:
	sp--;
	sp[-1] *= *sp;
	goto *labels[*code++];
jump_if:
	if (*--sp)
		code += *code;
	code++;
	goto *labels[*code++];
end:
	return sp[-1];
}
static NOINLINE int ackermann(int m, int n)
{
	return m == 0 ? n + 1 : n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}
static int odd(unsigned n);
static NOINLINE int even(unsigned n) { return n == 0 ? 1 : odd(n - 1); }
static NOINLINE int odd(unsigned n) { return n == 0 ? 0 : even(n - 1); }

static jmp_buf buf;
static NOINLINE void deep(int n)
{
	volatile char pad[100];
	pad[n & 63] = 1;
	if (n == 0)
		longjmp(buf, 42);
	deep(n - 1);
	pad[0] = 2;
}
static void jumps(void)
{
	volatile int count = 0;
	int r = setjmp(buf);
	count++;
	if (r == 0)
		deep(10);
	CHECK(r == 42 && count == 2);
	if ((r = setjmp(buf)) == 0)
		longjmp(buf, 0);
	CHECK(r == 1);
	double d = OPAQUE(1.5);
	long kept = OPAQUE(123456789012L);
	if (!setjmp(buf))
		deep(3);
	CHECK(d == 1.5 && kept == 123456789012L);
}
static void *builtin_buf[5];
static volatile int unwound;
static NOINLINE void deep_builtin(int n)
{
	if (!n)
		__builtin_longjmp(builtin_buf, 1);
	deep_builtin(n - 1);
	unwound++;
}
static NOINLINE long builtin_jumps(long a, long b, double d)
{
	const long product = a * b;

	unwound = 0;
	if (__builtin_setjmp(builtin_buf) == 0) {
		deep_builtin(5);
		return -1;
	}
	return product + (long)(d * 2) + unwound;
}
static NOINLINE int vla(int n, int m)
{
	int a[n][m], sum = 0;
	char text[n + m];
	CHECK(sizeof a == (size_t)n * m * sizeof(int) && sizeof text == (size_t)(n + m));
	for (int i = 0; i < n; i++)
		for (int j = 0; j < m; j++)
			a[i][j] = i * j;
	memset(text, 1, sizeof text);
	for (int i = 0; i < n; i++)
		for (int j = 0; j < m; j++)
			sum += a[i][j];
	for (int i = 0; i < n + m; i++)
		sum += text[i];
	return sum;
}
static NOINLINE int vla_parameter(int n, int a[n][n]) { return a[n - 1][0] + (int)(sizeof a[0] / sizeof(int)); }
static NOINLINE int with_alloca(int n)
{
	int total = 0;
	for (int i = 1; i <= n; i++) {
		char *p = alloca(i * 3);
		memset(p, i, i * 3);
		total += p[0] + p[i * 3 - 1];
		CHECK(((unsigned long)p & 15) == 0);
	}
	return total;
}
static NOINLINE long twelve_and_more(int a, long b, char c, short d, float e, double f, int *g, long h, int i, int j,
				     int k, int l, int m, char n, short o, float p, double q, int *r)
{
	CHECK(a == 1 && b == 2 && c == 3 && d == 4 && e == 5 && f == 6 && *g == 7 && h == 8 && i == 9 && j == 10 &&
	      k == 11 && l == 12);
	CHECK(m == -13 && n == -14 && o == -15 && p == -16 && q == -17 && *r == -18);
	return a + m + n;
}
static int calls;
static NOINLINE int count_call(int r)
{
	calls++;
	return r;
}

static NOINLINE unsigned loops(const unsigned char *p, int n)
{
	unsigned h = 0;
	for (int i = 0; i < n; i++)
		h = h * 31 + p[i];
	for (int i = n - 1; i >= 0; i -= 2)
		h ^= p[i] << (i & 7);
	int i = 0;
	do {
		h += i;
	} while (++i < n);
	while (i) {
		if (i-- & 1)
			continue;
		if (i == 3)
			break;
		h += p[i];
	}
	for (unsigned k = 10; k-- > 0;)
		h += k;
	return h;
}

int main(void)
{
	static const int expected[] = {-1, 10, 21, 32, 43, 54, 54, 14, 14, -1, 9, -1};
	for (int i = -1; i < 11; i++)
		CHECK(dense(i) == expected[i + 1]);
	CHECK(dense(0x7fffffff) == -1 && dense(-0x7fffffff) == -1);
	CHECK(sparse(-1000000000000) == 1 && sparse(-5) == 2 && sparse(0) == 3 && sparse(77) == 4 && sparse(150) == 5 &&
	      sparse(201) == 0 && sparse(99) == 0 && sparse(0x7fffffffffffffff) == 6);
	CHECK(interpret((const unsigned char[]){0, 6, 0, 7, 2, 0, 0, 3, 2, 0, 1, 1, 4}) == 43);
	CHECK(ackermann(2, 3) == 9 && even(1000) && !odd(10));
	jumps();
	CHECK(builtin_jumps(OPAQUE(6L), 7, 1.5) == 45);
	CHECK(vla(5, 7) == 210 + 12);
	int a[3][3] = {{0}, {0}, {5}};
	CHECK(vla_parameter(3, a) == 8);
	CHECK(with_alloca(9) == 90);
	int seven = 7, minus = -18;
	CHECK(twelve_and_more(1, 2, 3, 4, 5, 6, &seven, 8, 9, 10, 11, 12, -13, -14, -15, -16, -17, &minus) == -26);
	CHECK(!(count_call(0) && count_call(1)) && calls == 1 && (count_call(1) || count_call(0)) && calls == 2);
	unsigned char data[20];
	for (int i = 0; i < 20; i++)
		data[i] = (unsigned char)(i * 37);
	unsigned h1 = loops(data, 20), h2 = loops(data, OPAQUE(20));
	CHECK(h1 == h2 && loops(data, 1) == loops(data, OPAQUE(1)));
	return 0;
}
