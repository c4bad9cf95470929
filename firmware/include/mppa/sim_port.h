/* The simulator's port: the one device that silicon does not have. Firmware tells by it that a run is over, and leaves
 * marks in the simulation's record. A release image does not use it: on silicon these addresses are a hole of the
 * address map (bus error). All registers are aligned 64-bit words. */
#ifndef MPPA_SIM_PORT_H
#define MPPA_SIM_PORT_H

#define MPPA_SIM_PORT_ADDRESS 0x10182000u
#define MPPA_SIM_PORT_SIZE 0x1000u

/* Reads as MPPA_SIM_PORT_MAGIC. */
#define MPPA_SIM_PORT_ID 0x000u
#define MPPA_SIM_PORT_MAGIC 0x54524F504D495350ull /* "PSIMPORT" */
/* A write ends the simulation; bits 31:0 are the exit status, 0 for success. */
#define MPPA_SIM_PORT_EXIT 0x008u
/* Management channel: a stream of bytes each way between the firmware and a peer outside. Words of both registers hold
 * a count in bits 63:56 and that many bytes below, the first one in bits 7:0. */
/* A read takes what the peer has sent; count 0: nothing. */
#define MPPA_SIM_PORT_MANAGEMENT_RX 0x010u
/* A write sends. */
#define MPPA_SIM_PORT_MANAGEMENT_TX 0x018u
#define MPPA_SIM_PORT_MANAGEMENT_BYTES 7u
/* Requests arrive whole, one at a time: the next one after the firmware has written a word with this count. Bit 0: 1 if
 * what came was no request; what is left of it is not sent then. */
#define MPPA_SIM_PORT_MANAGEMENT_END 0xFFu
/* A write to channel n is recorded with its time. What a channel means is the firmware's business. */
#define MPPA_SIM_PORT_TRACE 0x100u /* + 8 * channel */
#define MPPA_SIM_PORT_TRACE_CHANNELS 64u

#endif
