#include "models/host/nvme_tcp/queue.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "models/common/crc32.h"

namespace mppa::host::nvme_tcp {

namespace {

// Offsets of fields behind the common header [3.6.2].
constexpr u32 kVersion = 8, kAlignment = 10, kDigests = 11, kMaxData = 12;  // ICReq, ICResp
constexpr u32 kCommandId = 8, kTag = 10, kOffset = 12, kBytes = 16;         // H2CData, C2HData, R2T
constexpr u32 kCompletionId = 20;                                           // CapsuleResp: in its completion
constexpr u32 kWhy = 8, kWhere = 10;                                        // TermReq

std::vector<u8> new_pdu(PduType type, unsigned bytes) {
  std::vector<u8> pdu(bytes);
  pdu[0] = static_cast<u8>(type);
  pdu[2] = static_cast<u8>(bytes);
  store<u32>(pdu, 4, bytes);
  return pdu;
}

}  // namespace

Queue::Queue(tcp::Stack& stack, Timeline& time, u16 id, const QueueParams& params)
    : stack_(stack), time_(time), id_(id), params_(params), slots_(params.entries - 1) {
  for (std::size_t i = slots_.size(); i > 0; --i) free_.push_back(static_cast<u16>(i - 1));
}

Queue::~Queue() { close(); }

void Queue::open(u32 address, u16 port, Ready ready, Lost lost) {
  ready_ = std::move(ready);
  lost_ = std::move(lost);
  connection_ = &stack_.connect(address, port, *this);
}

void Queue::close() {
  lost_ = nullptr;
  if (connection_) std::exchange(connection_, nullptr)->detach();
}

void Queue::established() {
  std::vector<u8> request = new_pdu(PduType::kIcReq, kIcBytes);
  request[kDigests] = static_cast<u8>((params_.header_digest ? 1 : 0) | (params_.data_digest ? 2 : 0));
  store<u32>(request, kMaxData, params_.max_r2t - 1);
  auto owner = std::make_shared<std::vector<u8>>(std::move(request));
  connection_->send({*owner, owner});
}

void Queue::ended(tcp::End how) {
  connection_ = nullptr;
  lose(fmt::format("connection {}", tcp::end_name(how)));
}

void Queue::lose(const std::string& why) {
  const Lost lost = std::exchange(lost_, nullptr);
  close();
  if (lost) lost(why);
}

u64 Queue::oldest() const {
  u64 oldest = ~u64{0};
  for (const Slot& slot : slots_)
    if (slot.is_used && !slot.command.may_wait) oldest = std::min(oldest, slot.submitted);
  return oldest;
}

std::vector<Command> Queue::take_all() {
  std::vector<Command> out;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (!std::exchange(slots_[i].is_used, false)) continue;
    out.push_back(std::move(slots_[i].command));
    free_.push_back(static_cast<u16>(i));
  }
  return out;
}

/// Sends a PDU: header, header digest, padding, data, data digest. The flags and PDO are filled in here.
void Queue::send_pdu(std::vector<u8> header, std::span<const u8> data, const std::shared_ptr<void>& owner) {
  const std::size_t length = header.size();
  const std::size_t with_digest = length + (params_.header_digest ? kDigestBytes : 0);
  std::size_t total = with_digest;
  if (!data.empty()) {
    const std::size_t place = (with_digest + alignment_ - 1) / alignment_ * alignment_;
    total = place + data.size() + (params_.data_digest ? kDigestBytes : 0);
    header[3] = static_cast<u8>(place);
    if (params_.data_digest) header[1] |= pdu_flag::kDataDigest;
    header.resize(place);
  } else {
    header.resize(with_digest);
  }
  if (params_.header_digest) header[1] |= pdu_flag::kHeaderDigest;
  store<u32>(header, 4, static_cast<u32>(total));
  if (params_.header_digest) store<u32>(header, length, crc32c(std::span(header).first(length)));
  auto front = std::make_shared<std::vector<u8>>(std::move(header));
  connection_->send({*front, front});
  if (data.empty()) return;
  connection_->send({data, owner});
  if (!params_.data_digest) return;
  auto digest = std::make_shared<std::array<u8, kDigestBytes>>();
  store<u32>(*digest, 0, crc32c(data));
  connection_->send({*digest, digest});
}

