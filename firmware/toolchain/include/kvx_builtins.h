/* The short name under which older code knows the builtins. */
#include "kvx/builtins.h"
