// Reads objects, bitcode and archives and finds which of them a program consists of, as a linker would.
#pragma once

#include "lto.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/Object/Archive.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>

namespace mppa::toolchain {

// One object file, bitcode or native, possibly an archive member.
struct LinkObject {
  llvm::MemoryBufferRef buffer;
  bool bitcode = false;
  size_t item = 0;  // index of the command-line item it comes from
  std::vector<std::string> defined, undefined;
};

class LinkInputs {
 public:
  // Reads every input of the list; libraries are searched in `directories`, and left to the linker when not found.
  llvm::Error read(const std::vector<LinkItem>& items, const std::vector<std::string>& directories);

  bool has_bitcode() const { return has_bitcode_; }

  // The objects of the program: all named ones, then the archive members that define something still undefined.
  // `roots` are symbols wanted from the start.
  std::vector<const LinkObject*> resolve(const std::vector<std::string>& roots) const;

 private:
  llvm::Error add_file(const std::string& path, size_t item);
  llvm::Error add_archive(llvm::MemoryBufferRef buffer, size_t item);
  llvm::Error add_object(llvm::MemoryBufferRef buffer, size_t item, bool in_archive);

  std::vector<std::unique_ptr<llvm::MemoryBuffer>> buffers_;
  std::vector<std::unique_ptr<llvm::object::Archive>> archives_;
  std::vector<std::unique_ptr<LinkObject>> objects_, members_;
  bool has_bitcode_ = false;
};

}  // namespace mppa::toolchain
