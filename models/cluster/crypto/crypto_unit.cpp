#include "models/cluster/crypto/crypto_unit.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

namespace mppa::cluster {
namespace {

constexpr u64 kPsPerSecond = 1'000'000'000'000;
constexpr std::size_t kBurst = 256;  ///< bytes of one access
constexpr u32 kClear = 1u << 31, kPacketsShift = 24, kPacketsMask = 0x7F, kWordsMask = 0xFFFFFF;

/// A ring may be taken away (size 0) while a packet of it is inside the unit.
u32 wrap(u32 offset, u32 size) { return size == 0 ? 0 : offset % size; }

u64 address_of(u32 lo, u32 hi) { return u64{hi} << 32 | lo; }

}  // namespace

CryptoUnit::CryptoUnit(const sc_core::sc_module_name& name, const CryptoParams& params, unsigned first_line,
                       const sc_core::sc_time& latency)
    : RegisterDevice(name, kWindow, latency), params_(params), first_line_(first_line) {
  for (unsigned r = 0; r < kRings; ++r) {
    declare_ring(fmt::format("cdr[{}].", r), MPPA_CRYPTO_CDR(r), commands_[r], false);
    declare_ring(fmt::format("rdr[{}].", r), MPPA_CRYPTO_RDR(r), results_[r], true);
  }
  declare_global();
  extension_.cluster = params.cluster;
  extension_.master = params.master;
  SC_THREAD(fetch_thread);
  SC_THREAD(store_thread);
}

void CryptoUnit::declare_ring(const std::string& name, u64 offset, Ring& ring, bool results) {
  const auto plain = [&](const char* field, u64 at, u32 Ring::* member) {
    regs()
        .add(name + field, offset + at, 4, RegAccess::kRw)
        .on_read([&ring, member](unsigned) { return ring.*member; })
        .on_write([&ring, member](unsigned, u64 value) { ring.*member = static_cast<u32>(value); });
  };
  plain("base_lo", MPPA_CRYPTO_RING_BASE_LO, &Ring::base_lo);
  plain("base_hi", MPPA_CRYPTO_RING_BASE_HI, &Ring::base_hi);
  plain("size", MPPA_CRYPTO_RING_SIZE, &Ring::size);
  plain("desc_size", MPPA_CRYPTO_RING_DESC, &Ring::descriptor);
  plain("threshold", MPPA_CRYPTO_RING_THRESHOLD, &Ring::threshold);
  plain("prepared_pointer", MPPA_CRYPTO_RING_PREPARED_PTR, &Ring::prepared_at);
  plain("processed_pointer", MPPA_CRYPTO_RING_PROCESSED_PTR, &Ring::processed_at);
  regs()
      .add(name + "prepared_count", offset + MPPA_CRYPTO_RING_PREPARED, 4, RegAccess::kRw)
      .doc("write: words << 2 more are ready; 31 clears")
      .on_read([&ring](unsigned) { return ring.prepared << 2; })
      .on_write([this, &ring, results](unsigned, u64 value) {
        ring.prepared = value & kClear ? 0 : ring.prepared + static_cast<u32>(value >> 2 & kWordsMask);
        const sc_core::sc_time wait = now() - sc_core::sc_time_stamp();
        (results ? room_ : work_).notify(wait);
      });
  regs()
      .add(name + "processed_count", offset + MPPA_CRYPTO_RING_PROCESSED, 4, RegAccess::kRw)
      .doc("[23:0] words << 2, [30:24] packets; a write subtracts, 31 clears")
      .on_read([&ring](unsigned) {
        return std::min(ring.packets, kPacketsMask) << kPacketsShift | (ring.processed << 2 & kWordsMask);
      })
      .on_write([&ring](unsigned, u64 value) {
        if (value & kClear) {
          ring.processed = ring.packets = 0;
          return;
        }
        ring.processed -= std::min(ring.processed, static_cast<u32>((value & kWordsMask) >> 2));
        ring.packets -= std::min(ring.packets, static_cast<u32>(value >> kPacketsShift & kPacketsMask));
      });
  regs()
      .add(name + "status", offset + MPPA_CRYPTO_RING_STATUS, 4, RegAccess::kRw)
      .doc("write 1 clears")
      .on_read([&ring](unsigned) { return ring.status; })
      .on_write([&ring](unsigned, u64 value) { ring.status &= ~static_cast<u32>(value); });
}

void CryptoUnit::declare_global() {
  for (unsigned r = 0; r < kRings; ++r) {
    regs()
        .add(fmt::format("irq_enable[{}]", r), MPPA_CRYPTO_IRQ_ENABLE(r), 4, RegAccess::kRw)
        .on_read([this, r](unsigned) { return irq_enable_[r]; })
        .on_write([this, r](unsigned, u64 value) { irq_enable_[r] |= static_cast<u32>(value); });
    regs()
        .add(fmt::format("irq_disable[{}]", r), MPPA_CRYPTO_IRQ_DISABLE(r), 4, RegAccess::kWo)
        .on_write([this, r](unsigned, u64 value) { irq_enable_[r] &= ~static_cast<u32>(value); });
    regs()
        .add(fmt::format("irq_status[{}]", r), MPPA_CRYPTO_IRQ_STATUS(r), 4, RegAccess::kRw)
        .on_read([this, r](unsigned) {
          const u32 pending = (commands_[r].status ? 1u << 2 * r : 0) | (results_[r].status ? 2u << 2 * r : 0);
          return pending & irq_enable_[r];
        })
        .on_write([](unsigned, u64) {});
  }
  const auto thread = [this](const char* thread_name, u64 offset, u32& control) {
    regs()
        .add(thread_name, offset, 4, RegAccess::kRw)
        .doc("[3:0] rings attached, 30 enable, 31 reset")
        .on_read([&control](unsigned) { return control; })
        .on_write([this, &control](unsigned, u64 value) {
          control = value & MPPA_CRYPTO_THREAD_RESET ? 0 : static_cast<u32>(value);
          work_.notify(now() - sc_core::sc_time_stamp());
        });
  };
  thread("dfe_thread", MPPA_CRYPTO_DFE_THREAD, fetch_control_);
  thread("dse_thread", MPPA_CRYPTO_DSE_THREAD, store_control_);
  regs().add("options", MPPA_CRYPTO_OPTIONS, 4, RegAccess::kRo).reset_value(kRings | 1 << 4).doc("rings, engines");
  regs().add("version", MPPA_CRYPTO_VERSION, 4, RegAccess::kRo).reset_value(MPPA_CRYPTO_VERSION_EIP97);
}

bool CryptoUnit::attached(unsigned ring) const {
  const u32 both = fetch_control_ & store_control_;
  return (both & MPPA_CRYPTO_THREAD_ENABLE) != 0 && (both >> ring & 1) != 0;
}

bool CryptoUnit::transfer(bool write, u64 address, void* data, std::size_t bytes) {
  u8* at = static_cast<u8*>(data);
  while (bytes > 0) {
    std::size_t part = std::min(bytes, kBurst - address % kBurst);
    u64 physical = address;
    if (iommu.size() != 0) {
      constexpr u16 kAsn = 0;
      const auto where = iommu->translate(address, kAsn, write, sc_core::sc_time_stamp() + delay_);
      if (where.fault != IommuFault::kNone) return false;
      physical = where.address;
      part = std::min<std::size_t>(part, where.bytes);
    }
    tlm::tlm_generic_payload payload;
    payload.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
    payload.set_address(physical);
    payload.set_data_ptr(at);
    payload.set_data_length(static_cast<unsigned>(part));
    payload.set_streaming_width(static_cast<unsigned>(part));
    payload.set_extension(&extension_);
    memory->b_transport(payload, delay_);
    payload.clear_extension(&extension_);
    if (!payload.is_response_ok()) return false;
    address += part;
    at += part;
    bytes -= part;
  }
  return true;
}

void CryptoUnit::reset_state() {
  commands_.fill({});
  results_.fill({});
  irq_enable_.fill(0);
  fetch_control_ = store_control_ = 0;
  inside_.clear();
  ++resets_;
  room_.notify(sc_core::SC_ZERO_TIME);
}

void CryptoUnit::advance(Ring& ring, u32 words) {
  ring.prepared -= std::min(ring.prepared, words);
  ring.prepared_at = wrap(ring.prepared_at + 4 * words, ring.size);
}

void CryptoUnit::bus_error(unsigned ring) {
  ++errors_;
  commands_[ring].status |= MPPA_CRYPTO_STATUS_BUS_ERROR;
  interrupt->pulse(first_line_, sc_core::sc_time_stamp());
}

/// Takes all segments of a packet; nothing if its last one is not prepared yet.
std::optional<CryptoUnit::Packet> CryptoUnit::fetch(unsigned ring) {
  Ring& commands = commands_[ring];
  Packet packet{.ring = ring, .command_words = 0, .result = {}, .ready_ps = 0};
  mppa_crypto_command first{}, segment{};
  std::vector<u8> data;
  bool ok = true;
  u32 at = commands.prepared_at;
  do {
    if (commands.prepared < packet.command_words + commands.stride()) return std::nullopt;
    if (!transfer(false, commands.base() + at, &segment, sizeof segment)) {
      commands.prepared = 0;  // without a descriptor there is no packet
      bus_error(ring);
      return std::nullopt;
    }
    if (packet.command_words == 0) first = segment;
    const std::size_t before = data.size();
    data.resize(before + (segment.segment & MPPA_CRYPTO_LENGTH));
    ok =
        ok && transfer(false, address_of(segment.data_lo, segment.data_hi), data.data() + before, data.size() - before);
    packet.command_words += commands.stride();
    at = wrap(at + 4 * commands.stride(), commands.size);
  } while (!(segment.segment & MPPA_CRYPTO_LAST));
  mppa_crypto_context context{};
  ok = ok && transfer(false, address_of(first.context_lo, first.context_hi), &context, sizeof context);
  advance(commands, packet.command_words);
  packet.result = ok ? crypto::process(first.control0, first.control1, context, data, first.aad)
                     : crypto::Result{MPPA_CRYPTO_ERROR_BUS, {}};
  const u64 service = service_ps(first.control0, first.control1, data.size());
  const u64 fetched = (sc_core::sc_time_stamp() + delay_).value();
  packet.ready_ps = engine_.acquire(fetched, service) + service;
  ++packets_;
  bytes_ += data.size();
  errors_ += packet.result.error != 0;
  return packet;
}

u64 CryptoUnit::service_ps(u32 control0, u32 control1, std::size_t bytes) const {
  const u64 rates[] = {params_.aes_rate, params_.aes_cbc_encrypt_rate, params_.sha1_sha256_rate, params_.sha512_rate,
                       params_.sha3_rate};
  const u64 rate = rates[static_cast<unsigned>(crypto::rate_of(control0, control1))];
  return params_.setup_cycles * kPsPerSecond / params_.clock_hz + bytes * (kPsPerSecond / 1000) / (rate / 1000);
}

void CryptoUnit::fetch_thread() {
  for (unsigned next = 0;;) {
    bool found = false;
    for (unsigned i = 0; i < kRings && !found; ++i) {
      const unsigned ring = (next + i) % kRings;
      if (!attached(ring) || !commands_[ring].valid() || commands_[ring].prepared < commands_[ring].stride()) continue;
      delay_ = sc_core::SC_ZERO_TIME;
      std::optional<Packet> packet = fetch(ring);
      if (!packet) continue;
      found = true;
      next = ring + 1;
      const unsigned resets = resets_;
      wait(delay_);
      while (inside_.size() >= params_.fetched_packets) wait(room_);
      if (resets != resets_) continue;
      inside_.push_back(std::move(*packet));
      ready_.notify(sc_core::SC_ZERO_TIME);
    }
    if (!found) wait(work_);
  }
}

void CryptoUnit::store_thread() {
  for (;;) {
    while (inside_.empty()) wait(ready_);
    const unsigned resets = resets_;
    const u64 now_ps = sc_core::sc_time_stamp().value();
    if (inside_.front().ready_ps > now_ps) wait(sc_core::sc_time::from_value(inside_.front().ready_ps - now_ps));
    while (resets == resets_ && !store(inside_.front())) wait(room_);
    if (resets != resets_) continue;
    inside_.pop_front();
    room_.notify(sc_core::SC_ZERO_TIME);
  }
}

/// Spreads the bytes over as many result descriptors as they need.
bool CryptoUnit::store(const Packet& packet) {
  Ring& results = results_[packet.ring];
  const std::vector<u8>& bytes = packet.result.bytes;
  struct Piece {
    u64 address;
    mppa_crypto_result descriptor;
    std::size_t bytes;
  };
  std::vector<Piece> pieces;
  std::size_t left = bytes.size();
  u32 at = results.prepared_at;
  delay_ = sc_core::SC_ZERO_TIME;
  do {
    if (!results.valid() || results.prepared < (pieces.size() + 1) * results.stride()) return false;
    Piece piece{results.base() + at, {}, 0};
    if (!transfer(false, piece.address, &piece.descriptor, sizeof piece.descriptor)) {
      bus_error(packet.ring);
      return true;
    }
    piece.bytes = std::min<std::size_t>(left, piece.descriptor.segment & MPPA_CRYPTO_LENGTH);
    left -= piece.bytes;
    at = wrap(at + 4 * results.stride(), results.size);
    pieces.push_back(piece);
    // A descriptor without room cannot take anything: the rest is lost.
    if (piece.bytes == 0) break;
  } while (left > 0);
  std::size_t done = 0;
  u32 error = packet.result.error;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    Piece& p = pieces[i];
    if (!transfer(true, address_of(p.descriptor.data_lo, p.descriptor.data_hi), const_cast<u8*>(bytes.data()) + done,
                  p.bytes))
      error |= MPPA_CRYPTO_ERROR_BUS;
    done += p.bytes;
    p.descriptor.segment = static_cast<u32>(p.bytes) | (i == 0 ? MPPA_CRYPTO_FIRST : 0) |
                           (i + 1 == pieces.size() ? MPPA_CRYPTO_LAST : 0) | (left > 0 ? MPPA_CRYPTO_OVERFLOW : 0);
    p.descriptor.result = static_cast<u32>(done) | error << MPPA_CRYPTO_ERROR_SHIFT;
    transfer(true, p.address, &p.descriptor, sizeof p.descriptor);
  }
  const unsigned resets = resets_;
  wait(delay_);
  if (resets == resets_) finish(packet, static_cast<u32>(pieces.size()) * results.stride());
  return true;
}

void CryptoUnit::finish(const Packet& packet, u32 result_words) {
  Ring &commands = commands_[packet.ring], &results = results_[packet.ring];
  advance(results, result_words);
  const auto done = [](Ring& ring, u32 words) {
    ring.processed += words;
    ring.processed_at = wrap(ring.processed_at + 4 * words, ring.size);
    ++ring.packets;
  };
  done(commands, packet.command_words);
  done(results, result_words);
  const u32 threshold = results.threshold & 0x3FF;
  if (threshold == 0 || results.packets < threshold) return;
  results.status |= MPPA_CRYPTO_STATUS_THRESHOLD;
  if (!(irq_enable_[packet.ring] >> (2 * packet.ring + 1) & 1)) return;
  interrupt->pulse(first_line_ + 1 + packet.ring, sc_core::sc_time_stamp());
}

void CryptoUnit::write_stats(StatWriter& out) const {
  out.counter("packets", packets_, "packets", "packets processed");
  out.counter("bytes", bytes_, "bytes", "bytes of packets");
  out.counter("errors", errors_, "packets", "packets with an error");
}

}  // namespace mppa::cluster
