/*
 * NVM Express 1.4 (NVM Express Base Specification, revision 1.4, June 2019): what controllers and hosts exchange.
 * Clause numbers are that document's. Little endian, as the cores are. Used by the SSD driver, the emulated controllers
 * and NVMe over fabrics.
 */
#ifndef NVME_SPEC_H
#define NVME_SPEC_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
#define NVME_SIZE(type, bytes) static_assert(sizeof(type) == (bytes), "size of the specification")
#else
#define NVME_SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), "size of the specification")
#endif

/* --- Registers (clause 3.1): offsets in BAR 0 ----------------------------------------------------------------------
 */
enum nvme_register {
	NVME_REG_CAP = 0x00, /* 64 bits */
	NVME_REG_VS = 0x08,
	NVME_REG_INTMS = 0x0c,
	NVME_REG_INTMC = 0x10,
	NVME_REG_CC = 0x14,
	NVME_REG_CSTS = 0x1c,
	NVME_REG_NSSR = 0x20,
	NVME_REG_AQA = 0x24,
	NVME_REG_ASQ = 0x28, /* 64 bits */
	NVME_REG_ACQ = 0x30, /* 64 bits */
	NVME_REG_CMBLOC = 0x38,
	NVME_REG_CMBSZ = 0x3c,
	NVME_REG_BPINFO = 0x40,
	NVME_REG_DOORBELLS = 0x1000,
};

/* Offset of a queue's doorbell; `stride` is CAP.DSTRD. */
#define NVME_SQ_DOORBELL(qid, stride) (NVME_REG_DOORBELLS + ((2u * (qid)) << (2 + (stride))))
#define NVME_CQ_DOORBELL(qid, stride) (NVME_REG_DOORBELLS + ((2u * (qid) + 1) << (2 + (stride))))

#define NVME_CAP_MQES(cap) ((uint32_t)((cap) & 0xffff)) /* largest queue, minus 1 */
#define NVME_CAP_CQR(cap) ((cap) >> 16 & 1)		/* queues must be contiguous */
#define NVME_CAP_AMS(cap) ((cap) >> 17 & 3)
#define NVME_CAP_TO(cap) ((uint32_t)((cap) >> 24 & 0xff)) /* ready time-out, 500 ms units */
#define NVME_CAP_DSTRD(cap) ((uint32_t)((cap) >> 32 & 0xf))
#define NVME_CAP_NSSRS(cap) ((cap) >> 36 & 1)
#define NVME_CAP_CSS(cap) ((cap) >> 37 & 0xff)
#define NVME_CAP_CSS_NVM 1
#define NVME_CAP_MPSMIN(cap) ((uint32_t)((cap) >> 48 & 0xf)) /* page size 2^(12 + n) */
#define NVME_CAP_MPSMAX(cap) ((uint32_t)((cap) >> 52 & 0xf))

#define NVME_CC_EN 1u
#define NVME_CC_CSS(n) ((uint32_t)(n) << 4)
#define NVME_CC_MPS(n) ((uint32_t)(n) << 7)
#define NVME_CC_AMS(n) ((uint32_t)(n) << 11)
#define NVME_CC_SHN(n) ((uint32_t)(n) << 14) /* 1 normal, 2 abrupt shutdown */
#define NVME_CC_SHN_MASK (3u << 14)
#define NVME_CC_IOSQES(n) ((uint32_t)(n) << 16)
#define NVME_CC_IOCQES(n) ((uint32_t)(n) << 20)
#define NVME_CC_GET(cc, shift, bits) ((cc) >> (shift) & ((1u << (bits)) - 1))

#define NVME_CSTS_RDY 1u
#define NVME_CSTS_CFS 2u
#define NVME_CSTS_SHST(csts) ((csts) >> 2 & 3) /* 0 normal, 1 shutting down, 2 shut down */
#define NVME_CSTS_SHST_SET(n) ((uint32_t)(n) << 2)
#define NVME_CSTS_NSSRO 0x10u
#define NVME_CSTS_PP 0x20u

#define NVME_VERSION_1_3 0x10300u
#define NVME_VERSION_1_4 0x10400u
#define NVME_NSSR_RESET 0x4e564d65u /* "NVMe" */

