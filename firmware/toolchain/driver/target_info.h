// What the clang front end must know about KV3: data model, register names, predefined macros (docs: KV3-1 C ABI).
#pragma once

#include "clang/Basic/TargetInfo.h"
#include "clang/Basic/TargetOptions.h"

#include <memory>

namespace mppa::toolchain {

// Triple under which the back end and the front end know the target; LLVM has no architecture of that name, so the
// architecture part stays "unknown" to it.
inline constexpr const char* kTriple = "kvx-unknown-unknown-elf";

class KvxTargetInfo : public clang::TargetInfo {
 public:
  explicit KvxTargetInfo(std::shared_ptr<clang::TargetOptions> options);

  void getTargetDefines(const clang::LangOptions& options, clang::MacroBuilder& builder) const override;
  llvm::ArrayRef<clang::Builtin::Info> getTargetBuiltins() const override { return {}; }
  BuiltinVaListKind getBuiltinVaListKind() const override { return VoidPtrBuiltinVaList; }
  bool hasSjLjLowering() const override { return true; }  // __builtin_setjmp, __builtin_longjmp
  bool validateAsmConstraint(const char*& name, ConstraintInfo& info) const override;
  std::string_view getClobbers() const override { return ""; }
  llvm::ArrayRef<const char*> getGCCRegNames() const override;
  llvm::ArrayRef<GCCRegAlias> getGCCRegAliases() const override;
  bool isSPRegName(llvm::StringRef name) const override { return name == "sp" || name == "r12"; }
  bool hasInt128Type() const override { return true; }
  bool hasBitIntType() const override { return true; }
  bool isValidCPUName(llvm::StringRef name) const override { return name == "kv3-1"; }
  bool setCPU(const std::string& name) override { return isValidCPUName(name); }
  bool isCLZForZeroUndef() const override { return false; }  // clz of 0 gives the operand width
  int getEHDataRegisterNumber(unsigned) const override { return -1; }
  bool allowsLargerPreferedTypeAlignment() const override { return false; }
};

}  // namespace mppa::toolchain
