// Lowers the generic IR that clang emits for an unknown target to the KV3 calling convention (docs: KV3-1 C ABI, 3).
//
// clang's default ABI passes aggregates as `byval` pointers, returns them through `sret` and leaves `va_arg` to the
// back end. KV3 passes the memory image of an aggregate in consecutive 64-bit slots and returns up to 32 bytes in
// r0..r3. After this pass:
//   - a byval parameter of n bytes is a `[ceil(n/8) x i64]` value (none for n = 0), in definitions and calls;
//   - a vector parameter is the same kind of image, so that no vector convention exists below this point;
//   - an sret result of at most 32 bytes is a returned `[ceil(n/8) x i64]`; larger ones and the classes C++ wants in
//     memory keep their pointer, which the back end puts into r15;
//   - `va_arg` is a load from the list's pointer, which steps by 8-byte slots;
//   - no parameter or call result is assumed to be extended to 64 bits (the ABI leaves upper bits unspecified);
//     definitions zero-extend small integer results as the public compiler does.
// The pass is idempotent and must run before any optimisation (argument promotion or dead-argument removal would
// otherwise see signatures that are about to change).
#pragma once

#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/IR/PassManager.h"
#include "llvm/IR/Type.h"

#include <memory>

namespace mppa::toolchain {

// Function whose call marks the list operand of an aggregate's va_arg: ptr (ptr list, i64 bytes).
inline constexpr const char* kVaAggregateMarker = "__kvx_va_aggregate";

inline constexpr uint64_t kMaxRegisterResultBytes = 32;

struct AbiNotes {
  llvm::SmallPtrSet<const llvm::Type*, 16> memory_classes;  // returned in memory whatever their size
};

class AbiLoweringPass : public llvm::PassInfoMixin<AbiLoweringPass> {
 public:
  explicit AbiLoweringPass(std::shared_ptr<const AbiNotes> notes) : notes_(std::move(notes)) {}
  llvm::PreservedAnalyses run(llvm::Module& module, llvm::ModuleAnalysisManager&);
  static bool isRequired() { return true; }

 private:
  std::shared_ptr<const AbiNotes> notes_;
};

}  // namespace mppa::toolchain
