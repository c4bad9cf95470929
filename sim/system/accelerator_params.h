// The configuration parameters of a cluster's DMA and crypto units.
#pragma once

#include "models/cluster/crypto/crypto_unit.h"
#include "models/cluster/dma/services.h"
#include "sim/system/param_table.h"

namespace mppa::sim {

const ParamTable<cluster::dma::DmaParams>& dma_table();
const ParamTable<cluster::CryptoParams>& crypto_table();

}  // namespace mppa::sim
