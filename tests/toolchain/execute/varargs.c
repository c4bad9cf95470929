/* Variable arguments of all kinds, through registers and the stack, forwarded and copied. */
#include "check.h"
#include <stdarg.h>
#include <string.h>

struct s3 {
	char c[3];
};
struct s12 {
	int a, b, c;
};
struct s40 {
	long v[5];
};
struct aligned16 {
	long v[2];
} __attribute__((aligned(16)));
struct nothing {
};
typedef int v4si __attribute__((vector_size(16)));

static NOINLINE void kinds(const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	for (int n = 1; *format; format++, n++) {
		switch (*format) {
		case 'i':
			CHECK(va_arg(ap, int) == -n);
			break;
		case 'u':
			CHECK(va_arg(ap, unsigned) == 0xffffff00u + n);
			break;
		case 'l':
			CHECK(va_arg(ap, long) == -(long)n << 40);
			break;
		case 'd':
			CHECK(va_arg(ap, double) == n + 0.5);
			break;
		case 'p':
			CHECK(!strcmp(va_arg(ap, char *), "text"));
			break;
		case 'q':
			CHECK(va_arg(ap, __int128) == (__int128)n << 100);
			break;
		case '3': {
			struct s3 s = va_arg(ap, struct s3);
			CHECK(s.c[0] == n && s.c[2] == n + 2);
			break;
		}
		case '2': {
			struct s12 s = va_arg(ap, struct s12);
			CHECK(s.a == n && s.c == -n);
			break;
		}
		case '4': {
			struct s40 s = va_arg(ap, struct s40);
			CHECK(s.v[0] == n && s.v[4] == 5 * n);
			break;
		}
		case 'a': {
			struct aligned16 s = va_arg(ap, struct aligned16);
			CHECK(s.v[0] == n && s.v[1] == -n);
			break;
		}
		case 'n':
			va_arg(ap, struct nothing);
			break;
		case 's':
			(void)va_arg(ap, struct s12);
			break;
		case 'z': {
			_Complex double z = va_arg(ap, _Complex double);
			CHECK(__real__ z == n && __imag__ z == -n);
			break;
		}
		case 'f': {
			_Complex float z = va_arg(ap, _Complex float);
			CHECK(__real__ z == n && __imag__ z == -n);
			break;
		}
		case 'v': {
			v4si v = va_arg(ap, v4si);
			CHECK(v[0] == n && v[3] == 4 * n);
			break;
		}
		default:
			CHECK(0);
		}
	}
	va_end(ap);
}

static int vsum(int n, va_list ap)
{
	int sum = 0;
	while (n--)
		sum = sum * 3 + va_arg(ap, int);
	return sum;
}
static NOINLINE int sum_twice(int n, ...)
{
	va_list ap, copy;
	va_start(ap, n);
	va_copy(copy, ap);
	int a = vsum(n, ap), b = vsum(n, copy);
	va_end(copy);
	va_end(ap);
	CHECK(a == b);
	return a;
}
static NOINLINE void step(va_list *ap, int expected) { CHECK(va_arg(*ap, int) == expected); }
static NOINLINE void by_address(int n, ...)
{
	va_list ap;
	va_start(ap, n);
	for (int i = 0; i < n; i++)
		step(&ap, i * i);
	va_end(ap);
}
static NOINLINE long many_named(int a, int b, int c, int d, int e, int f, int g, int h, int i, int j, int k, int l,
				int m, ...)
{
	va_list ap;
	va_start(ap, m);
	long r = va_arg(ap, long);
	CHECK(a == 1 && l == 12 && m == 13);
	CHECK(va_arg(ap, double) == 0.25);
	va_end(ap);
	return r;
}
static NOINLINE struct s40 returns_big(int n, ...)
{
	struct s40 r = {{0}};
	va_list ap;
	va_start(ap, n);
	for (int i = 0; i < n; i++)
		r.v[i] = va_arg(ap, int);
	va_end(ap);
	return r;
}
static NOINLINE int unused(int a, ...) { return a; }
static int old_style();
static int old_style(a, c, f, s)
char c;
float f;
short s;
int a;
{
	return a == 1 && c == 'x' && f == 1.5f && s == -2;
}

int main(void)
{
	struct s3 s3 = {{2, 3, 4}};
	struct s12 s12 = {3, 0, -3};
	struct s40 s40 = {{4, 8, 12, 16, 20}};
	struct aligned16 a16 = {{5, -5}};
	v4si v = {6, 12, 18, 24};
	kinds("i324avilu", -1, s3, s12, s40, a16, v, -7, -8L << 40, 0xffffff09u);
	struct nothing e;
	kinds("indlq", -1, e, 3.5, -4L << 40, (__int128)5 << 100);
	_Complex double z;
	__real__ z = 2, __imag__ z = -2;
	_Complex float f;
	__real__ f = 3, __imag__ f = -3;
	kinds("izfsd", -1, z, f, s12, 5.5);
	kinds("iiiiiiiiiiiiiiiidddd", -1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11, -12, -13, -14, -15, -16, 17.5, 18.5,
	      19.5, 20.5);
	kinds("ppddqq", "text", "text", 3.5, 4.5, (__int128)5 << 100, (__int128)6 << 100);
	CHECK(sum_twice(4, 1, 2, 3, 4) == 58);
	by_address(15, 0, 1, 4, 9, 16, 25, 36, 49, 64, 81, 100, 121, 144, 169, 196);
	CHECK(many_named(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 1234567890123L, 0.25) == 1234567890123L);
	s40 = returns_big(5, 9, 8, 7, 6, 5);
	CHECK(s40.v[0] == 9 && s40.v[4] == 5);
	CHECK(unused(3, 1, 2.0, "x") == 3);
	CHECK(old_style(1, 'x', 1.5, (short)-2));
	return 0;
}
