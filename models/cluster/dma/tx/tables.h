// Program memory, program table, route table and limiter table of the TX half. dma.md section 4.2.
#pragma once

#include "firmware/include/mppa/dma_regs.h"
#include "models/cluster/dma/services.h"

namespace mppa::cluster::dma {

class Tables {
 public:
  explicit Tables(RegisterFile& regs)
      : memory_(
            regs.add_array("program_memory", MPPA_DMA_PROGRAM_MEMORY, 8, RegAccess::kRw, MPPA_DMA_PROGRAM_WORDS, 8)),
        programs_(regs.add_array("program_table", MPPA_DMA_PROGRAM_TABLE, 8, RegAccess::kRw, MPPA_DMA_PROGRAMS, 8)),
        routes_(regs.add_array("route_table", MPPA_DMA_ROUTE_TABLE, 8, RegAccess::kRw, MPPA_DMA_ROUTES, 8)) {
    regs.add_array("limiter_table", MPPA_DMA_LIMITER_TABLE, 8, RegAccess::kRw, MPPA_DMA_LIMITERS, 8)
        .doc("format not public: stored without effect; rates are parameters of the NoC");
  }

  struct Program {
    unsigned start = 0;
    bool axi = false;
    bool permitted = false;
  };
  Program program(unsigned id, u16 asn) const {
    const u64 e = programs_.get(id);
    return {static_cast<unsigned>(e & 127), (e >> 7 & 1) != 0,
            (e >> 18 & 1) && ((e >> 8 & 1) || (e >> 9 & MPPA_DMA_ASN_MASK) == asn)};
  }
  struct Route {
    u64 route = 0;
    u8 tag = 0, qos = 0, vchan = 0;
    bool permitted = false;
  };
  Route route(unsigned id, u16 asn) const {
    const u64 e = routes_.get(id);
    return {e & 0xFFFFFFFFFF, static_cast<u8>(e >> 40 & 63), static_cast<u8>(e >> 46 & 15),
            static_cast<u8>(e >> 60 & 1), (e >> 61 & 1) && ((e >> 50 & 1) || (e >> 51 & MPPA_DMA_ASN_MASK) == asn)};
  }
  u64 word(unsigned index) const { return memory_.get(index); }

 private:
  Register &memory_, &programs_, &routes_;
};

}  // namespace mppa::cluster::dma
