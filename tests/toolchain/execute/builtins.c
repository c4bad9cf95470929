/* run: --pid 3 */
/* Every instruction that is a function, on a processing core; expectations are computed from the definitions. */
#include "check.h"
#include "kvx/atomic.h"
#include "kvx/builtins.h"
#include "kvx/cache.h"
#include "kvx/sfr.h"
#include <stdint.h>

#define B(name) __kvx_builtin_##name

static void system_registers(void)
{
	B(set)(KVX_SFR_SR_PL0, OPAQUE(0x1122334455667788ul));
	CHECK(B(get)(KVX_SFR_SR_PL0) == 0x1122334455667788ul && B(iget)(OPAQUE(80ul)) == 0x1122334455667788ul);
	CHECK(B(rswap)(KVX_SFR_SR_PL0, OPAQUE(5ul)) == 0x1122334455667788ul && B(get)(KVX_SFR_SR_PL0) == 5);
	/* The low word of the operand clears bits, the high word sets them. */
	B(set)(KVX_SFR_TEL, OPAQUE(0xf0f0f0f0f0ul));
	B(wfxl)(KVX_SFR_TEL, OPAQUE(0x0000000f000000f0ul));
	CHECK(B(get)(KVX_SFR_TEL) == 0xf0f0f0f00ful);
	B(wfxm)(KVX_SFR_TEL, OPAQUE(0x00000001000000f0ul));
	CHECK(B(get)(KVX_SFR_TEL) == 0x01f0f0f00ful);
}

static void order_and_caches(void)
{
	static uint64_t line[24] __attribute__((aligned(64)));

	for (int i = 0; i < 24; i++)
		line[i] = 0x0101010101010101ul * (unsigned)i;
	B(fence)();
	B(dtouchl)(line);
	B(dinvall)(line + 8);
	B(d1inval)();
	B(i1inval)();
	B(i1invals)(line);
	B(barrier)();
	B(dzerol)(line + 9);
	B(fence)();
	for (int i = 0; i < 24; i++)
		CHECK(OPAQUE(line[i]) == (i / 8 == 1 ? 0 : 0x0101010101010101ul * (unsigned)i));
}

static void idling(void)
{
	/* The wake-up bits are set after reset, so none of these waits. */
	CHECK((B(get)(KVX_SFR_WS) & 7) == 7);
	B(await)();
	B(sleep)();
	B(stop)();
	CHECK(B(waitit)(OPAQUE(0ul)) == 0);
	B(syncgroup)(OPAQUE(0ul));
	B(nop)();
}

static void translation(void)
{
	const uint64_t mmc = B(get)(KVX_SFR_MMC);

	B(set)(KVX_SFR_TEH, OPAQUE(0ul));
	B(set)(KVX_SFR_TEL, OPAQUE(0ul));
	B(tlbwrite)();
	B(set)(KVX_SFR_TEL, OPAQUE(0x1000ul));
	B(tlbread)();
	CHECK(B(get)(KVX_SFR_TEL) == 0);
	B(tlbprobe)();
	B(tlbdinval)();
	B(tlbiinval)();
	B(set)(KVX_SFR_MMC, mmc);
}

static void loads(void)
{
	static const uint64_t value = 0x8182838485868788ul;
	const void *p = OPAQUE((const void *)&value);

	CHECK(B(lbzu)(p) == 0x88 && B(lbsu)(p) == -0x78l && B(lhzu)(p) == 0x8788 && B(lhsu)(p) == -0x7878l);
	CHECK(B(lwzu)(p) == 0x85868788 && B(lwsu)(p) == (long)(int)0x85868788 && B(ldu)(p) == value);
	CHECK(B(lbzs)(p) == 0x88 && B(lhzs)(p) == 0x8788 && B(lwzs)(p) == 0x85868788 && B(lds)(p) == value);
	CHECK(B(lbzus)(p) == 0x88 && B(lhzus)(p) == 0x8788 && B(lwzus)(p) == 0x85868788 && B(ldus)(p) == value);
}

