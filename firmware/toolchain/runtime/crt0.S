# Start-up of a bare-metal KV3 image. The reset address is 0 (local memory); exception vectors are at 0x400.
# Every core comes here; sp and the thread block are chosen by PCR.PID (0..15 processing cores, 16 resource manager).

#include <kvx/start.h>

.set RM_PID, 16

	.section .boot.startup, "ax", @progbits
	.align 8
	.globl _start
	.type _start, @function
_start:
	kvx_enter __exception_vectors, PS_ET
	get $r0 = $pcr
	;;
	andd $r0 = $r0, 0xff
	make $r12 = __rm_stack_top
	;;
	make $r3 = __tls_size
	compd.ne $r1 = $r0, RM_PID
	;;
	muld $r3 = $r3, $r0
	make $r13 = __tls_blocks
	;;
	addd $r13 = $r13, $r3
	cb.deqz $r1? .Lstack_chosen
	;;
	# A processing core: the stacks lie below the resource manager's, core 0 lowest.
	addd $r2 = $r0, 1
	make $r3 = __pe_stack_size
	;;
	muld $r2 = $r2, $r3
	make $r12 = __pe_stacks
	;;
	addd $r12 = $r12, $r2
	;;
.Lstack_chosen:
	make $r14 = 0
	make $r2 = __kvx_startup
	;;
	icall $r2
	;;
	# __kvx_startup does not return.
	errop
	;;
	.size _start, . - _start

# Exception vectors: 64 bytes each. Firmware that handles exceptions sets EV to its own table.
	.section .exception, "ax", @progbits
	.align 256
	.globl __exception_vectors
__exception_vectors:
	.macro vector index, name
	.org __exception_vectors + \index * 64
	goto __kvx_exception_\name
	;;
	.endm
	vector 0, debug
	vector 1, trap
	vector 2, interrupt
	vector 3, syscall
	.org __exception_vectors + 256

# The default: report and stop. The state of the interrupted program is lost, which is fine for a fatal report.
	.text
	.macro handler index, name
	.align 8
	.weak __kvx_exception_\name
	.type __kvx_exception_\name, @function
__kvx_exception_\name:
	make $r0 = \index
	goto __kvx_exception_report
	;;
	.size __kvx_exception_\name, . - __kvx_exception_\name
	.endm
	handler 0, debug
	handler 1, trap
	handler 2, interrupt
	handler 3, syscall

	.type __kvx_exception_report, @function
__kvx_exception_report:
	get $r1 = $es
	;;
	get $r2 = $spc
	;;
	get $r3 = $ea
	;;
	andd $r12 = $r12, -32
	make $r4 = __kvx_fatal_exception
	;;
	addd $r12 = $r12, -64
	;;
	icall $r4
	;;
	errop
	;;
	.size __kvx_exception_report, . - __kvx_exception_report
