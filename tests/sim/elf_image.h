// Builds small KV3 ELF files in memory, right or wrong on purpose.
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "models/common/types.h"

namespace mppa::test {

template <class T>
void put(std::vector<u8>& bytes, std::size_t offset, T value) {
  if (bytes.size() < offset + sizeof(T)) bytes.resize(offset + sizeof(T));
  std::memcpy(bytes.data() + offset, &value, sizeof(T));
}

/// An executable with one segment = one code section at 0x100000 and the symbols _start (function, offset 0) and
/// data (object, offset 8).
struct ElfImage {
  static constexpr std::size_t kCode = 0x78;  ///< file offset of the code
  static constexpr std::size_t kCodeSize = 24;
  static constexpr std::size_t kNames = kCode + kCodeSize;  ///< section names
  static constexpr std::size_t kStrings = kNames + 32;      ///< symbol names
  static constexpr std::size_t kSymbols = kStrings + 16;
  static constexpr std::size_t kSections = kSymbols + 3 * 24;
  static constexpr std::size_t kEnd = kSections + 5 * 64;

  std::vector<u8> bytes = std::vector<u8>(kEnd);

  ElfImage() {
    const u8 ident[] = {0x7f, 'E', 'L', 'F', 2, 1, 1};
    std::memcpy(bytes.data(), ident, sizeof ident);
    put<u16>(bytes, 16, 2);          // ET_EXEC
    put<u16>(bytes, 18, 256);        // EM_KVX
    put<u64>(bytes, 24, 0x100000);   // entry
    put<u64>(bytes, 32, 64);         // program headers
    put<u64>(bytes, 40, kSections);  // section headers
    put<u32>(bytes, 48, 0x1308);     // kv3-1, 64 bit
    put<u16>(bytes, 54, 56);
    put<u16>(bytes, 56, 1);
    put<u16>(bytes, 58, 64);
    put<u16>(bytes, 60, 5);
    put<u16>(bytes, 62, 2);  // section names: section 2
    segment();
    const u32 code[] = {0x7fffffff, 0x0fd00000, 0x64636261, 0x01020304, 0x67666564, 0};
    std::memcpy(bytes.data() + kCode, code, sizeof code);
    std::memcpy(bytes.data() + kNames, "\0.text\0.names\0.str\0.sym", 24);
    std::memcpy(bytes.data() + kStrings, "\0_start\0data", 13);
    section(1, 1, 1, 6, 0x100000, kCode, kCodeSize, 0, 0);
    section(2, 7, 3, 0, 0, kNames, 32, 0, 0);
    section(3, 14, 3, 0, 0, kStrings, 16, 0, 0);
    section(4, 19, 2, 0, 0, kSymbols, 72, 3, 24);
    symbol(1, 1, 0x12, 0x100000, 8);
    symbol(2, 8, 0x11, 0x100008, 16);
  }

  void segment() {
    put<u32>(bytes, 64, 1);  // PT_LOAD
    put<u32>(bytes, 68, 5);
    put<u64>(bytes, 72, kCode);
    put<u64>(bytes, 80, 0x100000);
    put<u64>(bytes, 88, 0x200000);
    put<u64>(bytes, 96, kCodeSize);
    put<u64>(bytes, 104, 64);
  }

  void section(u32 n, u32 name, u32 type, u64 flags, u64 address, u64 offset, u64 size, u32 link, u64 entry) {
    const std::size_t at = kSections + n * 64;
    put(bytes, at, name);
    put(bytes, at + 4, type);
    put(bytes, at + 8, flags);
    put(bytes, at + 16, address);
    put(bytes, at + 24, offset);
    put(bytes, at + 32, size);
    put(bytes, at + 40, link);
    put(bytes, at + 56, entry);
  }

  void symbol(u32 n, u32 name, u8 info, u64 value, u64 size) {
    const std::size_t at = kSymbols + n * 24;
    put(bytes, at, name);
    put(bytes, at + 4, info);
    put<u16>(bytes, at + 6, 1);
    put(bytes, at + 8, value);
    put(bytes, at + 16, size);
  }
};

}  // namespace mppa::test
