/* PCI Express configuration space: offsets and bits of headers and capabilities (PCI Express Base Specification 4.0,
 * clause 7; PCI Local Bus 3.0, clause 6). C and C++; drivers and the simulator's models both use this file. */
#ifndef MPPA_PCI_CONFIG_H
#define MPPA_PCI_CONFIG_H

/* ECAM: offset of a function's 4 KiB in the configuration window */
#define MPPA_PCI_ECAM(bus, device, function) \
  (((unsigned long)(bus) << 20) | ((unsigned long)(device) << 15) | ((unsigned long)(function) << 12))

/* Header, both types */
#define MPPA_PCI_ID 0x00u /* [15:0] vendor, [31:16] device; all ones: nothing there */
#define MPPA_PCI_COMMAND 0x04u
#define MPPA_PCI_COMMAND_MEMORY 0x0002u
#define MPPA_PCI_COMMAND_MASTER 0x0004u
#define MPPA_PCI_COMMAND_PARITY 0x0040u
#define MPPA_PCI_COMMAND_SERR 0x0100u
#define MPPA_PCI_COMMAND_INTX_OFF 0x0400u
#define MPPA_PCI_STATUS 0x06u
#define MPPA_PCI_STATUS_CAPABILITIES 0x0010u
#define MPPA_PCI_STATUS_W1C 0xF900u
#define MPPA_PCI_STATUS_SIGNALLED_ABORT 0x0800u
#define MPPA_PCI_STATUS_RECEIVED_TARGET_ABORT 0x1000u
#define MPPA_PCI_STATUS_RECEIVED_MASTER_ABORT 0x2000u
#define MPPA_PCI_STATUS_SIGNALLED_ERROR 0x4000u
#define MPPA_PCI_STATUS_PARITY 0x8000u
#define MPPA_PCI_CLASS 0x08u /* [7:0] revision, [31:8] class code */
#define MPPA_PCI_CACHE_LINE 0x0Cu
#define MPPA_PCI_HEADER_TYPE 0x0Eu /* [6:0] 0 endpoint, 1 bridge; bit 7 several functions */
#define MPPA_PCI_BAR0 0x10u        /* six of them (bridges: two), 4 bytes each */
#define MPPA_PCI_BAR_64 0x4u
#define MPPA_PCI_BAR_PREFETCH 0x8u
#define MPPA_PCI_CAPABILITIES 0x34u
#define MPPA_PCI_INTERRUPT 0x3Cu /* [7:0] line, [15:8] pin */

/* Header type 0 */
#define MPPA_PCI_SUBSYSTEM 0x2Cu

/* Header type 1 */
#define MPPA_PCI_BUSES 0x18u  /* [7:0] primary, [15:8] secondary, [23:16] subordinate */
#define MPPA_PCI_MEMORY 0x20u /* [15:4] base [31:20], [31:20] limit [31:20] */
#define MPPA_PCI_PREFETCH 0x24u
#define MPPA_PCI_PREFETCH_BASE_HIGH 0x28u
#define MPPA_PCI_PREFETCH_LIMIT_HIGH 0x2Cu
#define MPPA_PCI_BRIDGE_CONTROL 0x3Eu
#define MPPA_PCI_BRIDGE_BUS_RESET 0x0040u

/* Capabilities: byte 0 id, byte 1 next */
#define MPPA_PCI_CAP_PM 0x01u
#define MPPA_PCI_CAP_MSI 0x05u
#define MPPA_PCI_CAP_PCIE 0x10u
#define MPPA_PCI_CAP_MSIX 0x11u

/* Power management, offsets from the capability */
#define MPPA_PCI_PM_CONTROL 0x04u /* [1:0] 0 D0, 3 D3hot; bit 3 no soft reset */

/* MSI (64-bit addresses) */
#define MPPA_PCI_MSI_CONTROL 0x02u /* bit 0 enable, [3:1] capable, [6:4] enabled (log2), bit 7 64-bit */
#define MPPA_PCI_MSI_ADDRESS 0x04u
#define MPPA_PCI_MSI_DATA 0x0Cu

/* MSI-X */
#define MPPA_PCI_MSIX_CONTROL 0x02u /* [10:0] vectors - 1, bit 14 function mask, bit 15 enable */
#define MPPA_PCI_MSIX_MASK_ALL 0x4000u
#define MPPA_PCI_MSIX_ENABLE 0x8000u
#define MPPA_PCI_MSIX_TABLE 0x04u /* [2:0] BAR, rest offset */
#define MPPA_PCI_MSIX_PBA 0x08u
#define MPPA_PCI_MSIX_ENTRY_BYTES 16u /* address lo, hi, data, control (bit 0 mask) */

/* PCI Express */
#define MPPA_PCI_EXP_FLAGS 0x02u /* [3:0] version 2, [7:4] port type, bit 8 slot */
#define MPPA_PCI_EXP_TYPE_ENDPOINT 0u
#define MPPA_PCI_EXP_TYPE_ROOT 4u
#define MPPA_PCI_EXP_TYPE_UPSTREAM 5u
#define MPPA_PCI_EXP_TYPE_DOWNSTREAM 6u
#define MPPA_PCI_EXP_DEVCAP 0x04u /* [2:0] MPS 128 << n, bit 5 extended tags, bit 15 role based, bit 28 FLR */
#define MPPA_PCI_EXP_DEVCAP_FLR 0x10000000u
#define MPPA_PCI_EXP_DEVCTL \
  0x08u /* [3:0] reports: cor, non-fatal, fatal, UR; bit 4 RO; [7:5] MPS; [14:12] MRRS; 15 FLR */
#define MPPA_PCI_EXP_DEVCTL_FLR 0x8000u
#define MPPA_PCI_EXP_DEVSTA \
  0x0Au /* W1C [3:0]: correctable, non-fatal, fatal, UR detected; bit 5 transactions pending */
