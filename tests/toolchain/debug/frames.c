/*
 * Call chains through frames of every kind. dump() prints the registers that a debugger would start from and the stack;
 * unwind_test.py unwinds it with the call frame information and looks every caller up in the line table. A call and the
 * name of the called function are on one line.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define NOINLINE __attribute__((noinline))

extern char __rm_stack_top[];
uint64_t dump_registers[65];
void dump(void);

__asm__("	.text\n	.globl dump\n	.type dump, @function\ndump:\n"
	"	make $r0 = dump_registers\n	;;\n"
	"	get $r1 = $ra\n	;;\n"
	"	sd 8*12[$r0] = $r12\n	;;\n	sd 8*14[$r0] = $r14\n	;;\n	sd 8*18[$r0] = $r18\n	;;\n"
	"	sd 8*19[$r0] = $r19\n	;;\n	sd 8*20[$r0] = $r20\n	;;\n	sd 8*21[$r0] = $r21\n	;;\n"
	"	sd 8*22[$r0] = $r22\n	;;\n	sd 8*23[$r0] = $r23\n	;;\n	sd 8*24[$r0] = $r24\n	;;\n"
	"	sd 8*25[$r0] = $r25\n	;;\n	sd 8*26[$r0] = $r26\n	;;\n	sd 8*27[$r0] = $r27\n	;;\n"
	"	sd 8*28[$r0] = $r28\n	;;\n	sd 8*29[$r0] = $r29\n	;;\n	sd 8*30[$r0] = $r30\n	;;\n"
	"	sd 8*31[$r0] = $r31\n	;;\n	sd 8*64[$r0] = $r1\n	goto print_dump\n	;;\n"
	"	.size dump, . - dump\n");

__attribute__((used)) void print_dump(void)
{
	const uint64_t *sp = (const uint64_t *)dump_registers[12];

	printf("dump");
	for (int i = 0; i < 65; i++)
		printf(" %lx", dump_registers[i]);
	printf("\nstack %lx", (uint64_t)sp);
	for (; sp < (const uint64_t *)__rm_stack_top; sp++)
		printf(" %lx", *sp);
	printf("\n");
}

struct big {
	long words[9];
};

static NOINLINE long leaf_caller(long x)
{
	dump();
	return x + 1;
}

static NOINLINE long variable_frame(int n)
{
	char text[n];

	memset(text, n, (size_t)n);
	const long r = leaf_caller(text[n / 2]);
	dump();
	return r + text[0];
}

static NOINLINE struct big big_result(struct big in, long x)
{
	in.words[3] += variable_frame((int)x);
	dump();
	return in;
}

static NOINLINE long variadic(int count, ...)
{
	va_list list;
	long sum = 0;

	va_start(list, count);
	while (count--) {
		struct big b = big_result(va_arg(list, struct big), va_arg(list, int));
		sum += b.words[3];
	}
	va_end(list);
	return sum;
}

static NOINLINE long many_registers(const long *p)
{
	long a = p[0], b = p[1], c = p[2], d = p[3], e = p[4], f = p[5], g = p[6], h = p[7];
	struct big one = {{a, b, c, d, e, f, g, h, 1}};

	long r = variadic(1, one, 40);
	r += leaf_caller(a * h) + b * g + c * f + d * e;
	return r + (a ^ b ^ c ^ d ^ e ^ f ^ g ^ h);
}

static NOINLINE long recursive(long depth, const long *p)
{
	if (depth == 0) {
		const long last = many_registers(p);
		return last + 1;
	}
	const long r = recursive(depth - 1, p);
	return r * 3 + depth;
}

static NOINLINE long aligned_frame(const long *p)
{
	volatile long block[8] __attribute__((aligned(128)));

	for (int i = 0; i < 8; i++)
		block[i] = p[i];
	const long r = recursive(3, p);
	return r + block[5];
}

int main(void)
{
	long numbers[8] = {1, 2, 3, 4, 5, 6, 7, 8};

	__asm__ volatile("" : "+m"(numbers));
	printf("result %ld\n", aligned_frame(numbers));
	return 0;
}