/* --- Queue entries -------------------------------------------------------------------------------------------------
 */

/* SGL descriptor (clause 4.4). */
struct nvme_sgl {
	uint64_t address;
	uint32_t length;
	uint8_t reserved[3];
	uint8_t type; /* NVME_SGL_TYPE */
};
NVME_SIZE(struct nvme_sgl, 16);

#define NVME_SGL_TYPE(kind, subtype) ((uint8_t)((kind) << 4 | (subtype)))
enum nvme_sgl_kind {
	NVME_SGL_DATA = 0,
	NVME_SGL_BIT_BUCKET = 1,
	NVME_SGL_SEGMENT = 2,
	NVME_SGL_LAST_SEGMENT = 3,
	NVME_SGL_KEYED_DATA = 4,
	NVME_SGL_TRANSPORT_DATA = 5,
};
enum nvme_sgl_subtype { NVME_SGL_ADDRESS = 0, NVME_SGL_OFFSET = 1, NVME_SGL_TRANSPORT = 0xa };

/* Submission queue entry (clause 4.2). */
struct nvme_command {
	uint8_t opcode;
	uint8_t flags; /* NVME_CMD_* */
	uint16_t cid;
	uint32_t nsid;
	uint32_t cdw2, cdw3;
	uint64_t mptr;
	union {
		struct {
			uint64_t prp1, prp2;
		};
		struct nvme_sgl sgl;
	};
	uint32_t cdw10, cdw11, cdw12, cdw13, cdw14, cdw15;
};
NVME_SIZE(struct nvme_command, 64);

#define NVME_CMD_FUSE(flags) ((flags) & 3)  /* 1 first, 2 second */
#define NVME_CMD_PSDT(flags) ((flags) >> 6) /* 0 PRPs, 1 SGL, 2 SGL with metadata in an SGL */
#define NVME_CMD_SGL 0x40

/* Completion queue entry (clause 4.6). */
struct nvme_completion {
	uint32_t cdw0, cdw1;
	uint16_t sqhd, sqid;
	uint16_t cid;
	uint16_t status; /* [0] phase, [15:1] status field */
};
NVME_SIZE(struct nvme_completion, 16);

/* The status field without the phase bit: [7:0] SC, [10:8] SCT, [12:11] CRD, [13] more, [14] do not retry. */
#define NVME_STATUS(sct, sc) ((uint16_t)((sct) << 8 | (sc)))
#define NVME_STATUS_SC(status) ((uint8_t)(status))
#define NVME_STATUS_SCT(status) ((uint8_t)((status) >> 8 & 7))
#define NVME_STATUS_DNR 0x4000u
#define NVME_CPL_PHASE(cpl) ((cpl)->status & 1)
#define NVME_CPL_STATUS(cpl) ((uint16_t)((cpl)->status >> 1))

enum nvme_sct {
	NVME_SCT_GENERIC = 0,
	NVME_SCT_SPECIFIC = 1,
	NVME_SCT_MEDIA = 2,
	NVME_SCT_PATH = 3,
	NVME_SCT_VENDOR = 7
};

