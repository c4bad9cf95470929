#include "abi_lowering.h"

#include "va_arg_expansion.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/DebugInfo.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Module.h"

namespace mppa::toolchain {
namespace {

using namespace llvm;

constexpr unsigned kSlotBytes = 8;
constexpr unsigned kArgumentRegisters = 12;
// Aggregates of more slots than this pass what follows the argument registers as one block on the stack (`byval`, which
// the back end places like the words themselves) instead of word by word.
constexpr unsigned kMaxImageSlots = 32;

uint64_t slots(uint64_t bytes) { return (bytes + kSlotBytes - 1) / kSlotBytes; }

// How one parameter of a generic signature is passed.
struct Parameter {
  enum Kind { kKeep, kImage, kVector, kResult } kind = kKeep;
  uint64_t bytes = 0;        // size of the aggregate or vector
  uint64_t value_slots = 0;  // passed as [value_slots x i64]
  uint64_t block_slots = 0;  // then as a byval block of that many slots
  Align alignment;           // what the pointer of a byval parameter is known to have
};

// Memory images are arrays of slots.
ArrayType* image_type(LLVMContext& context, uint64_t count) { return ArrayType::get(Type::getInt64Ty(context), count); }

// The KV3 form of a function type with its attributes; the same code serves definitions and call sites.
class Signature {
 public:
  Signature(const DataLayout& layout, const AbiNotes& notes, LLVMContext& context, FunctionType* type,
            ArrayRef<Type*> arguments, const AttributeList& attributes)
      : layout_(layout), context_(context), attributes_(attributes) {
    result = type->getReturnType();
    for (unsigned i = 0; i != arguments.size(); ++i) parameters.push_back(classify(i, arguments[i], notes));
    if (result_bytes == 0 && isa<FixedVectorType>(result)) {
      const uint64_t bytes = layout.getTypeAllocSize(result);
      if (bytes <= kMaxRegisterResultBytes) {
        vector_result = result;
        result_bytes = bytes;
      }
    }
    if (result_bytes) result = image_type(context, slots(result_bytes));
    build(type, arguments);
  }

  FunctionType* function_type = nullptr;
  SmallVector<Parameter, 8> parameters;
  SmallVector<AttributeSet, 8> parameter_attributes;  // of the lowered parameters
  Type* result = nullptr;
  Type* vector_result = nullptr;  // the vector a returned image stands for
  uint64_t result_bytes = 0;      // of the aggregate returned in registers; 0 = none
  bool changed = false;           // the lowered type differs

  // Attributes of the lowered function or call. A definition promises zero-extended small results.
  AttributeList attributes(bool definition) const {
    AttributeSet ret = result_bytes ? AttributeSet() : without_extension(attributes_.getRetAttrs());
    if (definition && result->isIntegerTy() && result->getIntegerBitWidth() < 64)
      ret = ret.addAttribute(context_, Attribute::ZExt);
    AttributeSet function = attributes_.getFnAttrs();
    if (changed) function = function.removeAttribute(context_, Attribute::AllocSize);
    return AttributeList::get(context_, function, ret, parameter_attributes);
  }

