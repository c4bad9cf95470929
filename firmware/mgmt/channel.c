/* The simulator's management channel as the peer of the server: words of up to seven bytes each way, see
 * mppa/sim_port.h. Asked every 100 us; without a peer a word is empty and nothing else happens. */
#include "cos/mmio.h"
#include "cos/reactor.h"
#include "internal.h"
#include "mppa/sim_port.h"

#define PERIOD_US 100
#define WORDS_A_ROUND 1024

static struct {
	uint64_t word; /* received, not taken yet */
	bool stale;    /* the answer in progress is for a peer that has gone */
} channel;

static void write_word(uint64_t bytes, unsigned count)
{
	cos_write64(MPPA_SIM_PORT_ADDRESS + MPPA_SIM_PORT_MANAGEMENT_TX, bytes | (uint64_t)count << 56);
}

static void send(const char *text, uint32_t length, void *arg)
{
	(void)arg;
	if (channel.stale)
		return;
	while (length) {
		uint64_t word = 0;
		unsigned count = 0;

		for (; count < MPPA_SIM_PORT_MANAGEMENT_BYTES && length; count++, length--)
			word |= (uint64_t)(uint8_t)*text++ << (8 * count);
		write_word(word, count);
	}
}

static void new_peer(void)
{
	channel.stale = rpc_busy();
	rpc_restart();
	write_word(0, MPPA_SIM_PORT_MANAGEMENT_RESTART);
}

static int poll(void *arg)
{
	bool work = false;

	(void)arg;
	if (!rpc_busy())
		channel.stale = false;
	for (unsigned i = 0; i < WORDS_A_ROUND; i++) {
		unsigned count;

		/* A byte that completes a request starts it; the rest of the word waits for its end. */
		while (channel.word >> 56 && !rpc_busy()) {
			const char byte = (char)channel.word;

			channel.word = ((channel.word >> 56) - 1) << 56 | (channel.word & 0x00ffffffffffffffull) >> 8;
			rpc_take(byte);
		}
		if (channel.word >> 56)
			break;
		channel.word = cos_read64(MPPA_SIM_PORT_ADDRESS + MPPA_SIM_PORT_MANAGEMENT_RX);
		count = (unsigned)(channel.word >> 56);
		if (!count)
			break;
		work = true;
		if (count == MPPA_SIM_PORT_MANAGEMENT_RESTART) {
			channel.word = 0;
			new_peer();
		}
	}
	return work ? COS_POLLER_BUSY : COS_POLLER_IDLE;
}

void rpc_serve_channel(void)
{
	rpc_set_sender(send, NULL);
	cos_poller_register(poll, NULL, PERIOD_US);
}
