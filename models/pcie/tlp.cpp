#include "models/pcie/tlp.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace mppa::pcie {
namespace {

bool cfg_type(TlpType t, bool write) {
  return write ? t == TlpType::kCfgWrite0 || t == TlpType::kCfgWrite1
               : t == TlpType::kCfgRead0 || t == TlpType::kCfgRead1;
}

void set_byte_enables(Tlp& tlp, u64 address, unsigned bytes) {
  const unsigned head = address & 3, tail = (address + bytes) & 3;
  tlp.address = address & ~u64{3};
  tlp.length = static_cast<u16>((head + bytes + 3) / 4);
  const u8 first = static_cast<u8>(0xF << head & 0xF);
  const u8 last = tail ? static_cast<u8>(0xF >> (4 - tail)) : 0xF;
  tlp.first_be = tlp.length == 1 ? first & last : first;
  tlp.last_be = tlp.length == 1 ? 0 : last;
}

Tlp cfg(TlpType type0, TlpType type1, u16 requester, u16 tag, u16 target, u8 link_bus, unsigned offset,
        unsigned bytes) {
  Tlp tlp;
  tlp.type = bus_of(target) == link_bus ? type0 : type1;
  tlp.requester = requester;
  tlp.tag = tag;
  tlp.completer = target;
  set_byte_enables(tlp, offset & 0xFFF, bytes);
  return tlp;
}

}  // namespace

TlpClass Tlp::tlp_class() const {
  if (is_completion()) return TlpClass::kCompletion;
  if (type == TlpType::kMemWrite || is_message()) return TlpClass::kPosted;
  return TlpClass::kNonPosted;
}

bool Tlp::has_data() const {
  return type == TlpType::kMemWrite || cfg_type(type, true) || type == TlpType::kMessageData ||
         type == TlpType::kCompletionData;
}

unsigned Tlp::header_bytes() const { return is_message() || (is_memory() && address >> 32) ? 16 : 12; }

u64 Tlp::first_byte() const { return address + (first_be ? static_cast<unsigned>(std::countr_zero(first_be)) : 0); }

unsigned Tlp::enabled_bytes() const {
  if (!first_be && !last_be) return 1;
  const unsigned begin = first_be ? static_cast<unsigned>(std::countr_zero(first_be)) : 0;
  const u8 last = length == 1 ? first_be : last_be;
  const unsigned end = 4 * (length - 1U) + static_cast<unsigned>(std::bit_width(last));
  return end > begin ? end - begin : 1;
}

bool Tlp::byte_enabled(unsigned index) const {
  const unsigned dw = index / 4;
  if (dw == 0) return first_be >> index & 1;
  return dw + 1 < length || (last_be >> (index & 3) & 1);
}

Tlp mem_read(u16 requester, u16 tag, u64 address, unsigned bytes) {
  Tlp tlp;
  tlp.type = TlpType::kMemRead;
  tlp.requester = requester;
  tlp.tag = tag;
  set_byte_enables(tlp, address, bytes);
  return tlp;
}

Tlp mem_write(u16 requester, u64 address, std::span<const u8> data) {
  Tlp tlp;
  tlp.type = TlpType::kMemWrite;
  tlp.requester = requester;
  set_byte_enables(tlp, address, static_cast<unsigned>(data.size()));
  tlp.payload.resize(4U * tlp.length);
  std::copy(data.begin(), data.end(), tlp.payload.begin() + (address & 3));
  return tlp;
}

Tlp cfg_read(u16 requester, u16 tag, u16 target, u8 link_bus, unsigned offset, unsigned bytes) {
  return cfg(TlpType::kCfgRead0, TlpType::kCfgRead1, requester, tag, target, link_bus, offset, bytes);
}

Tlp cfg_write(u16 requester, u16 tag, u16 target, u8 link_bus, unsigned offset, u32 value, unsigned bytes) {
  Tlp tlp = cfg(TlpType::kCfgWrite0, TlpType::kCfgWrite1, requester, tag, target, link_bus, offset, bytes);
  value <<= 8 * (offset & 3);
  tlp.payload.resize(4);
  std::memcpy(tlp.payload.data(), &value, 4);
  return tlp;
}

