/* Known answers through the crypto driver: FIPS 180/202, RFC 4231, SP 800-38A, the GCM specification, IEEE 1619. Each
 * vector runs on every ring of both units; then packets of all rings at once give the throughput of a unit. */
#include <stdio.h>
#include <string.h>

#include "cos/arena.h"
#include "cos/cluster.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "drivers/crypto.h"

#define HASH(h) (MPPA_CRYPTO_OP_HASH | MPPA_CRYPTO_HASH(h))
#define ENCRYPT(c) (MPPA_CRYPTO_OP_ENCRYPT | MPPA_CRYPTO_CIPHER(c))
#define DECRYPT(c) (MPPA_CRYPTO_OP_DECRYPT | MPPA_CRYPTO_CIPHER(c))

static const struct vector {
	const char *name;
	uint32_t control0, control1;
	const char *key, *iv, *input, *output; /* hexadecimal */
	uint32_t aad;
} vectors[] = {
	{"SHA-1 abc", HASH(MPPA_CRYPTO_SHA1), 0, "", "", "616263", "a9993e364706816aba3e25717850c26c9cd0d89d", 0},
	{"SHA-256 abc", HASH(MPPA_CRYPTO_SHA256), 0, "", "", "616263",
	 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 0},
	{"SHA-256 of nothing", HASH(MPPA_CRYPTO_SHA256), 0, "", "", "",
	 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", 0},
	{"SHA-512 abc", HASH(MPPA_CRYPTO_SHA512), 0, "", "", "616263",
	 "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce"
	 "80e"
	 "2a9ac94fa54ca49f",
	 0},
	{"SHA3-256 abc", HASH(MPPA_CRYPTO_SHA3_256), 0, "", "", "616263",
	 "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532", 0},
	{"HMAC-SHA-256, RFC 4231 case 2", HASH(MPPA_CRYPTO_SHA256) | MPPA_CRYPTO_HMAC, 0, "4a656665", "",
	 "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	 "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", 0},
	{"AES-128-ECB encrypt", ENCRYPT(MPPA_CRYPTO_AES128), MPPA_CRYPTO_ECB, "2b7e151628aed2a6abf7158809cf4f3c", "",
	 "6bc1bee22e409f96e93d7e117393172a", "3ad77bb40d7a3660a89ecaf32466ef97", 0},
	{"AES-128-CBC encrypt", ENCRYPT(MPPA_CRYPTO_AES128), MPPA_CRYPTO_CBC, "2b7e151628aed2a6abf7158809cf4f3c",
	 "000102030405060708090a0b0c0d0e0f", "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51",
	 "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2", 0},
	{"AES-128-CBC decrypt", DECRYPT(MPPA_CRYPTO_AES128), MPPA_CRYPTO_CBC, "2b7e151628aed2a6abf7158809cf4f3c",
	 "000102030405060708090a0b0c0d0e0f", "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2",
	 "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51", 0},
	{"AES-256-CTR encrypt", ENCRYPT(MPPA_CRYPTO_AES256), MPPA_CRYPTO_CTR,
	 "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
	 "6bc1bee22e409f96e93d7e117393172a", "601ec313775789a5b7a7f504bbf3d228", 0},
	{"AES-128-GCM encrypt, case 4", ENCRYPT(MPPA_CRYPTO_AES128), MPPA_CRYPTO_GCM,
	 "feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
	 "feedfacedeadbeeffeedfacedeadbeefabaddad2"
	 "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de"
	 "657"
	 "ba637b39",
	 "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aa"
	 "c97"
	 "3d58e091"
	 "5bc94fbc3221a5db94fae95ae7121a47",
	 20},
	{"AES-128-GCM decrypt, case 4", DECRYPT(MPPA_CRYPTO_AES128), MPPA_CRYPTO_GCM,
	 "feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
	 "feedfacedeadbeeffeedfacedeadbeefabaddad2"
	 "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aa"
	 "c97"
	 "3d58e091"
	 "5bc94fbc3221a5db94fae95ae7121a47",
	 "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de"
	 "657"
	 "ba637b39",
	 20},
	{"AES-128-XTS encrypt, IEEE 1619 vector 2", ENCRYPT(MPPA_CRYPTO_AES128), MPPA_CRYPTO_XTS,
	 "1111111111111111111111111111111122222222222222222222222222222222", "33333333330000000000000000000000",
	 "4444444444444444444444444444444444444444444444444444444444444444",
	 "c454185e6a16936e39334038acef838bfb186fff7480adc4289382ecd6d394f0", 0},
};

/* What must be refused, and how. */
static const struct refusal {
	const char *name;
	uint32_t control0, control1;
	const char *input;
	int32_t result;
} refusals[] = {
	{"no operation", 0, 0, "00", -(int32_t)MPPA_CRYPTO_ERROR_CONTROL},
	{"no such hash", HASH(9), 0, "00", -(int32_t)MPPA_CRYPTO_ERROR_CONTROL},
	{"half a block", ENCRYPT(MPPA_CRYPTO_AES128), MPPA_CRYPTO_CBC, "0011223344556677",
	 -(int32_t)MPPA_CRYPTO_ERROR_LENGTH},
	{"wrong tag", DECRYPT(MPPA_CRYPTO_AES128), MPPA_CRYPTO_GCM, "00112233445566778899aabbccddeeff",
	 -(int32_t)MPPA_CRYPTO_ERROR_AUTHENTICATION},
};

static unsigned failed;
static struct mppa_crypto_context *context;
static uint8_t *input, *output;
#define ROOM 4096u

static unsigned digit(char c) { return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'a' + 10); }

static uint32_t from_hex(uint8_t *bytes, const char *text)
{
	uint32_t count = 0;

	for (; text[0]; text += 2)
		bytes[count++] = (uint8_t)(digit(text[0]) << 4 | digit(text[1]));
	return count;
}

static int32_t run(struct crypto_ring *ring, uint32_t control0, uint32_t control1, uint32_t bytes, uint32_t aad)
{
	const struct crypto_packet packet = {.control0 = control0,
					     .control1 = control1,
					     .context = context,
					     .input = (uint64_t)input,
					     .output = (uint64_t)output,
					     .input_bytes = bytes,
					     .output_room = ROOM,
					     .aad = aad};
	const uint64_t ticket = crypto_submit(ring, &packet);
	int32_t result;

	while (!crypto_done(ring, ticket, &result))
		;
	return result;
}

static void check(bool ok, const char *name, unsigned unit, unsigned number)
{
	if (!ok)
		cos_printf("FAILED: %s on unit %u ring %u\n", name, unit, number);
	failed += !ok;
}

static void run_vectors(unsigned unit, unsigned number)
{
	struct crypto_ring *ring = crypto_ring_open(unit, number, 2);
	uint8_t expected[128];

	if (!ring)
		cos_panic("no ring");
	for (unsigned i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		const struct vector *v = &vectors[i];
		const uint32_t bytes = from_hex(input, v->input), wanted = from_hex(expected, v->output);

		memset(context, 0, sizeof *context);
		context->hmac_key_bytes = v->control0 & MPPA_CRYPTO_HMAC ? (uint32_t)strlen(v->key) / 2 : 0;
		from_hex(context->key, v->key);
		from_hex(context->iv, v->iv);
		memset(output, 0, ROOM);
		const int32_t result = run(ring, v->control0, v->control1, bytes, v->aad);

		check(result == (int32_t)wanted && memcmp(output, expected, wanted) == 0, v->name, unit, number);
	}
	for (unsigned i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		const struct refusal *r = &refusals[i];

		memset(context, 0, sizeof *context);
		check(run(ring, r->control0, r->control1, from_hex(input, r->input), 0) == r->result, r->name, unit,
		      number);
	}
	crypto_ring_close(ring);
}

/* 4 KiB packets through all four rings of unit 0. */
static void measure(const char *name, uint32_t control0, uint32_t control1)
{
	enum { PACKETS = 64, BYTES = 4096 };
	struct crypto_ring *ring[MPPA_CRYPTO_RINGS];
	uint64_t last[MPPA_CRYPTO_RINGS] = {0};
	int32_t result;

	for (unsigned i = 0; i < MPPA_CRYPTO_RINGS; i++)
		if (!(ring[i] = crypto_ring_open(0, i, 5)))
			cos_panic("no ring");
	memset(context, 0, sizeof *context);
	for (unsigned i = 0; i < sizeof context->key; i++)
		context->key[i] = (uint8_t)i; /* XTS wants two different keys */
	const struct crypto_packet packet = {.control0 = control0,
					     .control1 = control1,
					     .context = context,
					     .input = (uint64_t)input,
					     .output = (uint64_t)output,
					     .input_bytes = BYTES,
					     .output_room = BYTES + MPPA_CRYPTO_TAG_BYTES};
	const uint64_t begin = cos_cycles();

	for (unsigned i = 0; i < PACKETS; i++)
		last[i % MPPA_CRYPTO_RINGS] = crypto_submit(ring[i % MPPA_CRYPTO_RINGS], &packet);
	for (unsigned i = 0; i < MPPA_CRYPTO_RINGS; i++) {
		while (!crypto_done(ring[i], last[i], &result))
			;
		check(result > 0, name, 0, i);
		crypto_ring_close(ring[i]);
	}
	const uint64_t cycles = cos_cycles() - begin;

	cos_printf("%-16s %5.1f Gb/s\n", name, 8.0 * PACKETS * BYTES * ((double)cos_clock_hz() / 1e9) / (double)cycles);
}

int main(void)
{
	context = cos_dma_alloc(COS_SMEM, sizeof *context, 64, NULL);
	input = cos_dma_alloc(COS_SMEM, ROOM, 64, NULL);
	output = cos_dma_alloc(COS_SMEM, ROOM + 64, 64, NULL);
	if (!context || !input || !output || !crypto_init())
		cos_panic("no memory or no crypto units");
	for (unsigned unit = 0; unit < MPPA_CRYPTO_UNITS; unit++)
		for (unsigned number = 0; number < MPPA_CRYPTO_RINGS; number++)
			run_vectors(unit, number);
	cos_printf("%u vectors and %u refusals on %u rings, %u failed\n", (unsigned)(sizeof vectors / sizeof *vectors),
		   (unsigned)(sizeof refusals / sizeof *refusals), MPPA_CRYPTO_UNITS * MPPA_CRYPTO_RINGS, failed);
	measure("AES-128-XTS", ENCRYPT(MPPA_CRYPTO_AES128), MPPA_CRYPTO_XTS);
	measure("AES-256-GCM", ENCRYPT(MPPA_CRYPTO_AES256), MPPA_CRYPTO_GCM);
	measure("SHA-256", HASH(MPPA_CRYPTO_SHA256), 0);
	return failed != 0;
}