void Queue::submit(Command command) {
  const u16 cid = free_.back();
  free_.pop_back();
  Slot& slot = slots_[cid];
  slot = {std::move(command), time_.now(), 0, 0, true, false};
  ++counters_.commands;
  Sqe& sqe = slot.command.sqe;
  sqe.cid = cid;
  sqe.flags |= kUsesSgl;
  const std::span<const u8> out = slot.command.out;
  const bool in_capsule = !out.empty() && out.size() <= capsule_data_;
  const u64 length = out.empty() ? slot.command.in.size() : out.size();
  sqe.prp1 = 0;  // the SGL descriptor: address, length, type
  sqe.prp2 = length | u64{in_capsule ? kSglOffset : kSglTransport} << 56;
  std::vector<u8> pdu = new_pdu(PduType::kCapsuleCmd, kCommandBytes);
  std::memcpy(&pdu[kCommonBytes], &sqe, sizeof sqe);
  if (in_capsule) slot.sent = static_cast<u32>(out.size());
  if (!connection_) return;  // lost() is about to be called
  send_pdu(std::move(pdu), in_capsule ? out : std::span<const u8>{}, slot.command.owner);
}

void Queue::malformed(Fatal why, u32 field, std::span<const u8> header) {
  terminate(why, field, header);
  lose(fmt::format("malformed PDU of type {} (error {} at {})", header.empty() ? 0 : header[0],
                   static_cast<unsigned>(why), field));
}

bool Queue::violate(Fatal why, u32 field, const Pdu& pdu, const std::string& text) {
  terminate(why, field, pdu.header);
  lose(text);
  return false;
}

/// H2CTermReq with the header of the PDU that was wrong; never with digests [3.6.2.4].
void Queue::terminate(Fatal why, u32 field, std::span<const u8> header) {
  if (!connection_) return;
  auto pdu = std::make_shared<std::vector<u8>>(new_pdu(PduType::kH2cTermReq, kTermBytes));
  store<u16>(*pdu, kWhy, static_cast<u16>(why));
  store<u32>(*pdu, kWhere, field);
  pdu->insert(pdu->end(), header.begin(), header.end());
  store<u32>(*pdu, 4, static_cast<u32>(pdu->size()));
  connection_->send({*pdu, pdu});
}

bool Queue::header(const Pdu& pdu, std::span<u8>& to) {
  ++counters_.pdus_in;
  const bool opens = pdu.type == PduType::kIcResp;
  if (opens == is_initialised_ && pdu.type != PduType::kC2hTermReq)
    return violate(Fatal::kSequence, 0, pdu, opens ? "a second ICResp" : "a PDU before ICResp");
  return pdu.type != PduType::kC2hData || data_header(pdu, to);
}

bool Queue::complete(const Pdu& pdu, bool data_ok) {
  switch (pdu.type) {
    case PduType::kIcResp:
      return initialised(pdu);
    case PduType::kC2hData:
      return data_complete(pdu, data_ok);
    case PduType::kR2t:
      return ready_to_transfer(pdu);
    case PduType::kCapsuleResp:
      return response(pdu);
    case PduType::kC2hTermReq:
      lose(fmt::format("the controller ended the connection: error {} at {}", load<u16>(pdu.header, kWhy),
                       load<u32>(pdu.header, kWhere)));
      return false;
    case PduType::kIcReq:
    case PduType::kH2cTermReq:
    case PduType::kCapsuleCmd:
    case PduType::kH2cData:
      break;  // the reader lets none of them pass
  }
  return false;
}

bool Queue::initialised(const Pdu& pdu) {
  if (load<u16>(pdu.header, kVersion) != 0)
    return violate(Fatal::kUnsupported, kVersion, pdu, "unknown PDU format version");
  const unsigned alignment = pdu.header[kAlignment], digests = pdu.header[kDigests];
  if (alignment > 31) return violate(Fatal::kInvalidField, kAlignment, pdu, "invalid CPDA");
  const unsigned wanted = (params_.header_digest ? 1u : 0u) | (params_.data_digest ? 2u : 0u);
  if ((digests & 3) != wanted) {
    return violate(Fatal::kUnsupported, kDigests, pdu,
                   fmt::format("digests {} wanted, {} granted (1: header, 2: data)", wanted, digests & 3));
  }
  max_h2c_data_ = load<u32>(pdu.header, kMaxData);
  if (max_h2c_data_ < kMinH2cData || max_h2c_data_ % 4 != 0)
    return violate(Fatal::kInvalidField, kMaxData, pdu, fmt::format("invalid MAXH2CDATA {}", max_h2c_data_));
  alignment_ = 4 * (alignment + 1);
  is_initialised_ = true;
  reader_.use_digests(params_.header_digest, params_.data_digest);
  if (auto ready = std::exchange(ready_, nullptr)) ready();
  return connection_ != nullptr;
}

