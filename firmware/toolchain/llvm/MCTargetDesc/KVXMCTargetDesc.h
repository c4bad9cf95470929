//===-- KVXMCTargetDesc.h - KVX MC descriptions -----------------*- C++ -*-===//

#ifndef KVX_MCTARGETDESC_KVXMCTARGETDESC_H
#define KVX_MCTARGETDESC_KVXMCTARGETDESC_H

#include <memory>

#define GET_REGINFO_ENUM
#include "KVXGenRegisterInfo.inc"

#define GET_INSTRINFO_ENUM
#include "KVXGenInstrInfo.inc"

#define GET_SUBTARGETINFO_ENUM
#include "KVXGenSubtargetInfo.inc"

#endif
