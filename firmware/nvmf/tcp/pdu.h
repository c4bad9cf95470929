/*
 * NVMe/TCP PDUs: NVM Express TCP Transport Specification 1.0, clause 3.6 (TP 8000). Little endian. What travels is read
 * and written with memcpy: a PDU starts at any byte of the stream.
 */
#ifndef NVMF_TCP_PDU_H
#define NVMF_TCP_PDU_H

#include <assert.h>
#include <stdint.h>

enum pdu_type {
	PDU_IC_REQ = 0x00,
	PDU_IC_RESP = 0x01,
	PDU_H2C_TERM_REQ = 0x02,
	PDU_C2H_TERM_REQ = 0x03,
	PDU_CAPSULE_CMD = 0x04,
	PDU_CAPSULE_RESP = 0x05,
	PDU_H2C_DATA = 0x06,
	PDU_C2H_DATA = 0x07,
	PDU_R2T = 0x09,
	PDU_TYPES
};

/* Flags of the common header. */
#define PDU_HDGST 0x01
#define PDU_DDGST 0x02
#define PDU_LAST 0x04
#define PDU_SUCCESS 0x08

#define PDU_DIGEST_BYTES 4u
#define PDU_TERM_DATA_MAX 128u /* bytes of the offending header in a TermReq */

/* CH */
struct pdu_header {
	uint8_t type, flags, hlen, pdo;
	uint32_t plen;
};

struct pdu_ic_req {
	struct pdu_header ch;
	uint16_t pfv;
	uint8_t hpda; /* alignment of data to the host: (hpda + 1) * 4 */
	uint8_t dgst;
	uint32_t maxr2t; /* - 1 */
	uint8_t reserved[112];
};

#define PDU_DGST_HEADER 0x01
#define PDU_DGST_DATA 0x02
#define PDU_HPDA_MAX 31

struct pdu_ic_resp {
	struct pdu_header ch;
	uint16_t pfv;
	uint8_t cpda;
	uint8_t dgst;
	uint32_t maxh2cdata;
	uint8_t reserved[112];
};

struct pdu_term_req {
	struct pdu_header ch;
	uint16_t fes;
	uint16_t fei_low, fei_high;
	uint8_t reserved[10];
};

/* Fatal error status (3.6.2.4). */
enum pdu_fatal {
	FES_HEADER_FIELD = 1, /* information: offset of the field */
	FES_SEQUENCE = 2,
	FES_HEADER_DIGEST = 3, /* information: the digest received */
	FES_OUT_OF_RANGE = 4,
	FES_LIMIT_EXCEEDED = 5,
	FES_UNSUPPORTED = 6 /* information: offset of the field */
};

struct pdu_capsule_cmd {
	struct pdu_header ch;
	uint8_t sqe[64];
};

struct pdu_capsule_resp {
	struct pdu_header ch;
	uint8_t cqe[16];
};

/* H2CData and C2HData */
struct pdu_data {
	struct pdu_header ch;
	uint16_t cccid;
	uint16_t ttag; /* reserved in C2HData */
	uint32_t datao, datal;
	uint32_t reserved;
};

struct pdu_r2t {
	struct pdu_header ch;
	uint16_t cccid;
	uint16_t ttag;
	uint32_t r2to, r2tl;
	uint32_t reserved;
};

static_assert(sizeof(struct pdu_ic_req) == 128 && sizeof(struct pdu_ic_resp) == 128, "3.6.2.1, 3.6.2.2");
static_assert(sizeof(struct pdu_term_req) == 24, "3.6.2.3");
static_assert(sizeof(struct pdu_capsule_cmd) == 72 && sizeof(struct pdu_capsule_resp) == 24, "3.6.2.5, 3.6.2.6");
static_assert(sizeof(struct pdu_data) == 24 && sizeof(struct pdu_r2t) == 24, "3.6.2.7 to 3.6.2.9");

#define PDU_HEADER_MAX 128u /* of any PDU, without digest */

#endif
