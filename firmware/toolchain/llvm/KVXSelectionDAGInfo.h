//===-- KVXSelectionDAGInfo.h - Block copies --------------------*- C++ -*-===//

#ifndef KVX_KVXSELECTIONDAGINFO_H
#define KVX_KVXSELECTIONDAGINFO_H

#include "llvm/CodeGen/SelectionDAGTargetInfo.h"

namespace llvm {

class KVXSelectionDAGInfo : public SelectionDAGTargetInfo {
public:
  SDValue EmitTargetCodeForMemcpy(SelectionDAG &DAG, const SDLoc &DL, SDValue Chain, SDValue Dst, SDValue Src,
                                  SDValue Size, Align Alignment, bool IsVolatile, bool AlwaysInline,
                                  MachinePointerInfo DstPtrInfo, MachinePointerInfo SrcPtrInfo) const override;
};

} // namespace llvm

#endif
