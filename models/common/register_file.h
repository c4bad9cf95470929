// Device registers, declared once: offset, width, access, reset value and what a read or write does. Address decoding,
// the register map of the documentation and access logs all come from that one declaration.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/common/types.h"

namespace mppa {

enum class RegAccess : u8 {
  kRw,     ///< plain storage under `write_mask`
  kRo,     ///< writes are ignored
  kWo,     ///< reads as zero
  kW1c,    ///< writing ones clears
  kLac,    ///< load and clear: a read returns the value of `source` (or its own) and clears it
  kSet,    ///< writing ones sets bits of `source`; reads return it
  kClear,  ///< writing ones clears bits of `source`; reads return it
};

/// The outcome of a bus access to a device.
enum class BusStatus : u8 { kOk, kAddressError, kAlignmentError, kRefused };

class RegisterFile;

/// A register or an array of equal registers. Callbacks get the element index.
class Register {
 public:
  using OnRead = std::function<u64(unsigned index)>;
  using OnWrite = std::function<void(unsigned index, u64 value)>;

  Register& doc(std::string text);
  Register& reset_value(u64 value);
  Register& mask(u64 write_mask);
  /// The register whose storage kLac, kSet and kClear act on; default: itself.
  Register& source(Register& other);
  /// Replaces the value a read returns (the storage is left alone unless the callback changes it).
  Register& on_read(OnRead callback);
  /// Called after a write has changed the storage (after masking; kW1c, kSet, kClear applied), with the raw value
  /// written.
  Register& on_write(OnWrite callback);

  /// A write of a value for which this is false is refused: it changes nothing and is an error on the bus.
  Register& accepts(std::function<bool(u64 value)> allowed);

  /// Says what a read would return now, or nothing if reading has an effect; only for registers with on_read, whose
  /// value must depend on the storage alone.
  using Peek = std::function<std::optional<u64>(unsigned index)>;
  Register& peek(Peek callback);

  u64 get(unsigned index = 0) const { return storage()[index]; }
  void set(u64 value, unsigned index = 0) {
    u64& place = storage()[index];
    if (place == value) return;
    announce(index);
    place = value;
  }
  unsigned count() const { return count_; }
  const std::string& name() const { return name_; }

 private:
  friend class RegisterFile;
  void announce(unsigned index) const;
  std::vector<u64>& storage() { return source_ ? source_->values_ : values_; }
  const std::vector<u64>& storage() const { return source_ ? source_->values_ : values_; }

  std::string name_;
  std::string doc_;
  u64 offset_ = 0;
  u64 stride_ = 0;
  unsigned count_ = 1;
  unsigned width_ = 8;
  RegAccess access_ = RegAccess::kRw;
  u64 reset_ = 0;
  u64 mask_ = ~u64{0};
  Register* source_ = nullptr;
  OnRead on_read_;
  OnWrite on_write_;
  std::function<bool(u64)> accepts_;
  Peek peek_;
  const RegisterFile* file_ = nullptr;
  std::vector<u64> values_;
};

/// The registers of one device. Accesses must be as wide as the register and aligned to it; a device whose bytes may be
/// accessed in bulk says so per register by declaring width 1.
class RegisterFile {
 public:
  /// `size`: bytes of the device's address window.
  RegisterFile(std::string name, u64 size) : name_(std::move(name)), size_(size) {}

  /// Declares a register of `width` bytes (1, 4 or 8) at `offset`; overlaps are a std::logic_error.
  Register& add(std::string name, u64 offset, unsigned width, RegAccess access);
  /// Declares `count` registers at offset, offset + stride, ...
  Register& add_array(std::string name, u64 offset, unsigned width, RegAccess access, unsigned count, u64 stride);

  /// Reads or writes `bytes` at `offset`. Bulk accesses to 1-byte registers are split. A hole is kAddressError.
  BusStatus read(u64 offset, void* data, unsigned bytes);
  BusStatus write(u64 offset, const void* data, unsigned bytes);

  /// What a read of `bytes` at `offset` would return.
  struct Peeked {
    u64 value = 0;
    u64 storage = 0;  ///< offset whose on_change() tells that the value may become another one
  };
  /// Nothing if the read would have an effect, or its value is not that of a storage.
  std::optional<Peeked> peek(u64 offset, unsigned bytes) const;
  /// Called before the storage of the register at `offset` changes, for whatever reason.
  std::function<void(u64 offset)> on_change;

  /// Puts every register to its reset value; on_write is not called.
  void reset();

  const std::string& name() const { return name_; }
  u64 size() const { return size_; }
  /// The map as Markdown table rows: offset, name, width, access, reset, meaning.
  std::string markdown() const;

 private:
  struct Hit {
    Register* reg = nullptr;
    unsigned index = 0;
  };
  Hit find(u64 offset) const;
  u64 read_register(Register& reg, unsigned index);
  void write_register(Register& reg, unsigned index, u64 value);

  std::string name_;
  u64 size_;
  std::vector<std::unique_ptr<Register>> registers_;
  /// Sorted by offset; one element per register, arrays by their first offset. Built on first use.
  mutable std::vector<Register*> order_;
};

}  // namespace mppa