#define MPPA_PCI_EXP_LNKCAP 0x0Cu /* [3:0] generation, [9:4] lanes */
#define MPPA_PCI_EXP_LNKCTL 0x10u
#define MPPA_PCI_EXP_LNKSTA 0x12u /* [3:0] generation, [9:4] lanes, bit 13 link active */
#define MPPA_PCI_EXP_LNKSTA_ACTIVE 0x2000u
#define MPPA_PCI_EXP_SLTCAP 0x14u
#define MPPA_PCI_EXP_SLTCTL 0x18u
#define MPPA_PCI_EXP_SLTSTA 0x1Au /* W1C bit 3 presence changed, bit 8 link state changed; bit 6 present */
#define MPPA_PCI_EXP_SLTSTA_PRESENCE_CHANGED 0x0008u
#define MPPA_PCI_EXP_SLTSTA_PRESENT 0x0040u
#define MPPA_PCI_EXP_SLTSTA_LINK_CHANGED 0x0100u
#define MPPA_PCI_EXP_ROOT_CONTROL 0x1Cu
#define MPPA_PCI_EXP_ROOT_STATUS 0x20u
#define MPPA_PCI_EXP_DEVCAP2 0x24u /* [3:0] timeout ranges, bit 4 disable, bit 5 ARI forwarding */
#define MPPA_PCI_EXP_DEVCTL2 0x28u /* [3:0] timeout value, bit 4 disable, bit 5 ARI forwarding */
#define MPPA_PCI_EXP_DEVCTL2_TIMEOUT_OFF 0x10u
#define MPPA_PCI_EXP_DEVCTL2_ARI 0x20u
#define MPPA_PCI_EXP_BYTES 0x3Cu

/* Extended capabilities, from 0x100: [15:0] id, [19:16] version, [31:20] next */
#define MPPA_PCI_EXTENDED 0x100u
#define MPPA_PCI_EXT_AER 0x0001u
#define MPPA_PCI_EXT_ACS 0x000Du
#define MPPA_PCI_EXT_ARI 0x000Eu
#define MPPA_PCI_EXT_SRIOV 0x0010u

/* Advanced error reporting */
#define MPPA_PCI_AER_UNCORRECTABLE 0x04u /* W1C; mask and severity have the same bits */
#define MPPA_PCI_AER_MASK 0x08u
#define MPPA_PCI_AER_SEVERITY 0x0Cu
#define MPPA_PCI_AER_CORRECTABLE 0x10u /* W1C */
#define MPPA_PCI_AER_CORRECTABLE_MASK 0x14u
#define MPPA_PCI_AER_CONTROL 0x18u /* [4:0] first error */
#define MPPA_PCI_AER_HEADER 0x1Cu  /* 16 bytes */
#define MPPA_PCI_AER_ROOT_COMMAND 0x2Cu
#define MPPA_PCI_AER_ROOT_STATUS \
  0x30u /* W1C: bit 0 cor, 1 several, 2 uncor, 3 several, 4 first fatal, 5 non-fatal, 6 fatal */
#define MPPA_PCI_AER_SOURCE 0x34u /* [15:0] correctable, [31:16] uncorrectable */
#define MPPA_PCI_AER_BYTES 0x38u
#define MPPA_PCI_ERR_SURPRISE_DOWN 5u /* bit numbers of the uncorrectable registers */
#define MPPA_PCI_ERR_POISONED 12u
#define MPPA_PCI_ERR_TIMEOUT 14u
#define MPPA_PCI_ERR_ABORT 15u
#define MPPA_PCI_ERR_UNEXPECTED 16u
#define MPPA_PCI_ERR_MALFORMED 18u
#define MPPA_PCI_ERR_UNSUPPORTED 20u
#define MPPA_PCI_ERR_ACS 21u
#define MPPA_PCI_ERR_ADVISORY 13u /* bit number of the correctable registers */

/* Access control services of downstream ports */
#define MPPA_PCI_ACS_CAPABILITY 0x04u
#define MPPA_PCI_ACS_CONTROL 0x06u
#define MPPA_PCI_ACS_SOURCE_VALIDATION 0x0001u /* requester ids must be of a bus behind the port */
#define MPPA_PCI_ACS_REQUEST_REDIRECT 0x0004u  /* requests to peers go up */
#define MPPA_PCI_ACS_COMPLETION_REDIRECT 0x0008u
#define MPPA_PCI_ACS_UPSTREAM_FORWARDING 0x0010u /* requests to the port's own windows go up */

/* Alternative routing ID */
#define MPPA_PCI_ARI_NEXT 0x04u /* [15:8] next function */

/* SR-IOV */
#define MPPA_PCI_SRIOV_CONTROL 0x08u /* bit 0 VF enable, bit 3 VF memory space, bit 4 ARI hierarchy */
#define MPPA_PCI_SRIOV_ENABLE 0x1u
#define MPPA_PCI_SRIOV_MEMORY 0x8u
#define MPPA_PCI_SRIOV_ARI 0x10u
#define MPPA_PCI_SRIOV_INITIAL 0x0Cu /* [15:0] initial, [31:16] total VFs */
#define MPPA_PCI_SRIOV_NUM 0x10u
#define MPPA_PCI_SRIOV_OFFSET 0x14u /* [15:0] first VF offset, [31:16] stride */
#define MPPA_PCI_SRIOV_DEVICE 0x1Au
#define MPPA_PCI_SRIOV_PAGES 0x1Cu /* supported; 0x20 system page size, in 4 KiB << bit */
#define MPPA_PCI_SRIOV_BAR0 0x24u
#define MPPA_PCI_SRIOV_BYTES 0x40u

#endif
