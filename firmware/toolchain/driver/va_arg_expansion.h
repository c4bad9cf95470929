// Variable arguments: the list is a pointer to the next 8-byte slot (docs: KV3-1 C ABI, 3).
#pragma once

namespace llvm {
class Function;
}

namespace mppa::toolchain {

// Replaces `va_arg` and `llvm.va_copy` by loads and stores of the list pointer. `va_start` stays for the back end.
void expand_va_arg(llvm::Function& function);

}  // namespace mppa::toolchain
