/* PCIe subsystem of Coolidge V1: controllers, bridges, MSI snoopers, BAR decoder, address spaces. C and C++; the
 * firmware drivers and the simulator's model both use this file. Registers are 32-bit words. Addresses and fields
 * follow the published drivers where these exist; the BAR decoder's tables and rings are a design of this project. */
#ifndef MPPA_PCIE_REGS_H
#define MPPA_PCIE_REGS_H

#include <stdint.h>

#define MPPA_PCIE_CONTROLLERS 8u

/* Core (CSR) of controller c */
#define MPPA_PCIE_CSR(c) (0x5128100000ull + 0x40000ull * (c))
#define MPPA_PCIE_CSR_STRIDE 0x40000u
#define MPPA_PCIE_CSR_PORT_TYPE 0x2040u /* bit 0: 1 downstream (root port), 0 upstream (endpoint) */
#define MPPA_PCIE_CSR_RX_DET 0x204Cu    /* [15:0] lane mask, bit 31 override */
#define MPPA_PCIE_CSR_DS_AUTO 0x2054u   /* [1:0] generation - 1, bit 31 automatic speed-up */
#define MPPA_PCIE_CSR_DL_STAT 0x2394u   /* W1C; bit 6 surprise down, bit 29 malformed packet */
#define MPPA_PCIE_CSR_DL_INJECT 0x239Cu
#define MPPA_PCIE_CSR_DLLP_INJECT 0x23A0u
#define MPPA_PCIE_CSR_DECODE_T1 0x4014u
#define MPPA_PCIE_CSR_INITIAL 0x4020u /* [1:0] generation - 1, [18:16] width code 1 x1 .. 5 x16 (0: as the lanes) */
#define MPPA_PCIE_CSR_CFG 0x4030u     /* bit 0: type 1 header */
#define MPPA_PCIE_CSR_ID3 0x4048u     /* [31:8] class code */
#define MPPA_PCIE_CSR_PCIE_CAP 0x4080u
#define MPPA_PCIE_CSR_SLOT_CAP 0x4090u
#define MPPA_PCIE_CSR_ARI_CAP 0x40E0u
#define MPPA_PCIE_CSR_MSI_CAP 0x40E8u
#define MPPA_PCIE_CSR_MSIX_CAP 0x40F0u
#define MPPA_PCIE_CSR_AER_CAP 0x4100u
#define MPPA_PCIE_DL_SURPRISE_DOWN 0x40u
#define MPPA_PCIE_DL_MALFORMED 0x20000000u

/* PHY core, shared */
#define MPPA_PCIE_PHY 0x5128300000ull
#define MPPA_PCIE_PHY_RST 0x000u
#define MPPA_PCIE_PHY_RST_OVERRIDE 0x008u
#define MPPA_PCIE_PHY_NFURC 0x010u /* mode 0 .. 30: lanes of each controller */
#define MPPA_PCIE_PHY_SRAM(phy) (0x100u + 0x10u * (phy))
#define MPPA_PCIE_PHY_LOAD_DONE 0x4u
#define MPPA_PCIE_PHY_BYPASS 0x8u
#define MPPA_PCIE_PHY_CTRL(c) (0x200u + 0x40u * (c))
#define MPPA_PCIE_PHY_ENGINE 0x00u
#define MPPA_PCIE_PHY_ENGINE_OVERRIDE 0x08u
#define MPPA_PCIE_PHY_LTSSM_DISABLE 0x20u /* 1 holds the link, 0 trains */
#define MPPA_PCIE_PHY_LINK_UP 0x24u       /* bit 0 */

/* Interrupt generators and MSI snoopers, 8 of each, 256 vectors */
#define MPPA_PCIE_ITGEN(i) (0x5128310000ull + 0x4000ull * (i))
#define MPPA_PCIE_SNOOPER(i) (0x5128312000ull + 0x4000ull * (i))
#define MPPA_PCIE_SNOOPER_ENABLE 0x000u
#define MPPA_PCIE_SNOOPER_BASE_LO 0x004u /* 1 KiB aligned: 256 words */
#define MPPA_PCIE_SNOOPER_BASE_HI 0x008u
#define MPPA_PCIE_SNOOPER_GROUP(g) (0x100u + 0x80u * (g)) /* 8 groups of 32 vectors */
#define MPPA_PCIE_SNOOPER_STATUS 0x0u
#define MPPA_PCIE_SNOOPER_STATUS_LAC 0x4u
#define MPPA_PCIE_SNOOPER_MASK 0x8u /* bit 1: masked */
#define MPPA_PCIE_SNOOPER_TYPE 0xCu /* 0: address [9:7] group, data [4:0] bit; 1: address [9:2] vector */
/* Message for vector v of snooper i with the windows of all snoopers in a row from `base`, type 0 */
#define MPPA_PCIE_MSI_ADDRESS(base, i, v) ((base) + 1024ull * (i) + (((v) & 0xE0u) << 2))
#define MPPA_PCIE_MSI_DATA(v) ((v) & 0x1Fu)

