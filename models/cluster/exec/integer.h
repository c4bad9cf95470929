// All integer instructions of kind "alu": one pure function per mnemonic, named like it ('.' becomes '_').
//
// Parameters in this order, as the `exec` column of isa/kv3_1.tsv writes them: CS (u64&) where CS.IC and CS.CC are read
// or written, PC for pcrel, the condition modifier, the old destination where it is read, then the sources in assembly
// order. Immediates come extended to 64 bits. `z` and `y` are the manual's operands Z and Y, `w` and `m` the
// destinations W and M.
#pragma once

#include "models/cluster/exec/add.h"
#include "models/cluster/exec/bitfield.h"
#include "models/cluster/exec/bits.h"
#include "models/cluster/exec/carry.h"
#include "models/cluster/exec/compare.h"
#include "models/cluster/exec/crypto.h"
#include "models/cluster/exec/minmax.h"
#include "models/cluster/exec/move.h"
#include "models/cluster/exec/multiply.h"
#include "models/cluster/exec/saturate.h"
#include "models/cluster/exec/shift.h"
