#include "target_info.h"

#include "KVXTargetDataLayout.h"

#include "clang/Basic/LangOptions.h"
#include "clang/Basic/MacroBuilder.h"

namespace mppa::toolchain {
namespace {

// clang fills TargetInfo::TargetOpts only inside its own target factory, which does not know this architecture. The
// language allows an explicit instantiation to name a private member; that is used once, here, to fill it.
template <auto Member>
struct MemberOf {
  friend auto target_opts_member() { return Member; }
};
auto target_opts_member();
template struct MemberOf<&clang::TargetInfo::TargetOpts>;

const char* const kRegisterNames[] = {
    "r0",  "r1",  "r2",  "r3",  "r4",  "r5",  "r6",  "r7",  "r8",  "r9",  "r10", "r11", "r12", "r13",
    "r14", "r15", "r16", "r17", "r18", "r19", "r20", "r21", "r22", "r23", "r24", "r25", "r26", "r27",
    "r28", "r29", "r30", "r31", "r32", "r33", "r34", "r35", "r36", "r37", "r38", "r39", "r40", "r41",
    "r42", "r43", "r44", "r45", "r46", "r47", "r48", "r49", "r50", "r51", "r52", "r53", "r54", "r55",
    "r56", "r57", "r58", "r59", "r60", "r61", "r62", "r63", "ra",  "cs",  "ls",  "le",  "lc"};

// Each register may also be written with the assembler's dollar sign; r12..r15 have role names.
const clang::TargetInfo::GCCRegAlias kAliases[] = {{{"$r0"}, "r0"},
                                                   {{"$r1"}, "r1"},
                                                   {{"$r2"}, "r2"},
                                                   {{"$r3"}, "r3"},
                                                   {{"$r4"}, "r4"},
                                                   {{"$r5"}, "r5"},
                                                   {{"$r6"}, "r6"},
                                                   {{"$r7"}, "r7"},
                                                   {{"$r8"}, "r8"},
                                                   {{"$r9"}, "r9"},
                                                   {{"$r10"}, "r10"},
                                                   {{"$r11"}, "r11"},
                                                   {{"sp", "$r12", "$sp"}, "r12"},
                                                   {{"tp", "$r13", "$tp"}, "r13"},
                                                   {{"fp", "$r14", "$fp"}, "r14"},
                                                   {{"rp", "$r15", "$rp"}, "r15"},
                                                   {{"$r16"}, "r16"},
                                                   {{"$r17"}, "r17"},
                                                   {{"$r18"}, "r18"},
                                                   {{"$r19"}, "r19"},
                                                   {{"$r20"}, "r20"},
                                                   {{"$r21"}, "r21"},
                                                   {{"$r22"}, "r22"},
                                                   {{"$r23"}, "r23"},
                                                   {{"$r24"}, "r24"},
                                                   {{"$r25"}, "r25"},
                                                   {{"$r26"}, "r26"},
                                                   {{"$r27"}, "r27"},
                                                   {{"$r28"}, "r28"},
                                                   {{"$r29"}, "r29"},
                                                   {{"$r30"}, "r30"},
                                                   {{"$r31"}, "r31"},
                                                   {{"$r32"}, "r32"},
                                                   {{"$r33"}, "r33"},
                                                   {{"$r34"}, "r34"},
                                                   {{"$r35"}, "r35"},
                                                   {{"$r36"}, "r36"},
                                                   {{"$r37"}, "r37"},
                                                   {{"$r38"}, "r38"},
                                                   {{"$r39"}, "r39"},
                                                   {{"$r40"}, "r40"},
                                                   {{"$r41"}, "r41"},
                                                   {{"$r42"}, "r42"},
                                                   {{"$r43"}, "r43"},
                                                   {{"$r44"}, "r44"},
                                                   {{"$r45"}, "r45"},
                                                   {{"$r46"}, "r46"},
                                                   {{"$r47"}, "r47"},
                                                   {{"$r48"}, "r48"},
                                                   {{"$r49"}, "r49"},
                                                   {{"$r50"}, "r50"},
                                                   {{"$r51"}, "r51"},
                                                   {{"$r52"}, "r52"},
                                                   {{"$r53"}, "r53"},
                                                   {{"$r54"}, "r54"},
                                                   {{"$r55"}, "r55"},
                                                   {{"$r56"}, "r56"},
                                                   {{"$r57"}, "r57"},
                                                   {{"$r58"}, "r58"},
                                                   {{"$r59"}, "r59"},
                                                   {{"$r60"}, "r60"},
                                                   {{"$r61"}, "r61"},
                                                   {{"$r62"}, "r62"},
                                                   {{"$r63"}, "r63"},
                                                   {{"$ra"}, "ra"},
                                                   {{"$cs"}, "cs"},
                                                   {{"$ls"}, "ls"},
                                                   {{"$le"}, "le"},
                                                   {{"$lc"}, "lc"}};

}  // namespace

KvxTargetInfo::KvxTargetInfo(std::shared_ptr<clang::TargetOptions> options) : clang::TargetInfo(llvm::Triple(kTriple)) {
  this->*target_opts_member() = std::move(options);
  resetDataLayout(kvx::kDataLayout);

  // LP64; long double is double; the default wchar_t (int), size_t and ptrdiff_t (long) fit.
  BigEndian = false;
  PointerWidth = PointerAlign = 64;
  LongWidth = LongAlign = 64;
  LongLongAlign = 64;
  LongDoubleWidth = LongDoubleAlign = 64;
  LongDoubleFormat = &llvm::APFloat::IEEEdouble();
  SizeType = UnsignedLong;
  PtrDiffType = IntPtrType = SignedLong;
  IntMaxType = Int64Type = SignedLong;
  WCharType = SignedInt;
  WIntType = UnsignedInt;
  Char32Type = UnsignedInt;
  SigAtomicType = SignedInt;
  Int128Align = 128;
  SuitableAlign = 128;
  DefaultAlignForAttributeAligned = 128;
  MaxAtomicPromoteWidth = MaxAtomicInlineWidth = 64;
  MaxVectorAlign = 256;  // the ABI's largest alignment is 32 bytes
  HasLegalHalfType = true;
  HasFloat16 = true;
  HalfArgsAndReturns = true;
  TLSSupported = true;
  NoAsmVariants = true;  // braces in inline assembly are ordinary characters
  UseBitFieldTypeAlignment = true;
  UseZeroLengthBitfieldAlignment = false;
}

void KvxTargetInfo::getTargetDefines(const clang::LangOptions&, clang::MacroBuilder& builder) const {
  for (const char* name : {"__KVX__", "__kvx__", "__kv3__", "__KV3__", "__kv3_1__", "__kvxarch_kv3_1", "__KVX_64__",
                           "__KV3_64__", "__ELF__"})
    builder.defineMacro(name);
  // Lock-free widths: acswap and friends exist for 32 and 64 bits; narrower ones are loops over the 32-bit one.
  for (int width : {1, 2, 4, 8}) builder.defineMacro("__GCC_HAVE_SYNC_COMPARE_AND_SWAP_" + llvm::Twine(width));
}

// "r" and the generic letters are handled by clang itself. The immediate letters are those of the public compiler's
// constraints that have a plain range.
bool KvxTargetInfo::validateAsmConstraint(const char*& name, ConstraintInfo& info) const {
  switch (*name) {
    case 'I':  // signed 10-bit, the short immediate of most instructions
      info.setRequiresImmediate(-512, 511);
      return true;
    case 'J':  // signed 37-bit, one extension syllable
      info.setRequiresImmediate();
      return true;
    case 'K':  // any 64-bit constant
      info.setRequiresImmediate();
      return true;
    default:
      return false;
  }
}

llvm::ArrayRef<const char*> KvxTargetInfo::getGCCRegNames() const { return kRegisterNames; }

llvm::ArrayRef<clang::TargetInfo::GCCRegAlias> KvxTargetInfo::getGCCRegAliases() const { return kAliases; }

}  // namespace mppa::toolchain
