#include "models/cluster/engine/fast/alu_forms.h"

template void mppa::engine::fast::fill_alu_handlers<1>(HandlerTable&);
