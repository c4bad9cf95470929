// The transaction layer packet as a value: header fields, byte enables and payload; and its real header bytes.
// Clause numbers are those of the PCI Express Base Specification 4.0.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "models/common/types.h"

namespace mppa::pcie {

enum class TlpType : u8 {
  kMemRead,
  kMemWrite,
  kCfgRead0,  ///< to the device on this link
  kCfgWrite0,
  kCfgRead1,  ///< to a bus behind a bridge
  kCfgWrite1,
  kMessage,
  kMessageData,
  kCompletion,
  kCompletionData,
};

/// Flow control and ordering class (2.6.1, 2.4.1).
enum class TlpClass : u8 { kPosted, kNonPosted, kCompletion };
constexpr unsigned kTlpClasses = 3;

enum class CompletionStatus : u8 { kSuccess = 0, kUnsupported = 1, kRetry = 2, kAbort = 4 };

/// Message codes used by the models (2.2.8).
enum class MessageCode : u8 {
  kAssertIntA = 0x20,    ///< INTA..INTD: 0x20 .. 0x23
  kDeassertIntA = 0x24,  ///< INTA..INTD: 0x24 .. 0x27
  kErrCorrectable = 0x30,
  kErrNonFatal = 0x31,
  kErrFatal = 0x33,
};

/// How a message travels (table 2-18).
enum class MessageRouting : u8 { kToRoot = 0, kByAddress = 1, kById = 2, kBroadcast = 3, kLocal = 4, kGather = 5 };

/// Bus, device and function in one number; with ARI the low 8 bits are the function (2.2.4.2).
constexpr u16 make_bdf(unsigned bus, unsigned device, unsigned function) {
  return static_cast<u16>(bus << 8 | (device & 31) << 3 | (function & 7));
}
constexpr u8 bus_of(u16 bdf) { return static_cast<u8>(bdf >> 8); }

constexpr unsigned kMaxTlpDwords = 1024;
constexpr u64 kPage = 4096;  ///< no memory request crosses a boundary of this (2.2.7)

struct Tlp {
  TlpType type = TlpType::kMemRead;
  u8 traffic_class = 0;  ///< 0 .. 7
  bool no_snoop = false, relaxed = false, id_ordering = false;
  bool poisoned = false;
  bool digest = false;  ///< carries an ECRC: four more bytes on the wire
  u16 length = 1;       ///< in DW, 1 .. 1024; of the request's data, or of the payload
  u16 requester = 0;    ///< requester id
  u16 tag = 0;          ///< 10 bits
  u8 first_be = 0xF, last_be = 0;
  /// Memory: address of the first DW. Configuration: register offset. Messages: header bytes 8..15, first byte highest.
  u64 address = 0;
  u16 completer = 0;  ///< completions: completer id; configuration requests: the target
  CompletionStatus status = CompletionStatus::kSuccess;
  u16 byte_count = 0;    ///< completions: bytes left of the request, this packet included; 1 .. 4096
  u8 lower_address = 0;  ///< completions: low 7 bits of the first byte's address
  MessageCode code = MessageCode::kErrCorrectable;
  MessageRouting routing = MessageRouting::kToRoot;
  std::vector<u8> payload;  ///< length * 4 bytes if the type has data

  TlpClass tlp_class() const;
  bool has_data() const;
  bool is_config() const { return type >= TlpType::kCfgRead0 && type <= TlpType::kCfgWrite1; }
  bool is_memory() const { return type == TlpType::kMemRead || type == TlpType::kMemWrite; }
  bool is_completion() const { return type >= TlpType::kCompletion; }
  bool is_message() const { return type == TlpType::kMessage || type == TlpType::kMessageData; }
  /// 12 or 16: memory requests above 4 GiB and messages have four DW.
  unsigned header_bytes() const;
  /// Header, payload and digest.
  unsigned bytes() const { return header_bytes() + static_cast<unsigned>(payload.size()) + (digest ? 4 : 0); }
  /// Flow control credits for data, 16 bytes each (2.6.1).
  unsigned data_credits() const { return static_cast<unsigned>(payload.size() + 15) / 16; }

  /// Memory requests: address of the first enabled byte, and bytes from there to the last enabled one (table 2-38);
  /// a request without any enabled byte has one byte for the purposes of its completion.
  u64 first_byte() const;
  unsigned enabled_bytes() const;
  /// Whether byte `index` of the data (from the first DW on) is enabled.
  bool byte_enabled(unsigned index) const;
};

/// Calls `f(address, data)` for every run of enabled bytes of a memory write; in all but odd cases there is one.
template <typename F>
void for_each_run(const Tlp& write, F f) {
  const auto size = static_cast<unsigned>(write.payload.size());
  for (unsigned i = 0; i < size; ++i) {
    if (!write.byte_enabled(i)) continue;
    unsigned end = i;
    while (end < size && write.byte_enabled(end)) ++end;
    f(write.address + i, std::span<const u8>(write.payload.data() + i, end - i));
    i = end;
  }
}

/// A read of `bytes` > 0 at `address`; the caller keeps within 4096 bytes and a page.
Tlp mem_read(u16 requester, u16 tag, u64 address, unsigned bytes);
/// A write of `data` at `address`, padded to whole DW with disabled bytes.
Tlp mem_write(u16 requester, u64 address, std::span<const u8> data);
/// Type 0 if `target` is on `link_bus`, else type 1. `offset`: 0 .. 4095, `bytes` 1, 2 or 4 within one DW.
Tlp cfg_read(u16 requester, u16 tag, u16 target, u8 link_bus, unsigned offset, unsigned bytes = 4);
Tlp cfg_write(u16 requester, u16 tag, u16 target, u8 link_bus, unsigned offset, u32 value, unsigned bytes = 4);
/// A completion without data.
Tlp completion(const Tlp& request, u16 completer, CompletionStatus status);
Tlp message(u16 requester, MessageCode code, MessageRouting routing);

/// The DW of a configuration write or of its completion, little endian.
u32 dword(std::span<const u8> bytes);

/// What a configuration read returns of the DW `value`: its enabled bytes.
std::vector<u8> enabled_bytes_of(const Tlp& config_read, u32 value);

/// Why the packet is malformed (2.2, 2.3.1), or null. `max_payload`: bytes, of the receiver.
const char* malformed(const Tlp& tlp, unsigned max_payload);

/// The header as it goes over the wire.
std::vector<u8> pack_header(const Tlp& tlp);
/// The packet of header and payload bytes; `error` is empty if there is one.
struct Unpacked {
  Tlp tlp;
  std::string error;
};
Unpacked unpack(std::span<const u8> bytes);

}  // namespace mppa::pcie
