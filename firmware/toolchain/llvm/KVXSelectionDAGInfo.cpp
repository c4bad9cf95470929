//===-- KVXSelectionDAGInfo.cpp - Block copies ----------------------------===//

#include "KVXSelectionDAGInfo.h"
#include "KVXISelLowering.h"
#include "llvm/CodeGen/SelectionDAG.h"

using namespace llvm;

namespace {

/// One load and store of a block copy.
struct Piece {
  unsigned Bytes;
  uint64_t Offset;
};

} // namespace

/// Splits Size bytes into 32-, 16-, 8-, 4-, 2- and 1-byte pieces. A tail that is not a power of
/// two is covered by one access that overlaps the piece before it.
static void splitCopy(uint64_t Size, SmallVectorImpl<Piece> &Pieces) {
  uint64_t Offset = 0;
  for (unsigned Bytes = 32; Bytes; Bytes /= 2)
    while (Size - Offset >= Bytes) {
      uint64_t Left = Size - Offset;
      // 24..31 bytes are moved by two overlapping 16-byte pieces, and so on.
      if (Bytes < 32 && Left > Bytes && Left < 2 * Bytes && Offset + Left >= 2 * Bytes) {
        Pieces.push_back({Bytes, Offset});
        Pieces.push_back({Bytes, Offset + Left - Bytes});
        return;
      }
      Pieces.push_back({Bytes, Offset});
      Offset += Bytes;
    }
}

SDValue KVXSelectionDAGInfo::EmitTargetCodeForMemcpy(SelectionDAG &DAG, const SDLoc &DL, SDValue Chain, SDValue Dst,
                                                     SDValue Src, SDValue Size, Align Alignment, bool IsVolatile,
                                                     bool AlwaysInline, MachinePointerInfo DstPtrInfo,
                                                     MachinePointerInfo SrcPtrInfo) const {
  auto *SizeC = dyn_cast<ConstantSDNode>(Size);
  // Volatile copies must not touch a byte twice.
  if (!SizeC || IsVolatile)
    return SDValue();
  uint64_t Bytes = SizeC->getZExtValue();
  bool OptSize = DAG.getMachineFunction().getFunction().hasOptSize();
  if (Bytes == 0 || (!AlwaysInline && Bytes > (OptSize ? 96 : 256)))
    return SDValue();

  SmallVector<Piece, 16> Pieces;
  splitCopy(Bytes, Pieces);
  constexpr unsigned Group = 8; // loads in flight before their stores
  for (unsigned Begin = 0; Begin < Pieces.size(); Begin += Group) {
    unsigned End = std::min<unsigned>(Begin + Group, Pieces.size());
    SmallVector<SDValue, Group> Values, Chains;
    for (unsigned I = Begin; I != End; ++I) {
      const Piece &P = Pieces[I];
      SDValue Addr = DAG.getMemBasePlusOffset(Src, TypeSize::getFixed(P.Offset), DL);
      MachinePointerInfo PtrInfo = SrcPtrInfo.getWithOffset(P.Offset);
      Align A = commonAlignment(Alignment, P.Offset);
      SDValue Load;
      if (P.Bytes >= 16)
        Load = DAG.getMemIntrinsicNode(P.Bytes == 32 ? KVXISD::LO : KVXISD::LQ, DL,
                                       DAG.getVTList(MVT::Untyped, MVT::Other), {Chain, Addr},
                                       EVT::getIntegerVT(*DAG.getContext(), P.Bytes * 8), PtrInfo, A,
                                       MachineMemOperand::MOLoad, LocationSize::precise(P.Bytes));
      else
        Load = DAG.getExtLoad(P.Bytes == 8 ? ISD::NON_EXTLOAD : ISD::ZEXTLOAD, DL, MVT::i64, Chain, Addr, PtrInfo,
                              MVT::getIntegerVT(P.Bytes * 8), A);
      Values.push_back(Load);
      Chains.push_back(Load.getValue(1));
    }
    // The objects may be the same: every load of a group precedes its stores.
    Chain = DAG.getNode(ISD::TokenFactor, DL, MVT::Other, Chains);
    Chains.clear();
    for (unsigned I = Begin; I != End; ++I) {
      const Piece &P = Pieces[I];
      SDValue Addr = DAG.getMemBasePlusOffset(Dst, TypeSize::getFixed(P.Offset), DL);
      MachinePointerInfo PtrInfo = DstPtrInfo.getWithOffset(P.Offset);
      Align A = commonAlignment(Alignment, P.Offset);
      if (P.Bytes >= 16)
        Chains.push_back(DAG.getMemIntrinsicNode(P.Bytes == 32 ? KVXISD::SO : KVXISD::SQ, DL, DAG.getVTList(MVT::Other),
                                                 {Chain, Values[I - Begin], Addr},
                                                 EVT::getIntegerVT(*DAG.getContext(), P.Bytes * 8), PtrInfo, A,
                                                 MachineMemOperand::MOStore, LocationSize::precise(P.Bytes)));
      else
        Chains.push_back(
            DAG.getTruncStore(Chain, DL, Values[I - Begin], Addr, PtrInfo, MVT::getIntegerVT(P.Bytes * 8), A));
    }
    Chain = DAG.getNode(ISD::TokenFactor, DL, MVT::Other, Chains);
  }
  return Chain;
}
