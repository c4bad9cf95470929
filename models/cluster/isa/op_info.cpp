#include "models/cluster/isa/op_info.h"

namespace mppa::isa {
namespace {
using enum Stage;
#include "isa/info_tables.inc"
static_assert(std::size(kInfos) == kOpcodeCount);
}  // namespace

const OpInfo& info(Opcode op) { return kInfos[static_cast<unsigned>(op)]; }

const ClassInfo& class_info(u8 index) { return kClasses[index]; }

}  // namespace mppa::isa
