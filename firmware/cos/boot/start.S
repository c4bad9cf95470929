# Start-up of every core. Entry: privilege level 0, MMU off, interrupts off, PC = 0 (reset PC of the PEs, boot address of
# the RM). The RM of cluster 0 gets r0 = magic and r1 = address of the boot table (mppa/boot.h); nobody else gets anything.

#include <kvx/start.h>

	.section .boot.startup, "ax", @progbits
	.align 8
	.globl _start
	.type _start, @function
_start:
	kvx_enter __cos_exception_vectors	# ET stays 1 until there is a handler
	get $r2 = $pcr
	;;
	andd $r3 = $r2, 0xff		# PID
	make $r4 = __cos_stack_size
	;;
	addd $r5 = $r3, 1
	make $r12 = __cos_stacks
	;;
	muld $r5 = $r5, $r4
	make $r6 = __tls_size
	;;
	addd $r12 = $r12, $r5
	muld $r6 = $r6, $r3
	;;
	make $r13 = __tls_blocks
	make $r14 = 0
	;;
	addd $r13 = $r13, $r6
	make $r7 = __cos_boot
	;;
	# __cos_boot(r0, r1, PCR)
	icall $r7
	;;
	errop
	;;
	.size _start, . - _start