 private:
  Parameter classify(unsigned index, Type* type, const AbiNotes& notes) {
    const AttributeSet attributes = attributes_.getParamAttrs(index);
    Parameter p;
    if (attributes.hasAttribute(Attribute::StructRet)) {
      Type* object = attributes.getStructRetType();
      const uint64_t bytes = layout_.getTypeAllocSize(object);
      if (bytes <= kMaxRegisterResultBytes && !notes.memory_classes.contains(object) && result->isVoidTy()) {
        p.kind = Parameter::kResult;
        p.bytes = result_bytes = bytes;
        p.alignment = attributes.getAlignment().valueOrOne();
        if (bytes == 0) changed = true;  // an empty result: the parameter goes, nothing is returned
      }
      return p;
    }
    if (Type* object = attributes.getByValType()) {
      if (attributes.hasAttribute(kBlockAttribute)) return p;  // made by this pass
      p.kind = Parameter::kImage;
      p.bytes = layout_.getTypeAllocSize(object);
      p.alignment = attributes.getAlignment().valueOrOne();
    } else if (isa<FixedVectorType>(type)) {
      p.kind = Parameter::kVector;
      p.bytes = layout_.getTypeAllocSize(type);
    } else {
      used_slots_ += slots(layout_.getTypeAllocSize(type));
      return p;
    }
    const uint64_t count = slots(p.bytes);
    p.value_slots = count;
    if (count > kMaxImageSlots && p.kind == Parameter::kImage) {
      p.value_slots = used_slots_ < kArgumentRegisters ? kArgumentRegisters - used_slots_ : 0;
      p.block_slots = count - p.value_slots;
    }
    used_slots_ += count;
    return p;
  }

  void build(FunctionType* type, ArrayRef<Type*> arguments) {
    SmallVector<Type*, 8> types;
    for (unsigned i = 0; i != arguments.size(); ++i) {
      if (i == type->getNumParams()) fixed_ = types.size();
      const Parameter& p = parameters[i];
      changed |= p.kind != Parameter::kKeep;
      if (p.kind == Parameter::kKeep) {
        types.push_back(arguments[i]);
        parameter_attributes.push_back(without_extension(attributes_.getParamAttrs(i)));
      }
      if (p.value_slots) {
        types.push_back(image_type(context_, p.value_slots));
        parameter_attributes.push_back({});
      }
      if (p.block_slots) {
        types.push_back(PointerType::getUnqual(context_));
        AttrBuilder block(context_);
        block.addByValAttr(image_type(context_, p.block_slots)).addAlignmentAttr(Align(kSlotBytes));
        block.addAttribute(kBlockAttribute);
        parameter_attributes.push_back(AttributeSet::get(context_, block));
      }
    }
    changed |= result != type->getReturnType();
    const size_t fixed = type->getNumParams() < arguments.size() ? fixed_ : types.size();
    function_type = FunctionType::get(result, ArrayRef(types).take_front(fixed), type->isVarArg());
  }

  AttributeSet without_extension(AttributeSet set) const {
    set = set.removeAttribute(context_, Attribute::ZExt);
    if (changed_result()) set = set.removeAttribute(context_, Attribute::Returned);
    return set.removeAttribute(context_, Attribute::SExt);
  }
  bool changed_result() const { return result_bytes != 0; }

  static constexpr const char* kBlockAttribute = "kvx-stack-block";

  const DataLayout& layout_;
  LLVMContext& context_;
  AttributeList attributes_;
  uint64_t used_slots_ = 0;
  size_t fixed_ = 0;
};

AllocaInst* entry_alloca(Function& function, Type* type, Align alignment, const Twine& name) {
  BasicBlock& entry = function.getEntryBlock();
  auto* slot = new AllocaInst(type, function.getDataLayout().getAllocaAddrSpace(), nullptr, alignment, name);
  slot->insertBefore(entry, entry.getFirstInsertionPt());
  return slot;
}

// Moves memory images between objects and slot values in one function.
class ImageCopier {
 public:
  explicit ImageCopier(Function& function) : function_(function) {}

  // The first `count` slots of the object at `source`, of which `bytes` bytes exist.
  Value* load(IRBuilder<>& b, Value* source, Align alignment, uint64_t bytes, uint64_t count) {
    ArrayType* type = image_type(b.getContext(), count);
    if (bytes < count * kSlotBytes) {
      AllocaInst* whole = entry_alloca(function_, type, Align(kSlotBytes), "image");
      b.CreateMemCpy(whole, Align(kSlotBytes), source, alignment, bytes);
      source = whole;
      alignment = Align(kSlotBytes);
    }
    return b.CreateAlignedLoad(type, source, alignment, "image");
  }

