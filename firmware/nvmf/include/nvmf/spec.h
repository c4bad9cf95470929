/*
 * NVMe over Fabrics 1.1: what it adds to the structures of nvme/spec.h. Clause numbers are those of the "NVM Express
 * over Fabrics" specification, revision 1.1. All fields are little endian; layouts are checked at compile time.
 */
#ifndef NVMF_SPEC_H
#define NVMF_SPEC_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#define NVMF_DISCOVERY_NQN "nqn.2014-08.org.nvmexpress.discovery"
#define NVMF_NQN_BYTES 256    /* a field with an NQN, the terminating zero included */
#define NVMF_NQN_MAX 223      /* longest name, 7.9 of NVMe 1.4 */
#define NVMF_NQN_MIN 11	      /* "nqn.", a date and something */
#define NVMF_TRADDR_BYTES 256 /* fields of a discovery log entry */
#define NVMF_TRSVCID_BYTES 32

/* --- Commands (3.1 .. 3.6): opcode NVME_ADMIN_FABRICS, byte 4 says which ---------------------------------------- */

enum nvmf_fctype {
	NVMF_PROPERTY_SET = 0x00,
	NVMF_CONNECT = 0x01,
	NVMF_PROPERTY_GET = 0x04,
	NVMF_AUTHENTICATION_SEND = 0x05,
	NVMF_AUTHENTICATION_RECEIVE = 0x06,
	NVMF_DISCONNECT = 0x08,
};

struct nvmf_connect_command {
	uint8_t opcode;
	uint8_t flags; /* PSDT in bits 7:6 */
	uint16_t cid;
	uint8_t fctype;
	uint8_t reserved5[19];
	uint8_t sgl1[16];
	uint16_t recfmt; /* 0 */
	uint16_t qid;	 /* 0: admin queue */
	uint16_t sqsize; /* entries - 1 */
	uint8_t cattr;	 /* NVMF_CATTR_* */
	uint8_t reserved47;
	uint32_t kato; /* ms; 0: no keep alive timer. Admin queue only */
	uint8_t reserved52[12];
};

#define NVMF_CATTR_PRIORITY 0x03
#define NVMF_CATTR_NO_FLOW_CONTROL 0x04 /* the host does not need SQHD */

/* The data of a Connect command. */
struct nvmf_connect_data {
	uint8_t hostid[16];
	uint16_t cntlid; /* NVMF_CNTLID_DYNAMIC on the admin queue */
	uint8_t reserved18[238];
	char subnqn[NVMF_NQN_BYTES];
	char hostnqn[NVMF_NQN_BYTES];
	uint8_t reserved768[256];
};

#define NVMF_CNTLID_DYNAMIC 0xffff /* any controller */
#define NVMF_CNTLID_STATIC 0xfffe
#define NVMF_CNTLID_MAX 0xffef

/* Dword 0 of the answer to a Connect: on success CNTLID in bits 15:0, authentication requirements above. With status
 * Connect Invalid Parameters the offset in bits 15:0, and bit 16 set if it is an offset into the data, clear if it is
 * one into the command. */
#define NVMF_CONNECT_IATTR_DATA (1u << 16)

struct nvmf_property_command {
	uint8_t opcode;
	uint8_t flags;
	uint16_t cid;
	uint8_t fctype;
	uint8_t reserved5[35];
	uint8_t attrib; /* bits 2:0: 0 = 4 bytes, 1 = 8 bytes */
	uint8_t reserved41[3];
	uint32_t ofst;	/* as in the controller's register file */
	uint64_t value; /* set only */
	uint8_t reserved56[8];
};

struct nvmf_disconnect_command {
	uint8_t opcode;
	uint8_t flags;
	uint16_t cid;
	uint8_t fctype;
	uint8_t reserved5[35];
	uint16_t recfmt; /* 0 */
	uint8_t reserved42[22];
};

/* Command specific status codes (status code type 1) of fabrics commands. */
enum nvmf_status_code {
	NVMF_SC_INCOMPATIBLE_FORMAT = 0x80,
	NVMF_SC_CONTROLLER_BUSY = 0x81,
	NVMF_SC_INVALID_PARAMETERS = 0x82,
	NVMF_SC_RESTART_DISCOVERY = 0x83,
	NVMF_SC_INVALID_HOST = 0x84,
	NVMF_SC_INVALID_QUEUE_TYPE = 0x85,
	NVMF_SC_DISCOVER_RESTART = 0x90,
	NVMF_SC_AUTHENTICATION_REQUIRED = 0x91,
};

/* --- Discovery log page (5.3) ---------------------------------------------------------------------------------------
 */

enum nvmf_trtype { NVMF_TRTYPE_PCIE = 0, NVMF_TRTYPE_RDMA = 1, NVMF_TRTYPE_FC = 2, NVMF_TRTYPE_TCP = 3 };
enum nvmf_adrfam { NVMF_ADRFAM_NONE = 0, NVMF_ADRFAM_IPV4 = 1, NVMF_ADRFAM_IPV6 = 2 };
enum nvmf_subtype { NVMF_SUBTYPE_DISCOVERY = 1, NVMF_SUBTYPE_NVM = 2 };

#define NVMF_TREQ_NO_SECURE_CHANNEL 0x02    /* secure channel not required */
#define NVMF_TREQ_FLOW_CONTROL_DISABLE 0x04 /* SQ flow control may be disabled */

struct nvmf_discovery_log_header {
	uint64_t genctr;
	uint64_t numrec;
	uint16_t recfmt;
	uint8_t reserved18[1006];
};

struct nvmf_discovery_log_entry {
	uint8_t trtype;
	uint8_t adrfam;
	uint8_t subtype;
	uint8_t treq;
	uint16_t portid;
	uint16_t cntlid;
	uint16_t asqsz;
	uint8_t reserved10[22];
	char trsvcid[NVMF_TRSVCID_BYTES]; /* ASCII, padded with spaces */
	uint8_t reserved64[192];
	char subnqn[NVMF_NQN_BYTES];
	char traddr[NVMF_TRADDR_BYTES]; /* ASCII, padded with spaces */
	uint8_t tsas[256];		/* TCP: byte 0 = security type, 0 none */
};

static_assert(sizeof(struct nvmf_connect_command) == 64, "command");
static_assert(offsetof(struct nvmf_connect_command, recfmt) == 40, "layout");
static_assert(offsetof(struct nvmf_connect_command, kato) == 48, "layout");
static_assert(sizeof(struct nvmf_connect_data) == 1024, "layout");
static_assert(offsetof(struct nvmf_connect_data, subnqn) == 256, "layout");
static_assert(sizeof(struct nvmf_property_command) == 64, "command");
static_assert(offsetof(struct nvmf_property_command, value) == 48, "layout");
static_assert(sizeof(struct nvmf_disconnect_command) == 64, "command");
static_assert(sizeof(struct nvmf_discovery_log_header) == 1024, "5.3");
static_assert(sizeof(struct nvmf_discovery_log_entry) == 1024, "5.3");
static_assert(offsetof(struct nvmf_discovery_log_entry, trsvcid) == 32, "5.3");
static_assert(offsetof(struct nvmf_discovery_log_entry, subnqn) == 256, "5.3");

#endif