Tlp completion(const Tlp& request, u16 completer, CompletionStatus status) {
  Tlp tlp;
  tlp.type = TlpType::kCompletion;
  tlp.traffic_class = request.traffic_class;
  tlp.relaxed = request.relaxed;
  tlp.no_snoop = request.no_snoop;
  tlp.id_ordering = request.id_ordering;
  tlp.requester = request.requester;
  tlp.tag = request.tag;
  tlp.completer = completer;
  tlp.status = status;
  // Without data the byte count is 4, except for memory reads that fail (2.2.9): all that was asked for.
  tlp.byte_count = request.type == TlpType::kMemRead ? static_cast<u16>(request.enabled_bytes()) : 4;
  tlp.lower_address = request.type == TlpType::kMemRead ? request.first_byte() & 0x7F : 0;
  return tlp;
}

Tlp message(u16 requester, MessageCode code, MessageRouting routing) {
  Tlp tlp;
  tlp.type = TlpType::kMessage;
  tlp.requester = requester;
  tlp.code = code;
  tlp.routing = routing;
  return tlp;
}

u32 dword(std::span<const u8> bytes) {
  u32 value = 0;
  std::memcpy(&value, bytes.data(), std::min<std::size_t>(4, bytes.size()));
  return value;
}

std::vector<u8> enabled_bytes_of(const Tlp& config_read, u32 value) {
  std::vector<u8> out;
  const u64 first = config_read.first_byte() & 3;
  for (u64 i = first; i < std::min<u64>(4, first + config_read.enabled_bytes()); ++i)
    out.push_back(static_cast<u8>(value >> 8 * i));
  return out;
}

const char* malformed(const Tlp& tlp, unsigned max_payload) {
  if (tlp.length == 0 || tlp.length > kMaxTlpDwords) return "length";
  if (tlp.has_data() ? tlp.payload.size() != 4U * tlp.length : !tlp.payload.empty()) return "payload and length differ";
  if (tlp.payload.size() > max_payload) return "payload above the maximum payload size";
  if (tlp.traffic_class != 0 && !tlp.is_memory() && !tlp.is_completion()) return "traffic class";
  if (tlp.is_config() && (tlp.length != 1 || tlp.last_be)) return "configuration request of more than one DW";
  if (tlp.is_memory()) {
    if (tlp.address & 3) return "address not aligned to DW";
    if (tlp.length == 1 ? tlp.last_be != 0 : tlp.first_be == 0 || tlp.last_be == 0) return "byte enables";
    if (tlp.address % kPage + 4U * tlp.length > kPage) return "crosses a 4 KiB boundary";
  }
  return nullptr;
}

namespace {

// Fmt and Type of byte 0 (table 2-3).
u8 format_byte(const Tlp& tlp) {
  const u8 four = tlp.header_bytes() == 16 ? 0x20 : 0, data = tlp.has_data() ? 0x40 : 0;
  switch (tlp.type) {
    case TlpType::kMemRead:
    case TlpType::kMemWrite:
      return four | data;
    case TlpType::kCfgRead0:
    case TlpType::kCfgWrite0:
      return data | 0x04;
    case TlpType::kCfgRead1:
    case TlpType::kCfgWrite1:
      return data | 0x05;
    case TlpType::kMessage:
    case TlpType::kMessageData:
      return static_cast<u8>(0x20 | data | 0x10 | static_cast<u8>(tlp.routing));
    case TlpType::kCompletion:
    case TlpType::kCompletionData:
      break;
  }
  return data | 0x0A;
}

bool set_type(Tlp& tlp, u8 byte0) {
  const bool data = byte0 & 0x40, four = byte0 & 0x20;
  const u8 type = byte0 & 0x1F;
  if (byte0 & 0x80) return false;
  if (type == 0) {
    tlp.type = data ? TlpType::kMemWrite : TlpType::kMemRead;
  } else if (type == 0x04 && !four) {
    tlp.type = data ? TlpType::kCfgWrite0 : TlpType::kCfgRead0;
  } else if (type == 0x05 && !four) {
    tlp.type = data ? TlpType::kCfgWrite1 : TlpType::kCfgRead1;
  } else if (type == 0x0A && !four) {
    tlp.type = data ? TlpType::kCompletionData : TlpType::kCompletion;
  } else if ((type & 0x18) == 0x10 && four && (type & 7) <= 5) {
    tlp.type = data ? TlpType::kMessageData : TlpType::kMessage;
    tlp.routing = static_cast<MessageRouting>(type & 7);
  } else {
    return false;
  }
  return true;
}

void put(std::vector<u8>& out, u64 value, unsigned bytes) {
  for (unsigned i = bytes; i-- > 0;) out.push_back(static_cast<u8>(value >> 8 * i));
}

u64 get(std::span<const u8> in, unsigned at, unsigned bytes) {
  u64 value = 0;
  for (unsigned i = 0; i < bytes; ++i) value = value << 8 | in[at + i];
  return value;
}

}  // namespace

