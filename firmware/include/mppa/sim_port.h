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
/* A write to channel n is recorded with its time. What a channel means is the firmware's business. */
#define MPPA_SIM_PORT_TRACE 0x100u /* + 8 * channel */
#define MPPA_SIM_PORT_TRACE_CHANNELS 64u

#endif