/* Subsystem */
#define MPPA_PCIE_SUBSYSTEM 0x5128350000ull
#define MPPA_PCIE_SLAVE_ERR_DISABLE 0x400u /* bit 0: failed outbound reads return all ones silently */

/* Master IOMMUs: rx for writes to the chip's memory, tx for reads of it */
#define MPPA_PCIE_IOMMU_RX 0x5128400000ull
#define MPPA_PCIE_IOMMU_TX 0x5128401000ull

/* Address space numbers and modes */
#define MPPA_PCIE_ASN 0x5128500000ull
#define MPPA_PCIE_ASN_FUNCTION(f) (4u * (f))    /* endpoint function f, 256 of them */
#define MPPA_PCIE_ASN_RC(k) (0x400u + 4u * (k)) /* k = MPPA_PCIE_ASN_INDEX[controller] */
#define MPPA_PCIE_ASN_INDEX {0, 4, 2, 5, 1, 6, 3, 7}
#define MPPA_PCIE_MODE(c) (0x420u + 4u * (c)) /* 1 root complex, 0 endpoint (controller 0 only) */

/* Bridge (BREG) of controller c */
#define MPPA_PCIE_BREG(c) (0x512FD00000ull + 0x40000ull * (c))
#define MPPA_PCIE_BREG_STRIDE 0x40000u
#define MPPA_PCIE_BREG_PCIE_RX0 0x000u
#define MPPA_PCIE_BREG_AXI_MASTER 0x008u
#define MPPA_PCIE_BREG_INTERRUPT 0x010u /* bit 0 enable */
#define MPPA_PCIE_BREG_RX_MSG_FILTER 0x020u
#define MPPA_PCIE_BREG_E_BREG 0x200u /* + 0 CAP, 8 CONTROL, 0x10 BASE_LO, 0x14 BASE_HI */
#define MPPA_PCIE_BREG_E_ECAM 0x220u /* CONTROL: bit 0 enable, [20:16] size code */
#define MPPA_PCIE_BREG_I_MSII 0x300u
#define MPPA_PCIE_BREG_I_ISUB_CONTROL 0x3E8u
#define MPPA_PCIE_BREG_MISC_STATUS 0x400u /* W1C */
#define MPPA_PCIE_BREG_MISC_MASK 0x404u   /* 1: enabled */
#define MPPA_PCIE_MISC_SLAVE_ERROR 0x10u  /* outbound access failed */
#define MPPA_PCIE_MISC_MASTER_ERROR 0x20u /* inbound access failed on the chip's side */
#define MPPA_PCIE_MISC_EGRESS_ERROR 0x80u /* outbound address without translation */
#define MPPA_PCIE_MISC_CORE 0x10000u      /* core event: link down, error message, hot-plug */
#define MPPA_PCIE_BREG_LEG_STATUS 0x420u  /* [3:0] INTA .. INTD, level */
#define MPPA_PCIE_BREG_LEG_MASK 0x424u
#define MPPA_PCIE_BREG_EGRESS(n) (0xC00u + 0x20u * (n)) /* 8 of them */
#define MPPA_PCIE_EGRESS_CAP 0x00u                      /* bit 0 present, [23:16] log2 of the smallest size */
#define MPPA_PCIE_EGRESS_CONTROL 0x08u                  /* bit 0 enable, [20:16] log2(size) - smallest */
#define MPPA_PCIE_EGRESS_SOURCE_LO 0x10u
#define MPPA_PCIE_EGRESS_SOURCE_HI 0x14u
#define MPPA_PCIE_EGRESS_DEST_LO 0x18u
#define MPPA_PCIE_EGRESS_DEST_HI 0x1Cu
#define MPPA_PCIE_EGRESS_MIN_LOG2 12u

/* Inputs of the miscellaneous interrupt generator */
#define MPPA_PCIE_LINE_INTX(c) (2u + 2u * (c))
#define MPPA_PCIE_LINE_MISC(c) (3u + 2u * (c))
#define MPPA_PCIE_LINE_FUNCTIONS 48u /* a record in the ring of function events */
#define MPPA_PCIE_LINE_IOMMU_RX 86u  /* no mapping, protection, parity */
#define MPPA_PCIE_LINE_IOMMU_TX 101u

/* Windows of the chip's address space */
#define MPPA_PCIE_ECAM(c) (0x5130000000ull + 0x10000000ull * (c))
#define MPPA_PCIE_ECAM_BYTES 0x10000000ull
#define MPPA_PCIE_MEM32(c) (0x5200000000ull + 0x10000000ull * (c)) /* proposed source of a 32-bit egress window */
#define MPPA_PCIE_MEM64(c) (0x5300000000ull + 0x200000000ull * (c))
/* Bits 55:48 of an address in the endpoint's window: the function an access is made for. DMA and devices set them;
 * cores, whose addresses have 40 bits, act for the function whose address space number is in MMC.ASN. */
#define MPPA_PCIE_FUNCTION_SHIFT 48
#define MPPA_PCIE_HOST 0x6000000000ull /* proposed source of the endpoint's window to the host's memory */