std::vector<u8> pack_header(const Tlp& t) {
  const bool sized = t.has_data() || !(t.is_completion() || t.is_message());
  const unsigned length = sized ? t.length & 0x3FF : 0;
  std::vector<u8> out;
  out.push_back(format_byte(t));
  out.push_back(
      static_cast<u8>((t.tag >> 9 & 1) << 7 | (t.traffic_class & 7) << 4 | (t.tag >> 8 & 1) << 3 | t.id_ordering << 2));
  out.push_back(static_cast<u8>(t.digest << 7 | t.poisoned << 6 | t.relaxed << 5 | t.no_snoop << 4 | length >> 8));
  out.push_back(static_cast<u8>(length));
  if (t.is_completion()) {
    put(out, t.completer, 2);
    put(out, static_cast<u64>(t.status) << 13 | (t.byte_count & 0xFFF), 2);
    put(out, t.requester, 2);
    out.push_back(static_cast<u8>(t.tag));
    out.push_back(t.lower_address & 0x7F);
    return out;
  }
  put(out, t.requester, 2);
  out.push_back(static_cast<u8>(t.tag));
  out.push_back(t.is_message() ? static_cast<u8>(t.code) : static_cast<u8>(t.last_be << 4 | t.first_be));
  if (t.is_config()) {
    put(out, t.completer, 2);
    put(out, t.address & 0xFFC, 2);
  } else {
    put(out, t.address, t.header_bytes() - 8);
  }
  return out;
}

Unpacked unpack(std::span<const u8> in) {
  Unpacked r;
  Tlp& t = r.tlp;
  if (in.size() < 12) return {{}, "shorter than a header"};
  if (!set_type(t, in[0])) return {{}, "reserved format and type"};
  const unsigned header = in[0] & 0x20 ? 16 : 12;
  if (in.size() < header) return {{}, "shorter than its header"};
  t.traffic_class = in[1] >> 4 & 7;
  t.id_ordering = in[1] >> 2 & 1;
  t.digest = in[2] >> 7;
  t.poisoned = in[2] >> 6 & 1;
  t.relaxed = in[2] >> 5 & 1;
  t.no_snoop = in[2] >> 4 & 1;
  const unsigned length = (in[2] & 3U) << 8 | in[3];
  const bool sized = t.has_data() || !(t.is_completion() || t.is_message());
  t.length = static_cast<u16>(!sized ? 1 : length ? length : kMaxTlpDwords);
  const u16 tag_high = static_cast<u16>((in[1] >> 7) << 9 | (in[1] >> 3 & 1) << 8);
  if (t.is_completion()) {
    t.completer = static_cast<u16>(get(in, 4, 2));
    const u8 status = in[6] >> 5;
    if (status == 3 || status > 4) return {{}, "reserved completion status"};
    t.status = static_cast<CompletionStatus>(status);
    const unsigned count = get(in, 6, 2) & 0xFFF;
    t.byte_count = static_cast<u16>(count ? count : 4096);
    t.requester = static_cast<u16>(get(in, 8, 2));
    t.tag = tag_high | in[10];
    t.lower_address = in[11] & 0x7F;
  } else {
    t.requester = static_cast<u16>(get(in, 4, 2));
    t.tag = tag_high | in[6];
    if (t.is_message()) {
      t.code = static_cast<MessageCode>(in[7]);
    } else {
      t.first_be = in[7] & 0xF;
      t.last_be = in[7] >> 4;
    }
    if (t.is_config()) {
      t.completer = static_cast<u16>(get(in, 8, 2));
      t.address = get(in, 10, 2) & 0xFFC;
    } else {
      t.address = get(in, 8, header - 8);
      if (t.is_memory()) t.address &= ~u64{3};  // the low bits are processing hints
      if (t.is_memory() && t.header_bytes() != header) return {{}, "64-bit address below 4 GiB"};
    }
  }
  const unsigned payload = t.has_data() ? 4U * t.length : 0;
  if (in.size() != header + payload) return {{}, "payload and length differ"};
  t.payload.assign(in.begin() + header, in.end());
  return r;
}

}  // namespace mppa::pcie
