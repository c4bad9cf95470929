/* Inline assembly, register variables, builtins that are instructions. */
#include "check.h"
#include "kvx/builtins.h"
#include "kvx/sfr.h"
#include <stdint.h>

static NOINLINE long add_asm(long a, long b)
{
	long r;
	__asm__("addd %0 = %1, %2" : "=r"(r) : "r"(a), "r"(b));
	return r;
}
static NOINLINE long immediate(long a)
{
	__asm__("addd %0 = %0, %1" : "+r"(a) : "I"(100));
	__asm__("addd %0 = %0, %1" : "+r"(a) : "i"(1000000));
	return a;
}
static NOINLINE int memory(int *p)
{
	int r;
	__asm__ volatile("lws %0 = %1" : "=r"(r) : "m"(p[3]));
	__asm__ volatile("sw %0 = %1" : "=m"(p[4]) : "r"(r + 1));
	return r;
}
static NOINLINE unsigned long clobbers(unsigned long a)
{
	__asm__ volatile("make $r20 = 0\n\t;;\n\tmake $r0 = 0\n\t;;\n\tmake $r40 = 0" ::
				 : "$r20", "r0", "r40", "memory", "cc");
	return a + 1;
}
static NOINLINE long fixed_registers(long a, long b)
{
	register long x __asm__("r5") = a;
	register long y __asm__("$r33") = b;
	__asm__ volatile("sbfd $r5 = $r33, $r5" : "+r"(x) : "r"(y));
	return x;
}
static NOINLINE unsigned __int128 pair(unsigned long a, unsigned long b)
{
	unsigned __int128 r;
	__asm__("muludt %0 = %1, %2" : "=r"(r) : "r"(a), "r"(b));
	return r;
}
static NOINLINE double floating(double a, float b)
{
	double r;
	float s;
	__asm__("faddd %0 = %1, %1" : "=r"(r) : "r"(a));
	__asm__("faddw %0 = %1, %1" : "=r"(s) : "r"(b));
	return r + s;
}
static NOINLINE int jump(int x)
{
	__asm__ goto("cb.wnez %0? %l1" : : "r"(x) : : nonzero);
	return 0;
nonzero:
	return 1;
}

int main(void)
{
	CHECK(add_asm(40, 2) == 42 && immediate(5) == 1000105);
	int v[6] = {0, 0, 0, -7, 0, 0};
	CHECK(memory(v) == -7 && v[4] == -6);
	CHECK(clobbers(41) == 42 && fixed_registers(50, 8) == 42);
	CHECK(pair(1ul << 63, 6) == (unsigned __int128)3 << 64);
	CHECK(floating(1.5, 2.5f) == 8.0);
	CHECK(jump(OPAQUE(0)) == 0 && jump(OPAQUE(3)) == 1);

	CHECK((__kvx_builtin_get(KVX_SFR_PS) & (KVX_PS_V64 | KVX_PS_HLE | KVX_PS_DCE)) ==
	      (KVX_PS_V64 | KVX_PS_HLE | KVX_PS_DCE));
	__kvx_builtin_set(KVX_SFR_SR_PL0, 0x123456789abcdef0ul);
	CHECK(__kvx_builtin_get(KVX_SFR_SR_PL0) == 0x123456789abcdef0ul);
	__kvx_builtin_wfxl(KVX_SFR_ILE, KVX_WFX(0xff0, 0));
	__kvx_builtin_wfxl(KVX_SFR_ILE, KVX_WFX(0xf, 0xf0));
	CHECK(__kvx_builtin_get(KVX_SFR_ILE) == 0xf0f);
	__kvx_builtin_wfxl(KVX_SFR_ILE, KVX_WFX(0, 0xfff));
	static volatile uint64_t d = 5;
	static volatile uint32_t w = 7;
	CHECK(__kvx_builtin_acswapd(&d, 5, 6) == 1 && d == 6 && __kvx_builtin_acswapd(&d, 5, 9) == 0 && d == 6);
	CHECK(__kvx_builtin_aladdd(&d, 10) == 6 && d == 16 && __kvx_builtin_alclrd(&d) == 16 && d == 0);
	CHECK(__kvx_builtin_aladdw(&w, -3u) == 7 && w == 4 && __kvx_builtin_acswapw(&w, 4, 1) == 1 &&
	      __kvx_builtin_alclrw(&w) == 1);
	CHECK(__kvx_builtin_cbsd(OPAQUE(0xf0f0ul)) == 8 && __kvx_builtin_ctzd(OPAQUE(8ul)) == 3 &&
	      __kvx_builtin_clzw(OPAQUE(1u)) == 31);
	CHECK(__kvx_builtin_sbmm8(OPAQUE(0x0102040810204080ul), OPAQUE(0x0123456789abcdeful)) != 0);
	w = 0x8899aabb;
	__kvx_builtin_fence();
	__kvx_builtin_dinvall(&w);
	CHECK(__kvx_builtin_lwzu(&w) == 0x8899aabb && __kvx_builtin_lbsu((char *)&w) == (signed char)0xbb &&
	      __kvx_builtin_lhzs(&w) == 0xaabb);
	__kvx_builtin_dtouchl(&w);
	__kvx_builtin_barrier();
	__kvx_builtin_nop();
	return 0;
}