  // Stores a value of whole slots to an object of `bytes` bytes.
  void store(IRBuilder<>& b, Value* image, Value* target, Align alignment, uint64_t bytes) {
    const uint64_t count = image->getType()->getArrayNumElements();
    if (bytes >= count * kSlotBytes) {
      b.CreateAlignedStore(image, target, alignment);
      return;
    }
    AllocaInst* whole = entry_alloca(function_, image->getType(), Align(kSlotBytes), "image");
    b.CreateAlignedStore(image, whole, Align(kSlotBytes));
    b.CreateMemCpy(target, alignment, whole, Align(kSlotBytes), bytes);
  }

  Value* from_vector(IRBuilder<>& b, Value* vector, uint64_t bytes) {
    AllocaInst* slot = vector_slot(vector->getType(), bytes);
    b.CreateAlignedStore(vector, slot, slot->getAlign());
    return b.CreateAlignedLoad(image_type(b.getContext(), slots(bytes)), slot, slot->getAlign());
  }

  Value* to_vector(IRBuilder<>& b, Value* image, Type* vector, uint64_t bytes) {
    AllocaInst* slot = vector_slot(vector, bytes);
    b.CreateAlignedStore(image, slot, slot->getAlign());
    return b.CreateAlignedLoad(vector, slot, slot->getAlign());
  }

 private:
  AllocaInst* vector_slot(Type* vector, uint64_t bytes) {
    const Align alignment = std::max(Align(kSlotBytes), function_.getDataLayout().getPrefTypeAlign(vector));
    return entry_alloca(function_, image_type(function_.getContext(), slots(bytes)), alignment, "vector");
  }

  Function& function_;
};

// Points debug records at the value that stands for an argument now.
void move_debug_uses(Value* from, Value* to) {
  SmallVector<DbgVariableIntrinsic*, 2> intrinsics;
  SmallVector<DbgVariableRecord*, 2> records;
  findDbgUsers(intrinsics, from, &records);
  for (DbgVariableIntrinsic* user : intrinsics) user->replaceVariableLocationOp(from, to);
  for (DbgVariableRecord* user : records) user->replaceVariableLocationOp(from, to);
}

// Rewrites one function's signature, and its body's view of the parameters and the result.
class FunctionRewriter {
 public:
  FunctionRewriter(Function& old, const Signature& signature) : old_(old), signature_(signature) {}

  Function* run() {
    Module& module = *old_.getParent();
    new_ = Function::Create(signature_.function_type, old_.getLinkage(), old_.getAddressSpace());
    module.getFunctionList().insert(old_.getIterator(), new_);
    new_->copyAttributesFrom(&old_);
    new_->setAttributes(signature_.attributes(!old_.isDeclaration()));
    new_->setComdat(old_.getComdat());
    new_->takeName(&old_);
    new_->IsNewDbgInfoFormat = old_.IsNewDbgInfoFormat;
    new_->copyMetadata(&old_, 0);
    old_.clearMetadata();
    if (!old_.isDeclaration()) {
      new_->splice(new_->begin(), &old_);
      bind_parameters();
      if (signature_.result_bytes) rewrite_returns();
    }
    old_.replaceAllUsesWith(new_);
    old_.eraseFromParent();
    return new_;
  }

 private:
  void bind_parameters() {
    ImageCopier copier(*new_);
    auto next = new_->arg_begin();
    for (unsigned i = 0; i != signature_.parameters.size(); ++i) {
      Argument* argument = old_.getArg(i);
      const Parameter& p = signature_.parameters[i];
      Value* stand_in = nullptr;
      if (p.kind == Parameter::kKeep) {
        stand_in = &*next++;
        stand_in->takeName(argument);
      } else if (p.kind == Parameter::kResult) {
        result_ = entry_alloca(*new_, image_type(context(), std::max<uint64_t>(1, slots(p.bytes))),
                               std::max(p.alignment, Align(kSlotBytes)), argument->getName());
        stand_in = result_;
      } else if (p.kind == Parameter::kImage) {
        stand_in = bind_image(p, next, argument->getName());
      } else {
        IRBuilder<> b(&new_->getEntryBlock(), after_allocas());
        stand_in = copier.to_vector(b, &*next++, argument->getType(), p.bytes);
      }
      move_debug_uses(argument, stand_in);
      argument->replaceAllUsesWith(stand_in);
    }
  }