/* Generic command status (clause 4.6.1.2.1). */
enum nvme_generic_status {
	NVME_SC_SUCCESS = 0x00,
	NVME_SC_INVALID_OPCODE = 0x01,
	NVME_SC_INVALID_FIELD = 0x02,
	NVME_SC_CID_CONFLICT = 0x03,
	NVME_SC_DATA_TRANSFER_ERROR = 0x04,
	NVME_SC_POWER_LOSS = 0x05,
	NVME_SC_INTERNAL_ERROR = 0x06,
	NVME_SC_ABORTED = 0x07,
	NVME_SC_ABORTED_SQ_DELETION = 0x08,
	NVME_SC_ABORTED_FUSED_FAIL = 0x09,
	NVME_SC_ABORTED_FUSED_MISSING = 0x0a,
	NVME_SC_INVALID_NAMESPACE = 0x0b,
	NVME_SC_COMMAND_SEQUENCE = 0x0c,
	NVME_SC_INVALID_SGL_SEGMENT = 0x0d,
	NVME_SC_INVALID_SGL_COUNT = 0x0e,
	NVME_SC_DATA_SGL_LENGTH = 0x0f,
	NVME_SC_METADATA_SGL_LENGTH = 0x10,
	NVME_SC_SGL_TYPE = 0x11,
	NVME_SC_INVALID_CMB_USE = 0x12,
	NVME_SC_INVALID_PRP_OFFSET = 0x13,
	NVME_SC_ATOMIC_WRITE_UNIT = 0x14,
	NVME_SC_OPERATION_DENIED = 0x15,
	NVME_SC_INVALID_SGL_OFFSET = 0x16,
	NVME_SC_HOST_ID_INCONSISTENT = 0x18,
	NVME_SC_KEEP_ALIVE_EXPIRED = 0x19,
	NVME_SC_KEEP_ALIVE_INVALID = 0x1a,
	NVME_SC_ABORTED_PREEMPT = 0x1b,
	NVME_SC_SANITIZE_FAILED = 0x1c,
	NVME_SC_SANITIZE_IN_PROGRESS = 0x1d,
	NVME_SC_SGL_GRANULARITY = 0x1e,
	NVME_SC_CMB_QUEUE_COMMAND = 0x1f,
	NVME_SC_WRITE_PROTECTED = 0x20,
	NVME_SC_INTERRUPTED = 0x21,
	NVME_SC_TRANSIENT_TRANSPORT = 0x22,
	NVME_SC_LBA_OUT_OF_RANGE = 0x80,
	NVME_SC_CAPACITY_EXCEEDED = 0x81,
	NVME_SC_NAMESPACE_NOT_READY = 0x82,
	NVME_SC_RESERVATION_CONFLICT = 0x83,
	NVME_SC_FORMAT_IN_PROGRESS = 0x84,
};

/* Command specific status (clause 4.6.1.2.2). */
enum nvme_specific_status {
	NVME_SC_CQ_INVALID = 0x00,
	NVME_SC_INVALID_QID = 0x01,
	NVME_SC_INVALID_QUEUE_SIZE = 0x02,
	NVME_SC_ABORT_LIMIT = 0x03,
	NVME_SC_AER_LIMIT = 0x05,
	NVME_SC_INVALID_FIRMWARE_SLOT = 0x06,
	NVME_SC_INVALID_FIRMWARE_IMAGE = 0x07,
	NVME_SC_INVALID_VECTOR = 0x08,
	NVME_SC_INVALID_LOG_PAGE = 0x09,
	NVME_SC_INVALID_FORMAT = 0x0a,
	NVME_SC_FIRMWARE_NEEDS_RESET = 0x0b,
	NVME_SC_INVALID_QUEUE_DELETION = 0x0c,
	NVME_SC_FEATURE_NOT_SAVEABLE = 0x0d,
	NVME_SC_FEATURE_NOT_CHANGEABLE = 0x0e,
	NVME_SC_FEATURE_NOT_NAMESPACE = 0x0f,
	NVME_SC_OVERLAPPING_RANGE = 0x14,
	NVME_SC_NAMESPACE_CAPACITY = 0x15,
	NVME_SC_NSID_UNAVAILABLE = 0x16,
	NVME_SC_NAMESPACE_ATTACHED = 0x18,
	NVME_SC_NAMESPACE_PRIVATE = 0x19,
	NVME_SC_NAMESPACE_NOT_ATTACHED = 0x1a,
	NVME_SC_CONTROLLER_LIST = 0x1c,
	NVME_SC_CONFLICTING_ATTRIBUTES = 0x80,
	NVME_SC_INVALID_PROTECTION = 0x81,
	NVME_SC_READ_ONLY_RANGE = 0x82,
};

/* Media and data integrity errors (clause 4.6.1.2.3). */
enum nvme_media_status {
	NVME_SC_WRITE_FAULT = 0x80,
	NVME_SC_UNRECOVERED_READ = 0x81,
	NVME_SC_GUARD_CHECK = 0x82,
	NVME_SC_APPLICATION_TAG_CHECK = 0x83,
	NVME_SC_REFERENCE_TAG_CHECK = 0x84,
	NVME_SC_COMPARE_FAILURE = 0x85,
	NVME_SC_ACCESS_DENIED = 0x86,
	NVME_SC_UNWRITTEN_BLOCK = 0x87,
};