static void atomics(void)
{
	static volatile uint64_t d = 5;
	static volatile uint32_t w[2] = {7, 0xffffffff};

	CHECK(B(acswapd)(&d, 5, 1ul << 40) == 1 && d == 1ul << 40 && B(acswapd)(&d, 5, 9) == 0 && d == 1ul << 40);
	CHECK(B(aladdd)(&d, 2) == 1ul << 40 && d == (1ul << 40) + 2 && B(alclrd)(&d) == (1ul << 40) + 2 && d == 0);
	CHECK(B(acswapw)(w, 7, -1u) == 1 && B(acswapw)(w, 7, 1) == 0 && B(aladdw)(w, 3) == -1u && w[0] == 2);
	CHECK(B(alclrw)(w) == 2 && w[0] == 0 && w[1] == 0xffffffff);
}

/* Row i of the product: the sum of the rows of z that row i of y selects. */
static uint64_t matrix_product(uint64_t z, uint64_t y)
{
	uint64_t product = 0;

	for (int i = 0; i < 8; i++)
		for (int j = 0; j < 8; j++)
			if (y >> (8 * i + j) & 1)
				product ^= (z >> 8 * j & 255) << 8 * i;
	return product;
}
static uint64_t transpose(uint64_t z)
{
	uint64_t t = 0;

	for (int i = 0; i < 64; i++)
		t |= (z >> i & 1) << (i % 8 * 8 + i / 8);
	return t;
}
static uint32_t crc_big(uint32_t crc, uint32_t polynomial)
{
	for (int i = 0; i < 32; i++)
		crc = crc << 1 ^ (crc >> 31 ? polynomial : 0);
	return crc;
}
static uint32_t crc_little(uint32_t crc, uint32_t polynomial)
{
	for (int i = 0; i < 32; i++)
		crc = crc >> 1 ^ (crc & 1 ? polynomial : 0);
	return crc;
}

static void bits_and_checksums(void)
{
	const uint64_t z = OPAQUE(0x00123456789abcdeul), y = OPAQUE(0xfedcba9876543210ul);
	const uint32_t crc = OPAQUE(0xdeadbeefu);

	CHECK(B(sbmm8)(z, y) == matrix_product(z, y) && B(sbmmt8)(z, y) == transpose(matrix_product(z, y)));
	CHECK(B(cbsd)(z) == 28 && B(cbsw)((unsigned)z) == 19 && B(clzd)(z) == 11 && B(clzw)((unsigned)z) == 1);
	CHECK(B(ctzd)(y) == 4 && B(ctzw)((unsigned)y) == 4 && B(clsd)((long)y) == 6 && B(clsw)((int)z) == 0);
	CHECK(B(crcbellw)(crc, z, 0x04c11db7) == crc_big(crc ^ __builtin_bswap32((uint32_t)z), 0x04c11db7));
	CHECK(B(crcbelmw)(crc, z, 0x04c11db7) == crc_big(crc ^ __builtin_bswap32((uint32_t)(z >> 32)), 0x04c11db7));
	CHECK(B(crclellw)(crc, z, 0x82f63b78) == crc_little(crc ^ (uint32_t)z, 0x82f63b78));
	CHECK(B(crclelmw)(crc, z, 0x82f63b78) == crc_little(crc ^ (uint32_t)(z >> 32), 0x82f63b78));
	CHECK(B(stsud)(z, y) == ((y - z) << 1 | 1) && B(stsud)(y, z) == z << 1);
	CHECK(B(stsuw)(7, OPAQUE(9u)) == 5 && B(stsuw)(9, OPAQUE(7u)) == 14);
}

int main(void)
{
	CHECK((B(get)(KVX_SFR_PCR) & 0xff) == 3);
	system_registers();
	order_and_caches();
	idling();
	translation();
	loads();
	atomics();
	bits_and_checksums();
	/* write(1, text, length) */
	CHECK(B(scall)(4081, 1, "builtins\n", 9) == 9);
	return 0;
}