  Value* bind_image(const Parameter& p, Function::arg_iterator& next, StringRef name) {
    AllocaInst* copy = entry_alloca(*new_, image_type(context(), std::max<uint64_t>(1, slots(p.bytes))),
                                    std::max(p.alignment, Align(kSlotBytes)), name);
    IRBuilder<> b(&new_->getEntryBlock(), after_allocas());
    if (p.value_slots) b.CreateAlignedStore(&*next++, copy, copy->getAlign());
    if (p.block_slots) {
      Value* rest = b.CreateConstInBoundsGEP1_64(b.getInt8Ty(), copy, p.value_slots * kSlotBytes);
      b.CreateMemCpy(rest, Align(kSlotBytes), &*next++, Align(kSlotBytes), p.block_slots * kSlotBytes);
    }
    return copy;
  }

  void rewrite_returns() {
    SmallVector<ReturnInst*, 4> returns;
    for (BasicBlock& block : *new_)
      if (auto* ret = dyn_cast<ReturnInst>(block.getTerminator())) returns.push_back(ret);
    ImageCopier copier(*new_);
    for (ReturnInst* ret : returns) {
      IRBuilder<> b(ret);
      Value* image = signature_.vector_result ? copier.from_vector(b, ret->getReturnValue(), signature_.result_bytes)
                                              : b.CreateAlignedLoad(signature_.result, result_, result_->getAlign());
      b.CreateRet(image);
      ret->eraseFromParent();
    }
  }

  BasicBlock::iterator after_allocas() {
    BasicBlock::iterator at = new_->getEntryBlock().getFirstInsertionPt();
    while (isa<AllocaInst>(*at)) ++at;
    return at;
  }

  LLVMContext& context() { return old_.getContext(); }

  Function& old_;
  const Signature& signature_;
  Function* new_ = nullptr;
  AllocaInst* result_ = nullptr;
};

// Rewrites one call to the KV3 form of its own type.
class CallRewriter {
 public:
  CallRewriter(CallInst& call, const Signature& signature)
      : call_(call), signature_(signature), copier_(*call.getFunction()), b_(&call) {}

  void run() {
    if (call_.isMustTailCall()) {
      call_.getContext().emitError(&call_, "a guaranteed tail call may not pass or return aggregates or vectors");
      return;
    }
    Value* result_pointer = nullptr;
    Align result_alignment;
    SmallVector<Value*, 8> arguments;
    for (unsigned i = 0; i != signature_.parameters.size(); ++i) {
      const Parameter& p = signature_.parameters[i];
      Value* argument = call_.getArgOperand(i);
      if (p.kind == Parameter::kKeep) {
        arguments.push_back(argument);
      } else if (p.kind == Parameter::kResult) {
        result_pointer = argument;
        result_alignment = p.alignment;
      } else if (p.kind == Parameter::kVector) {
        arguments.push_back(copier_.from_vector(b_, argument, p.bytes));
      } else {
        pass_image(p, argument, arguments);
      }
    }
    CallInst* lowered = make_call(arguments);
    if (result_pointer && signature_.result_bytes)
      copier_.store(b_, lowered, result_pointer, result_alignment, signature_.result_bytes);
    if (signature_.vector_result)
      call_.replaceAllUsesWith(copier_.to_vector(b_, lowered, signature_.vector_result, signature_.result_bytes));
    else if (!call_.getType()->isVoidTy())
      call_.replaceAllUsesWith(lowered);
    call_.eraseFromParent();
  }

