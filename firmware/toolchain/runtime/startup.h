/* What crt0.S calls. */
#ifndef KVX_STARTUP_H
#define KVX_STARTUP_H

#include <stdint.h>

/* Runs main on the resource manager (and, without kvx_pe_main, on whichever core starts). */
_Noreturn void __kvx_startup(unsigned pid);

/* Reports an exception nobody handles and stops the program. kind: 0 debug, 1 trap, 2 interrupt, 3 syscall. */
_Noreturn void __kvx_fatal_exception(unsigned kind, uint64_t es, uint64_t spc, uint64_t ea);

#endif
