#include "models/cluster/core/sfr.h"

#include <array>

namespace mppa::core {
namespace {

struct SfrRow {
  unsigned number;
  SfrInfo info;
};

#include "models/cluster/core/sfr_tables.inc"  // generated

constexpr std::array<SfrInfo, 256> make_table() {
  std::array<SfrInfo, 256> table{};
  for (const SfrRow& row : kRows) table[row.number] = row.info;
  return table;
}

constexpr std::array<SfrInfo, 256> kTable = make_table();

}  // namespace

const SfrInfo& sfr_info(unsigned number) { return kTable[number & 0xff]; }

}  // namespace mppa::core