 private:
  void pass_image(const Parameter& p, Value* source, SmallVectorImpl<Value*>& arguments) {
    if (!p.block_slots) {
      if (p.value_slots) arguments.push_back(copier_.load(b_, source, p.alignment, p.bytes, p.value_slots));
      return;
    }
    // The block reads whole slots: a ragged tail needs a padded copy.
    if (p.bytes % kSlotBytes) {
      AllocaInst* whole = entry_alloca(*call_.getFunction(), image_type(call_.getContext(), slots(p.bytes)),
                                       Align(kSlotBytes), "image");
      b_.CreateMemCpy(whole, Align(kSlotBytes), source, p.alignment, p.bytes);
      source = whole;
    }
    if (p.value_slots)
      arguments.push_back(copier_.load(b_, source, p.alignment, p.value_slots * kSlotBytes, p.value_slots));
    arguments.push_back(b_.CreateConstInBoundsGEP1_64(b_.getInt8Ty(), source, p.value_slots * kSlotBytes));
  }

  CallInst* make_call(ArrayRef<Value*> arguments) {
    SmallVector<OperandBundleDef, 1> bundles;
    call_.getOperandBundlesAsDefs(bundles);
    CallInst* lowered = b_.CreateCall(signature_.function_type, call_.getCalledOperand(), arguments, bundles);
    lowered->setCallingConv(call_.getCallingConv());
    lowered->setAttributes(signature_.attributes(false));
    // A copy of the arguments in this frame may be what a block argument points to.
    lowered->setTailCallKind(call_.getTailCallKind() == CallInst::TCK_NoTail ? CallInst::TCK_NoTail
                                                                             : CallInst::TCK_None);
    lowered->setDebugLoc(call_.getDebugLoc());
    lowered->copyMetadata(call_);
    lowered->takeName(&call_);
    return lowered;
  }

  CallInst& call_;
  const Signature& signature_;
  ImageCopier copier_;
  IRBuilder<> b_;
};

void lower_call(CallInst& call, const AbiNotes& notes) {
  SmallVector<Type*, 8> arguments;
  for (const Use& argument : call.args()) arguments.push_back(argument->getType());
  const Signature signature(call.getModule()->getDataLayout(), notes, call.getContext(), call.getFunctionType(),
                            arguments, call.getAttributes());
  if (signature.changed)
    CallRewriter(call, signature).run();
  else
    call.setAttributes(signature.attributes(false));
}

void lower_function(Function& function, const AbiNotes& notes) {
  const Signature signature(function.getDataLayout(), notes, function.getContext(), function.getFunctionType(),
                            function.getFunctionType()->params(), function.getAttributes());
  if (signature.changed)
    FunctionRewriter(function, signature).run();
  else
    function.setAttributes(signature.attributes(!function.isDeclaration()));
}

}  // namespace

PreservedAnalyses AbiLoweringPass::run(Module& module, ModuleAnalysisManager&) {
  SmallVector<Function*, 0> functions;
  for (Function& function : module)
    if (!function.isIntrinsic()) functions.push_back(&function);
  for (Function* function : functions) lower_function(*function, *notes_);

  for (Function& function : module) {
    SmallVector<CallInst*, 0> calls;
    for (Instruction& instruction : instructions(function)) {
      auto* call = dyn_cast<CallInst>(&instruction);
      if (call && !call->isInlineAsm() && !isa<IntrinsicInst>(call)) calls.push_back(call);
    }
    for (CallInst* call : calls) lower_call(*call, *notes_);
    expand_va_arg(function);
  }
  if (Function* marker = module.getFunction(kVaAggregateMarker); marker && marker->use_empty())
    marker->eraseFromParent();
  return PreservedAnalyses::none();
}

}  // namespace mppa::toolchain