/* Path related status (clause 4.6.1.2.4). */
enum nvme_path_status {
	NVME_SC_PATH_INTERNAL = 0x00,
	NVME_SC_ANA_PERSISTENT_LOSS = 0x01,
	NVME_SC_ANA_INACCESSIBLE = 0x02,
	NVME_SC_ANA_TRANSITION = 0x03,
	NVME_SC_CONTROLLER_PATH_ERROR = 0x60,
	NVME_SC_HOST_PATH_ERROR = 0x70,
	NVME_SC_ABORTED_BY_HOST = 0x71,
};

/* --- Opcodes -------------------------------------------------------------------------------------------------------
 */
enum nvme_admin_opcode {
	NVME_ADMIN_DELETE_SQ = 0x00,
	NVME_ADMIN_CREATE_SQ = 0x01,
	NVME_ADMIN_GET_LOG_PAGE = 0x02,
	NVME_ADMIN_DELETE_CQ = 0x04,
	NVME_ADMIN_CREATE_CQ = 0x05,
	NVME_ADMIN_IDENTIFY = 0x06,
	NVME_ADMIN_ABORT = 0x08,
	NVME_ADMIN_SET_FEATURES = 0x09,
	NVME_ADMIN_GET_FEATURES = 0x0a,
	NVME_ADMIN_ASYNC_EVENT = 0x0c,
	NVME_ADMIN_NAMESPACE_MANAGEMENT = 0x0d,
	NVME_ADMIN_FIRMWARE_COMMIT = 0x10,
	NVME_ADMIN_FIRMWARE_DOWNLOAD = 0x11,
	NVME_ADMIN_SELF_TEST = 0x14,
	NVME_ADMIN_NAMESPACE_ATTACHMENT = 0x15,
	NVME_ADMIN_KEEP_ALIVE = 0x18,
	NVME_ADMIN_DIRECTIVE_SEND = 0x19,
	NVME_ADMIN_DIRECTIVE_RECEIVE = 0x1a,
	NVME_ADMIN_VIRTUALIZATION = 0x1c,
	NVME_ADMIN_MI_SEND = 0x1d,
	NVME_ADMIN_MI_RECEIVE = 0x1e,
	NVME_ADMIN_DOORBELL_BUFFER = 0x7c,
	NVME_ADMIN_FABRICS = 0x7f,
	NVME_ADMIN_FORMAT = 0x80,
	NVME_ADMIN_SECURITY_SEND = 0x81,
	NVME_ADMIN_SECURITY_RECEIVE = 0x82,
	NVME_ADMIN_SANITIZE = 0x84,
	NVME_ADMIN_GET_LBA_STATUS = 0x86,
};

enum nvme_nvm_opcode {
	NVME_NVM_FLUSH = 0x00,
	NVME_NVM_WRITE = 0x01,
	NVME_NVM_READ = 0x02,
	NVME_NVM_WRITE_UNCORRECTABLE = 0x04,
	NVME_NVM_COMPARE = 0x05,
	NVME_NVM_WRITE_ZEROES = 0x08,
	NVME_NVM_DATASET_MANAGEMENT = 0x09,
	NVME_NVM_VERIFY = 0x0c,
	NVME_NVM_RESERVATION_REGISTER = 0x0d,
	NVME_NVM_RESERVATION_REPORT = 0x0e,
	NVME_NVM_RESERVATION_ACQUIRE = 0x11,
	NVME_NVM_RESERVATION_RELEASE = 0x15,
};

/* Direction of a command's data, from its opcode (clause 4.2, opcode bits 1:0). */
enum nvme_transfer {
	NVME_TRANSFER_NONE = 0,
	NVME_TRANSFER_HOST_TO_CTRLR = 1,
	NVME_TRANSFER_CTRLR_TO_HOST = 2,
	NVME_TRANSFER_BOTH = 3
};
#define NVME_TRANSFER(opcode) ((enum nvme_transfer)((opcode) & 3))

/* --- Fields of commands --------------------------------------------------------------------------------------------
 */
#define NVME_NSID_ALL 0xffffffffu

