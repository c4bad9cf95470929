// Floating-point instructions of the KV3 core outside the tensor coprocessor: one pure function per mnemonic, named as
// the mnemonic with '.' replaced by '_'.
//
// Arguments: FpCtx& first if the instruction rounds or raises flags, then the old value of the destination if it is an
// accumulator, then the sources in assembly order. Registers and expanded immediates are u64, register pairs u128 (the
// even register is the low half). 32-bit results are zero-extended. `silent` and the choice of CS.RM belong to the
// caller.
#pragma once

#include "models/cluster/exec/fp/arith.h"
#include "models/cluster/exec/fp/compare.h"
#include "models/cluster/exec/fp/complex.h"
#include "models/cluster/exec/fp/context.h"
#include "models/cluster/exec/fp/convert.h"
#include "models/cluster/exec/fp/seed.h"
