/* Old C and GNU extensions: implicit int, undeclared functions, K&R definitions, statement expressions, builtins. */
#include "check.h"
#include <stdint.h>
#include <string.h>

old(a, b, c) char a;
float b;
{
	return a + (int)b + c;
}
static undeclared_later(void) { return implicit(3, 4); }
implicit(int a, int b) { return a * b; }
struct point {
	int x, y;
};
static NOINLINE struct point mid(a, b)
struct point a, b;
{
	struct point r = {(a.x + b.x) / 2, (a.y + b.y) / 2};
	return r;
}
typedef int function(int);
static int negate(int x) { return -x; }
static NOINLINE void *where(void) { return __builtin_return_address(0); }
static NOINLINE long frame_distance(char *outer) { return outer - (char *)__builtin_frame_address(0); }
int global __asm__("renamed_symbol") = 17;
extern int same_thing __asm__("renamed_symbol");
inline int inlined(int x) { return x + 1; }
extern inline int inlined(int x);
static int weak_default(void) __attribute__((weakref("nowhere_defined")));
__attribute__((section(".data.special"), aligned(32), used)) static int placed = 3;
static NOINLINE __attribute__((pure)) int pure_function(const int *p) { return *p; }
static NOINLINE int flexible(int n)
{
	struct flex {
		int n;
		char tail[];
	} *p = __builtin_alloca(sizeof *p + n);
	memset(p->tail, 7, n);
	p->n = n;
	return p->tail[n - 1] + p->n;
}
static int zero_length[0];
enum big { SMALL = -1, LARGE = 0x7fffffff };
static NOINLINE int cleanup_order;
static void cleaned(int *p) { cleanup_order = cleanup_order * 10 + *p; }
static NOINLINE int scope(int early)
{
	__attribute__((cleanup(cleaned))) int a = 1;
	{
		__attribute__((cleanup(cleaned))) int b = 2;
		if (early)
			return 5;
	}
	return 6;
}
static NOINLINE int ranges(int c)
{
	switch (c) {
	case 'a' ... 'z':
		return 1;
	case '0' ... '9':
		return 2;
	case 0x7ffffff0 ... 0x7fffffff:
		return 3;
	}
	return 0;
}
static NOINLINE int elvis(int x) { return x ?: -1; }
static NOINLINE unsigned char narrow(unsigned char a, signed char b) { return a + b; }
static NOINLINE int local_labels(int n)
{
	int sum = 0;
	for (int i = 0; i < n; i++) {
		__label__ skip;
		if (i & 1)
			goto skip;
		sum += i;
	skip:;
	}
	return sum;
}

int main()
{
	CHECK(old(1, 2.5, 3) == 6 && undeclared_later() == 12);
	struct point m = mid((struct point){0, 2}, (struct point){10, 4});
	CHECK(m.x == 5 && m.y == 3);
	function *f = negate;
	CHECK((*****f)(4) == -4);
	CHECK(where() > (void *)main && where() < (void *)((char *)main + 20000));
	char here;
	CHECK(frame_distance(&here) > 0 && frame_distance(&here) < 100000);
	CHECK(same_thing == 17 && &global == &same_thing && inlined(1) == 2 && placed == 3 &&
	      ((uintptr_t)&placed & 31) == 0);
	CHECK(!weak_default && pure_function(&placed) == 3 && flexible(100) == 107 && sizeof zero_length == 0);
	CHECK(({
		      int t = 3;
		      t *t;
	      }) == 9 &&
	      __builtin_constant_p(3) && !__builtin_constant_p(OPAQUE(3)));
	CHECK(__builtin_types_compatible_p(int, signed) && __builtin_choose_expr(1, 5, "x") == 5 && sizeof(void) == 1);
	CHECK(scope(1) == 5 && cleanup_order == 21 && scope(0) == 6 && cleanup_order == 2121);
	CHECK(ranges('q') == 1 && ranges('5') == 2 && ranges(0x7ffffff8) == 3 && ranges(-1) == 0 && elvis(0) == -1 &&
	      elvis(7) == 7);
	CHECK(narrow(250, 10) == 4 && narrow(3, -5) == 254 && local_labels(7) == 12 && LARGE > SMALL);
	CHECK(__builtin_expect(OPAQUE(5), 1) == 5 && __builtin_object_size(&m, 0) == sizeof m);
	__builtin_prefetch(&m);
	void *p = (void *) && target;
	goto *p;
target:
	CHECK(__builtin_abs(-3) == 3 && __builtin_labs(-3L) == 3 && __builtin_strlen("abc") == 3 &&
	      __builtin_ffs(8) == 4);
	CHECK(__builtin_memcmp("ab", OPAQUE("ac"), 2) < 0 && __builtin_isnan(__builtin_nan("")) &&
	      __builtin_huge_val() > 1e300);
	CHECK((int)__builtin_rotateleft32(OPAQUE(0x80000001u), 4) == 0x18 && __builtin_bitreverse8(OPAQUE(1)) == 0x80);
	if (OPAQUE(0))
		__builtin_trap();
	if (OPAQUE(0))
		__builtin_unreachable();
	int(*array_pointer)[3] = &(int[3]){1, 2, 3};
	CHECK((*array_pointer)[2] == 3 && array_pointer[0][1] == 2 && sizeof *array_pointer == 12);
	struct {
		int a;
		union {
			int b;
			float c;
		};
		struct {
			char d[2];
		};
	} anonymous = {1, {2}, {{3, 4}}};
	CHECK(anonymous.b == 2 && anonymous.d[1] == 4);
	int designated[] = {[2] = 5, [0 ... 1] = 9, [5] = 1};
	CHECK(sizeof designated == 24 && designated[1] == 9 && designated[3] == 0 && designated[5] == 1);
	exit(0);
}