/* Read, Write, Compare, Write Zeroes: CDW12 */
#define NVME_RW_BLOCKS(cdw12) (((cdw12) & 0xffff) + 1) /* NLB */
#define NVME_RW_DEALLOCATE 0x02000000u		       /* Write Zeroes */
#define NVME_RW_PRINFO(cdw12) ((cdw12) >> 26 & 0xf)
#define NVME_RW_FUA 0x40000000u
#define NVME_RW_LIMITED_RETRY 0x80000000u

/* Dataset Management */
#define NVME_DSM_RANGES(cdw10) (((cdw10) & 0xff) + 1)
#define NVME_DSM_DEALLOCATE 0x4u /* CDW11 */
struct nvme_dsm_range {
	uint32_t attributes;
	uint32_t blocks;
	uint64_t lba;
};
NVME_SIZE(struct nvme_dsm_range, 16);

/* Create I/O queues (clauses 5.3, 5.4): CDW10 of both, CDW11 of each */
#define NVME_CREATE_CDW10(qid, size) ((uint32_t)((size) - 1) << 16 | (qid))
#define NVME_QUEUE_CONTIGUOUS 1u
#define NVME_CQ_INTERRUPTS 2u
#define NVME_CQ_VECTOR(n) ((uint32_t)(n) << 16)
#define NVME_SQ_PRIORITY(n) ((uint32_t)(n) << 1)
#define NVME_SQ_CQID(n) ((uint32_t)(n) << 16)

/* Identify: CNS (CDW10 [7:0]) */
enum nvme_cns {
	NVME_CNS_NAMESPACE = 0x00,
	NVME_CNS_CONTROLLER = 0x01,
	NVME_CNS_ACTIVE_NAMESPACES = 0x02,
	NVME_CNS_DESCRIPTORS = 0x03,
	NVME_CNS_SET_LIST = 0x04,
	NVME_CNS_ALLOCATED_NAMESPACES = 0x10,
	NVME_CNS_ALLOCATED_NAMESPACE = 0x11,
	NVME_CNS_ATTACHED_CONTROLLERS = 0x12,
	NVME_CNS_CONTROLLERS = 0x13,
	NVME_CNS_PRIMARY_CAPABILITIES = 0x14,
	NVME_CNS_SECONDARY_CONTROLLERS = 0x15,
};
enum nvme_descriptor_type { NVME_NIDT_EUI64 = 1, NVME_NIDT_NGUID = 2, NVME_NIDT_UUID = 3 };

/* Features (clause 5.21.1) */
enum nvme_feature {
	NVME_FEATURE_ARBITRATION = 0x01,
	NVME_FEATURE_POWER = 0x02,
	NVME_FEATURE_LBA_RANGE = 0x03,
	NVME_FEATURE_TEMPERATURE = 0x04,
	NVME_FEATURE_ERROR_RECOVERY = 0x05,
	NVME_FEATURE_WRITE_CACHE = 0x06,
	NVME_FEATURE_QUEUES = 0x07,
	NVME_FEATURE_COALESCING = 0x08,
	NVME_FEATURE_VECTOR = 0x09,
	NVME_FEATURE_WRITE_ATOMICITY = 0x0a,
	NVME_FEATURE_ASYNC_EVENT = 0x0b,
	NVME_FEATURE_AUTONOMOUS_POWER = 0x0c,
	NVME_FEATURE_HOST_MEMORY = 0x0d,
	NVME_FEATURE_TIMESTAMP = 0x0e,
	NVME_FEATURE_KEEP_ALIVE = 0x0f,
	NVME_FEATURE_HOST_BEHAVIOR = 0x16,
	NVME_FEATURE_SOFTWARE_PROGRESS = 0x80,
	NVME_FEATURE_HOST_ID = 0x81,
	NVME_FEATURE_RESERVATION_MASK = 0x82,
	NVME_FEATURE_RESERVATION_PERSISTENCE = 0x83,
	NVME_FEATURE_WRITE_PROTECTION = 0x84,
};
#define NVME_FEATURE_SAVE 0x80000000u		      /* CDW10 of Set Features */
#define NVME_FEATURE_SELECT(cdw10) ((cdw10) >> 8 & 7) /* Get: 0 current, 1 default, 2 saved, 3 capabilities */

