#include "models/common/register_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace mppa {

Register& Register::doc(std::string text) {
  doc_ = std::move(text);
  return *this;
}

Register& Register::reset_value(u64 value) {
  reset_ = value;
  std::fill(values_.begin(), values_.end(), value);
  return *this;
}

Register& Register::mask(u64 write_mask) {
  mask_ = write_mask;
  return *this;
}

Register& Register::source(Register& other) {
  if (other.count_ < count_) throw std::logic_error("register " + name_ + ": its source has fewer elements");
  source_ = &other;
  return *this;
}

Register& Register::on_read(OnRead callback) {
  on_read_ = std::move(callback);
  return *this;
}

Register& Register::peek(Peek callback) {
  peek_ = std::move(callback);
  return *this;
}

Register& Register::accepts(std::function<bool(u64)> allowed) {
  accepts_ = std::move(allowed);
  return *this;
}

Register& Register::on_write(OnWrite callback) {
  on_write_ = std::move(callback);
  return *this;
}

Register& RegisterFile::add(std::string name, u64 offset, unsigned width, RegAccess access) {
  return add_array(std::move(name), offset, width, access, 1, width);
}

Register& RegisterFile::add_array(std::string name, u64 offset, unsigned width, RegAccess access, unsigned count,
                                  u64 stride) {
  auto reg = std::make_unique<Register>();
  reg->name_ = std::move(name);
  reg->offset_ = offset;
  reg->width_ = width;
  reg->access_ = access;
  reg->count_ = count;
  reg->stride_ = stride;
  reg->values_.assign(count, 0);
  reg->file_ = this;
  const u64 end = offset + (count - 1) * stride + width;
  if (count == 0 || (width != 1 && width != 4 && width != 8) || offset % width != 0 || stride < width || end > size_)
    throw std::logic_error(fmt::format("{}: register {} does not fit", name_, reg->name_));
  for (unsigned i = 0; i < count; ++i)
    if (find(offset + i * stride).reg)
      throw std::logic_error(fmt::format("{}: register {} overlaps another", name_, reg->name_));
  registers_.push_back(std::move(reg));
  order_.clear();
  return *registers_.back();
}

void Register::announce(unsigned index) const {
  const Register& owner = source_ ? *source_ : *this;
  if (owner.file_->on_change) owner.file_->on_change(owner.offset_ + index * owner.stride_);
}

std::optional<RegisterFile::Peeked> RegisterFile::peek(u64 offset, unsigned bytes) const {
  const Hit hit = offset < size_ ? find(offset) : Hit{};
  if (!hit.reg || hit.reg->width_ != bytes || offset % bytes != 0) return std::nullopt;
  const Register& r = *hit.reg;
  std::optional<u64> value = r.get(hit.index);
  if (r.on_read_)
    value = r.peek_ ? r.peek_(hit.index) : std::nullopt;
  else if (r.access_ == RegAccess::kLac && *value != 0)
    value.reset();
  else if (r.access_ == RegAccess::kWo)
    value = 0;
  if (!value) return std::nullopt;
  const Register& owner = r.source_ ? *r.source_ : r;
  return Peeked{*value, owner.offset_ + hit.index * owner.stride_};
}

RegisterFile::Hit RegisterFile::find(u64 offset) const {
  if (order_.size() != registers_.size()) {
    order_.clear();
    for (const auto& r : registers_) order_.push_back(r.get());
    std::sort(order_.begin(), order_.end(),
              [](const Register* a, const Register* b) { return a->offset_ < b->offset_; });
  }
  auto it = std::upper_bound(order_.begin(), order_.end(), offset,
                             [](u64 value, const Register* r) { return value < r->offset_; });
  // Interleaved arrays ("control[n].write", "control[n].set", ...) start before `offset` in any number: look back.
  while (it != order_.begin()) {
    Register* r = *--it;
    const u64 distance = offset - r->offset_;
    const u64 index = distance / r->stride_;
    if (index < r->count_ && distance % r->stride_ < r->width_) return {r, static_cast<unsigned>(index)};
  }
  return {};
}

u64 RegisterFile::read_register(Register& reg, unsigned index) {
  const u64 value = reg.on_read_ ? reg.on_read_(index) : reg.get(index);
  switch (reg.access_) {
    case RegAccess::kWo:
      return 0;
    case RegAccess::kLac:
      reg.set(0, index);
      return value;
    default:
      return value;
  }
}

void RegisterFile::write_register(Register& reg, unsigned index, u64 value) {
  const u64 old = reg.get(index);
  switch (reg.access_) {
    case RegAccess::kRw:
    case RegAccess::kWo:
      reg.set((old & ~reg.mask_) | (value & reg.mask_), index);
      break;
    case RegAccess::kW1c:
    case RegAccess::kClear:
      reg.set(old & ~(value & reg.mask_), index);
      break;
    case RegAccess::kSet:
      reg.set(old | (value & reg.mask_), index);
      break;
    case RegAccess::kRo:
    case RegAccess::kLac:
      return;
  }
  if (reg.on_write_) reg.on_write_(index, value);
}

BusStatus RegisterFile::read(u64 offset, void* data, unsigned bytes) {
  auto* out = static_cast<u8*>(data);
  while (bytes > 0) {
    const Hit hit = offset < size_ ? find(offset) : Hit{};
    if (!hit.reg) return BusStatus::kAddressError;
    const unsigned width = hit.reg->width_;
    if (bytes < width || offset % width != 0 || (width != 1 && bytes != width)) return BusStatus::kAlignmentError;
    const u64 value = read_register(*hit.reg, hit.index);
    std::memcpy(out, &value, width);
    out += width, offset += width, bytes -= width;
  }
  return BusStatus::kOk;
}

BusStatus RegisterFile::write(u64 offset, const void* data, unsigned bytes) {
  const auto* in = static_cast<const u8*>(data);
  while (bytes > 0) {
    const Hit hit = offset < size_ ? find(offset) : Hit{};
    if (!hit.reg) return BusStatus::kAddressError;
    const unsigned width = hit.reg->width_;
    if (bytes < width || offset % width != 0 || (width != 1 && bytes != width)) return BusStatus::kAlignmentError;
    u64 value = 0;
    std::memcpy(&value, in, width);
    if (hit.reg->accepts_ && !hit.reg->accepts_(value)) return BusStatus::kRefused;
    write_register(*hit.reg, hit.index, value);
    in += width, offset += width, bytes -= width;
  }
  return BusStatus::kOk;
}

void RegisterFile::reset() {
  for (auto& r : registers_)
    for (unsigned i = 0; i < r->count_ && !r->source_; ++i) r->set(r->reset_, i);
}

std::string RegisterFile::markdown() const {
  static constexpr std::string_view kNames[] = {"RW", "RO", "WO", "W1C", "LAC", "SET", "CLR"};
  find(0);  // sorts
  std::string out = "| offset | register | bytes | access | reset | meaning |\n|---|---|---|---|---|---|\n";
  for (const Register* r : order_) {
    const std::string where = r->count_ > 1 ? fmt::format("{:#x} + {:#x}*i, i < {}", r->offset_, r->stride_, r->count_)
                                            : fmt::format("{:#x}", r->offset_);
    out += fmt::format("| {} | {} | {} | {} | {:#x} | {} |\n", where, r->name_, r->width_,
                       kNames[static_cast<std::size_t>(r->access_)], r->reset_, r->doc_);
  }
  return out;
}

}  // namespace mppa