Queue::Slot* Queue::slot_of(const Pdu& pdu, std::size_t field) {
  const u16 cid = load<u16>(pdu.header, field);
  return cid < slots_.size() && slots_[cid].is_used ? &slots_[cid] : nullptr;
}

bool Queue::data_header(const Pdu& pdu, std::span<u8>& to) {
  Slot* slot = slot_of(pdu, kCommandId);
  if (!slot) return violate(Fatal::kInvalidField, kCommandId, pdu, "data for no command");
  // Data of a command come in order [3.3.2.2].
  const u64 offset = load<u32>(pdu.header, kOffset);
  if (offset != slot->received || offset + pdu.data_bytes > slot->command.in.size()) {
    return violate(Fatal::kOutOfRange, kOffset, pdu,
                   fmt::format("{} bytes of data at {} for a command of {}, of which {} are there", pdu.data_bytes,
                               offset, slot->command.in.size(), slot->received));
  }
  to = slot->command.in.subspan(offset, pdu.data_bytes);
  return true;
}

bool Queue::data_complete(const Pdu& pdu, bool data_ok) {
  Slot& slot = *slot_of(pdu, kCommandId);
  slot.received += pdu.data_bytes;
  if (!data_ok) {
    ++counters_.digest_errors;
    slot.data_wrong = true;
  }
  if (!pdu.has(pdu_flag::kSuccess)) return true;
  if (!pdu.has(pdu_flag::kLast)) return violate(Fatal::kInvalidField, 1, pdu, "success before the last data");
  Cqe completion;
  completion.cid = slot.command.sqe.cid;
  return finish(slot, completion);
}

bool Queue::ready_to_transfer(const Pdu& pdu) {
  ++counters_.r2ts;
  Slot* slot = slot_of(pdu, kCommandId);
  if (!slot) return violate(Fatal::kInvalidField, kCommandId, pdu, "R2T for no command");
  const u64 offset = load<u32>(pdu.header, kOffset), bytes = load<u32>(pdu.header, kBytes);
  if (offset != slot->sent || bytes == 0 || offset + bytes > slot->command.out.size()) {
    return violate(Fatal::kOutOfRange, kOffset, pdu,
                   fmt::format("R2T of {} bytes at {} for a command of {}, of which {} are sent", bytes, offset,
                               slot->command.out.size(), slot->sent));
  }
  for (u64 at = 0; at < bytes;) {
    const u64 piece = std::min<u64>(bytes - at, max_h2c_data_);
    std::vector<u8> data = new_pdu(PduType::kH2cData, kDataHeaderBytes);
    if (at + piece == bytes) data[1] |= pdu_flag::kLast;
    store<u16>(data, kCommandId, slot->command.sqe.cid);
    store<u16>(data, kTag, load<u16>(pdu.header, kTag));
    store<u32>(data, kOffset, static_cast<u32>(offset + at));
    store<u32>(data, kBytes, static_cast<u32>(piece));
    send_pdu(std::move(data), slot->command.out.subspan(offset + at, piece), slot->command.owner);
    at += piece;
  }
  slot->sent += static_cast<u32>(bytes);
  return true;
}

bool Queue::response(const Pdu& pdu) {
  Slot* slot = slot_of(pdu, kCompletionId);
  if (!slot) return violate(Fatal::kInvalidField, kCompletionId, pdu, "completion of no command");
  Cqe completion;
  std::memcpy(&completion, &pdu.header[kCommonBytes], sizeof completion);
  return finish(*slot, completion);
}

/// A successful command whose data are wrong or not complete has not succeeded. A controller may return less than was
/// asked for of some admin commands, never of a read.
bool Queue::finish(Slot& slot, Cqe completion) {
  const bool io = id_ != 0;
  const bool short_data = io && slot.received < slot.command.in.size();
  const bool unsent = slot.sent < slot.command.out.size();
  const bool success = completion.status >> 1 == 0;
  if (success && (slot.data_wrong || short_data || unsent)) completion.status = kTransientTransportError << 1;
  slot.is_used = false;
  Command command = std::exchange(slot.command, {});
  free_.push_back(completion.cid);
  command.done(completion);
  return connection_ != nullptr;
}

}  // namespace mppa::host::nvme_tcp