/* Log pages (clause 5.14.1) */
enum nvme_log_page {
	NVME_LOG_ERRORS = 0x01,
	NVME_LOG_HEALTH = 0x02,
	NVME_LOG_FIRMWARE = 0x03,
	NVME_LOG_CHANGED_NAMESPACES = 0x04,
	NVME_LOG_COMMANDS = 0x05,
	NVME_LOG_SELF_TEST = 0x06,
	NVME_LOG_ANA = 0x0c,
	NVME_LOG_DISCOVERY = 0x70,
	NVME_LOG_RESERVATION = 0x80,
};

/* Asynchronous events: completion dword 0 (clause 5.2) */
#define NVME_AER(type, info, log) ((uint32_t)(log) << 16 | (uint32_t)(info) << 8 | (uint32_t)(type))
enum nvme_event_type { NVME_EVENT_ERROR = 0, NVME_EVENT_HEALTH = 1, NVME_EVENT_NOTICE = 2, NVME_EVENT_IO = 6 };
enum nvme_error_event { NVME_EVENT_INVALID_DB_REGISTER = 0, NVME_EVENT_INVALID_DB_VALUE = 1, NVME_EVENT_INTERNAL = 3 };
enum nvme_notice_event {
	NVME_EVENT_NS_CHANGED = 0,
	NVME_EVENT_FIRMWARE_START = 1,
	NVME_EVENT_ANA_CHANGED = 3,
	NVME_EVENT_DISCOVERY_CHANGED = 0xf0
};

/* --- Data structures -----------------------------------------------------------------------------------------------
 */

/* Identify Controller (clause 5.15.2.2, figure 247). */
struct nvme_ctrlr_data {
	uint16_t vid, ssvid;
	char sn[20], mn[40], fr[8]; /* padded with spaces */
	uint8_t rab, ieee[3], cmic, mdts;
	uint16_t cntlid;
	uint32_t ver, rtd3r, rtd3e, oaes, ctratt;
	uint16_t rrls;
	uint8_t reserved102[9], cntrltype, fguid[16];
	uint16_t crdt[3];
	uint8_t reserved134[122];
	uint16_t oacs;
	uint8_t acl, aerl, frmw, lpa, elpe, npss, avscc, apsta;
	uint16_t wctemp, cctemp, mtfa;
	uint32_t hmpre, hmmin;
	uint64_t tnvmcap[2], unvmcap[2];
	uint32_t rpmbs;
	uint16_t edstt;
	uint8_t dsto, fwug;
	uint16_t kas, hctma, mntmt, mxtmt;
	uint32_t sanicap, hmminds;
	uint16_t hmmaxd, nsetidmax, endgidmax;
	uint8_t anatt, anacap;
	uint32_t anagrpmax, nanagrpid, pels;
	uint8_t reserved356[156];
	uint8_t sqes, cqes;
	uint16_t maxcmd;
	uint32_t nn;
	uint16_t oncs, fuses;
	uint8_t fna, vwc;
	uint16_t awun, awupf;
	uint8_t nvscc, nwpc;
	uint16_t acwu, reserved534;
	uint32_t sgls, mnan;
	uint8_t reserved544[224];
	char subnqn[256];
	uint8_t reserved1024[768];
	uint32_t ioccsz, iorcsz; /* NVMe over fabrics 1.1, 16-byte units */
	uint16_t icdoff;
	uint8_t fcatt, msdbd, ofcs[2], reserved1806[242];
	uint8_t psd[32][32];
	uint8_t vendor[1024];
} __attribute__((packed, aligned(4)));
NVME_SIZE(struct nvme_ctrlr_data, 4096);

#define NVME_ONCS_COMPARE 0x01u
#define NVME_ONCS_WRITE_UNCORRECTABLE 0x02u
#define NVME_ONCS_DSM 0x04u
#define NVME_ONCS_WRITE_ZEROES 0x08u
#define NVME_ONCS_RESERVATIONS 0x20u
#define NVME_ONCS_VERIFY 0x80u
#define NVME_VWC_PRESENT 0x01u
#define NVME_SGLS_SUPPORTED(sgls) ((sgls) & 3) /* 1 any alignment, 2 dword alignment */
#define NVME_CMIC_MULTI_PORT 0x01u
#define NVME_CMIC_MULTI_CTRLR 0x02u
#define NVME_CMIC_ANA 0x08u

