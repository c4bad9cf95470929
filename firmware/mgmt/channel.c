/* The simulator's management channel as the peer of the server: words of up to seven bytes each way, see
 * mppa/sim_port.h. Asked every 100 us; without a peer a word is empty and nothing else happens. */
#include "cos/mmio.h"
#include "cos/reactor.h"
#include "internal.h"
#include "mppa/sim_port.h"

#define PERIOD_US 100
#define WORDS_A_ROUND 1024

static uint64_t word; /* received, not taken yet */

static void write_word(uint64_t bytes, unsigned count)
{
	cos_write64(MPPA_SIM_PORT_ADDRESS + MPPA_SIM_PORT_MANAGEMENT_TX, bytes | (uint64_t)count << 56);
}

static void send(const char *text, uint32_t length, void *arg)
{
	(void)arg;
	while (length) {
		uint64_t bytes = 0;
		unsigned count = 0;

		for (; count < MPPA_SIM_PORT_MANAGEMENT_BYTES && length; count++, length--)
			bytes |= (uint64_t)(uint8_t)*text++ << (8 * count);
		write_word(bytes, count);
	}
}

static void ended(bool bad, void *arg)
{
	(void)arg;
	if (bad)
		word = 0;
	write_word(bad, MPPA_SIM_PORT_MANAGEMENT_END);
}

/* The byte that completes a request starts it; nothing comes behind it before its end. */
static int poll(void *arg)
{
	unsigned words = 0;

	(void)arg;
	for (; words < WORDS_A_ROUND && !rpc_busy(); words++) {
		word = cos_read64(MPPA_SIM_PORT_ADDRESS + MPPA_SIM_PORT_MANAGEMENT_RX);
		if (!(word >> 56))
			break;
		while (word >> 56) {
			const char byte = (char)word;

			word = ((word >> 56) - 1) << 56 | (word & 0x00ffffffffffffffull) >> 8;
			rpc_take(byte);
		}
	}
	return words ? COS_POLLER_BUSY : COS_POLLER_IDLE;
}

void rpc_serve_channel(void)
{
	rpc_set_peer(send, ended, NULL);
	cos_poller_register(poll, NULL, PERIOD_US);
}