/* BAR decoder (endpoint functions of controller 0) */
#define MPPA_PCIE_DECODER 0x5128340000ull
#define MPPA_PCIE_FUNCTIONS 256u
#define MPPA_PCIE_FUNC(f) (0x20u * (f))
/* bit 0 valid, [8:4] first window, [13:9] windows - 1, [19:16] first doorbell ring, [26:24] log2 of its rings: the
 * doorbells at offset n * 8 of the window go to ring first + n % rings (modulo 16) */
#define MPPA_PCIE_FUNC_CTRL 0x00u
#define MPPA_PCIE_FUNC_VALID(window, windows, ring, rings_log2) \
  (1u | (window) << 4 | ((windows) - 1u) << 9 | (ring) << 16 | (rings_log2) << 24)
#define MPPA_PCIE_FUNC_STATUS 0x04u /* read only: bit 0 bus master, 1 MSI-X enabled, 2 function mask, [15:8] resets */
#define MPPA_PCIE_WINDOW(w) (0x2000u + 0x20u * (w)) /* 128 of them, shared by functions */
#define MPPA_PCIE_WINDOW_BAR 0x00u
#define MPPA_PCIE_WINDOW_OFFSET 0x04u /* in the BAR */
#define MPPA_PCIE_WINDOW_SIZE 0x08u   /* bytes */
#define MPPA_PCIE_WINDOW_MODE 0x0Cu
#define MPPA_PCIE_WINDOW_MEMORY 0u    /* local base + (function << stride) + offset in the window */
#define MPPA_PCIE_WINDOW_DOORBELL 1u  /* writes go to the shadow and as a record to the function's doorbell ring */
#define MPPA_PCIE_WINDOW_EVENT 2u     /* memory, and a record in the ring of function events for every write */
#define MPPA_PCIE_WINDOW_READ_ONLY 3u /* memory; writes are dropped */
#define MPPA_PCIE_WINDOW_BASE_LO 0x10u
#define MPPA_PCIE_WINDOW_BASE_HI 0x14u
#define MPPA_PCIE_WINDOW_STRIDE 0x18u             /* log2 of the bytes per function */
#define MPPA_PCIE_RING(r) (0x4000u + 0x40u * (r)) /* 0 .. 15 doorbells, 16 function events */
#define MPPA_PCIE_RINGS 17u
#define MPPA_PCIE_RING_EVENTS 16u
#define MPPA_PCIE_RING_CTRL 0x00u /* bit 0 enable, [12:8] log2 of the records */
#define MPPA_PCIE_RING_BASE_LO 0x04u
#define MPPA_PCIE_RING_BASE_HI 0x08u
#define MPPA_PCIE_RING_WP 0x0Cu        /* records written, modulo 2^32; read only */
#define MPPA_PCIE_RING_RP 0x10u        /* records consumed, written by firmware */
#define MPPA_PCIE_RING_MIRROR_LO 0x14u /* where WP is also written as 8 bytes; 0: nowhere */
#define MPPA_PCIE_RING_MIRROR_HI 0x18u
#define MPPA_PCIE_RING_NOTIFY_LO 0x1Cu /* 8-byte write when an empty ring gets a record; 0: none */
#define MPPA_PCIE_RING_NOTIFY_HI 0x20u
#define MPPA_PCIE_RING_NOTIFY_DATA_LO 0x24u
#define MPPA_PCIE_RING_NOTIFY_DATA_HI 0x28u
#define MPPA_PCIE_RING_DROPPED 0x2Cu /* records lost because the ring was full or off; W1C */
#define MPPA_PCIE_SHADOW_LO 0x4800u  /* doorbell values: shadow + function * 4096 + offset in the window */
#define MPPA_PCIE_SHADOW_HI 0x4804u
#define MPPA_PCIE_BYPASS 0x8014u /* bit 0: no decoding, addresses of inbound requests are the chip's (RC mode) */
#define MPPA_PCIE_MISS_COUNT 0x8018u
#define MPPA_PCIE_MISS_LAST 0x801Cu /* [13:0] offset, [18:16] BAR, [31:24] function */

/* A record of a ring; 16 bytes */
struct mppa_pcie_record {
  uint8_t function; /* 0 PF, n VF n - 1 */
  uint8_t event;    /* MPPA_PCIE_EVENT_* */
  uint16_t offset;  /* WRITE, DOORBELL: in the BAR; doorbell: in its window */
  uint32_t data;    /* the value written, or of the event */
  uint64_t time_ns;
};
#define MPPA_PCIE_EVENT_DOORBELL 0u
#define MPPA_PCIE_EVENT_WRITE 1u  /* into an event window */
#define MPPA_PCIE_EVENT_MASTER 2u /* data: bus master on */
#define MPPA_PCIE_EVENT_MSIX 3u   /* data: bit 0 enabled, bit 1 function mask */
#define MPPA_PCIE_EVENT_RESET 4u  /* function level reset, VF disabled */
#define MPPA_PCIE_EVENT_VFS 5u    /* data: number of VFs enabled */
#define MPPA_PCIE_EVENT_LINK 6u   /* data: link up */

#endif
