#include "va_arg_expansion.h"

#include "abi_lowering.h"

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"

namespace mppa::toolchain {
namespace {

using namespace llvm;

constexpr uint64_t kSlotBytes = 8;

// Slots are 8-byte aligned whatever the type: no access through the slot may assume more.
void limit_alignment(Value* pointer) {
  for (User* user : pointer->users()) {
    if (auto* load = dyn_cast<LoadInst>(user))
      load->setAlignment(std::min(load->getAlign(), Align(kSlotBytes)));
    else if (auto* copy = dyn_cast<MemTransferInst>(user); copy && copy->getRawSource() == pointer)
      copy->setSourceAlignment(std::min(copy->getSourceAlign().valueOrOne(), Align(kSlotBytes)));
    else if (auto* address = dyn_cast<GetElementPtrInst>(user))
      limit_alignment(address);
  }
}

void expand(VAArgInst& va_arg, const DataLayout& layout) {
  IRBuilder<> b(&va_arg);
  Value* list = va_arg.getPointerOperand();
  CallInst* marker = nullptr;
  if (auto* call = dyn_cast<CallInst>(list);
      call && call->getCalledFunction() && call->getCalledFunction()->getName() == kVaAggregateMarker) {
    marker = call;
    list = marker->getArgOperand(0);
  }
  const uint64_t bytes = marker ? cast<ConstantInt>(marker->getArgOperand(1))->getZExtValue()
                                : layout.getTypeAllocSize(va_arg.getType()).getFixedValue();
  Value* slot = b.CreateAlignedLoad(b.getPtrTy(), list, Align(kSlotBytes), "va.slot");
  Value* next = b.CreateConstInBoundsGEP1_64(b.getInt8Ty(), slot, alignTo(bytes, kSlotBytes), "va.next");
  b.CreateAlignedStore(next, list, Align(kSlotBytes));
  Value* result = marker ? slot : b.CreateAlignedLoad(va_arg.getType(), slot, Align(kSlotBytes));
  va_arg.replaceAllUsesWith(result);
  va_arg.eraseFromParent();
  if (marker) {
    limit_alignment(slot);
    if (marker->use_empty()) marker->eraseFromParent();
  }
}

void expand(VACopyInst& copy) {
  IRBuilder<> b(&copy);
  Value* list = b.CreateAlignedLoad(b.getPtrTy(), copy.getSrc(), Align(kSlotBytes));
  b.CreateAlignedStore(list, copy.getDest(), Align(kSlotBytes));
  copy.eraseFromParent();
}

}  // namespace

void expand_va_arg(Function& function) {
  SmallVector<Instruction*, 8> found;
  for (Instruction& instruction : instructions(function))
    if (isa<VAArgInst, VACopyInst>(instruction)) found.push_back(&instruction);
  for (Instruction* instruction : found) {
    if (auto* va_arg = dyn_cast<VAArgInst>(instruction))
      expand(*va_arg, function.getDataLayout());
    else
      expand(cast<VACopyInst>(*instruction));
  }
}

}  // namespace mppa::toolchain