struct nvme_lba_format {
	uint16_t ms;
	uint8_t lbads; /* block size 2^lbads */
	uint8_t rp;
};
NVME_SIZE(struct nvme_lba_format, 4);

/* Identify Namespace (clause 5.15.2.1, figure 245). */
struct nvme_ns_data {
	uint64_t nsze, ncap, nuse;
	uint8_t nsfeat, nlbaf, flbas, mc, dpc, dps, nmic, rescap, fpi, dlfeat;
	uint16_t nawun, nawupf, nacwu, nabsn, nabo, nabspf, noiob;
	uint64_t nvmcap[2];
	uint16_t npwg, npwa, npdg, npda, nows;
	uint8_t reserved74[18];
	uint32_t anagrpid;
	uint8_t reserved96[3], nsattr;
	uint16_t nvmsetid, endgid;
	uint8_t nguid[16], eui64[8];
	struct nvme_lba_format lbaf[16];
	uint8_t reserved192[192];
	uint8_t vendor[3712];
} __attribute__((packed, aligned(4)));
NVME_SIZE(struct nvme_ns_data, 4096);

/* Namespace Identification Descriptor (clause 5.15.2.4); `bytes` of identifier follow. */
struct nvme_ns_descriptor {
	uint8_t type, bytes, reserved[2];
};
NVME_SIZE(struct nvme_ns_descriptor, 4);

/* SMART / Health Information (clause 5.14.1.2). */
struct nvme_health_log {
	uint8_t critical_warning;
	uint16_t temperature; /* Kelvin */
	uint8_t available_spare, spare_threshold, percentage_used, endurance_warning, reserved7[25];
	uint64_t data_units_read[2], data_units_written[2], host_reads[2], host_writes[2];
	uint64_t controller_busy[2], power_cycles[2], power_on_hours[2], unsafe_shutdowns[2];
	uint64_t media_errors[2], error_entries[2];
	uint32_t warning_time, critical_time;
	uint16_t sensor[8];
	uint8_t reserved216[296];
} __attribute__((packed));
NVME_SIZE(struct nvme_health_log, 512);

/* Error Information log entry (clause 5.14.1.1). */
struct nvme_error_entry {
	uint64_t count;
	uint16_t sqid, cid, status, location;
	uint64_t lba;
	uint32_t nsid;
	uint8_t vendor_page, trtype, reserved30[2];
	uint64_t command_info;
	uint16_t trtype_info;
	uint8_t reserved42[22];
};
NVME_SIZE(struct nvme_error_entry, 64);

/* Firmware Slot Information (clause 5.14.1.3). */
struct nvme_firmware_log {
	uint8_t active, reserved1[7];
	char revision[7][8];
	uint8_t reserved64[448];
};
NVME_SIZE(struct nvme_firmware_log, 512);

/* Commands Supported and Effects (clause 5.14.1.5). */
struct nvme_effects_log {
	uint32_t admin[256], io[256];
	uint8_t reserved[2048];
};
NVME_SIZE(struct nvme_effects_log, 4096);

/* Asymmetric Namespace Access (clause 5.14.1.12): header, then descriptors with their NSIDs. */
struct nvme_ana_header {
	uint64_t change_count;
	uint16_t groups;
	uint8_t reserved[6];
};
NVME_SIZE(struct nvme_ana_header, 16);
struct nvme_ana_group {
	uint32_t id, namespaces;
	uint64_t change_count;
	uint8_t state, reserved[15]; /* enum nvme_ana_state */
};
NVME_SIZE(struct nvme_ana_group, 32);
enum nvme_ana_state {
	NVME_ANA_OPTIMIZED = 1,
	NVME_ANA_NON_OPTIMIZED = 2,
	NVME_ANA_INACCESSIBLE = 3,
	NVME_ANA_PERSISTENT_LOSS = 4,
	NVME_ANA_CHANGE = 15,
};

#endif
