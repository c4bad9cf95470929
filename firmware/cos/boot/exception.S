# Exception entry: saves the whole context on the core's exception stack and calls
# __cos_exception(context) with the vector's number in context->vector. Returns by rfe to what the context then says.
# $sr points to the context that the next exception may use; it is exchanged with the stack pointer, so that a fault of
# the stack itself can be reported. Until the handler clears ET (exception.c), a second exception would halt the core.

.set CTX_GPR, 0			# 64 doublewords
.set CTX_PC, 512
.set CTX_PS, 520
.set CTX_RA, 528
.set CTX_CS, 536
.set CTX_LS, 544
.set CTX_LE, 552
.set CTX_LC, 560
.set CTX_ES, 568
.set CTX_EA, 576
.set CTX_VECTOR, 584
.set PS_HLE, 1 << 5

	.section .exception, "ax", @progbits
	.align 256
	.globl __cos_exception_vectors
__cos_exception_vectors:
	.macro vector index
	.org __cos_exception_vectors + \index * 64
	rswap $r12 = $sr
	;;
	sd (CTX_GPR + 16 * 8)[$r12] = $r16
	make $r16 = \index
	;;
	goto __cos_exception_entry
	;;
	.endm
	vector 0
	vector 1
	vector 2
	vector 3
	.org __cos_exception_vectors + 256

	.type __cos_exception_entry, @function
__cos_exception_entry:
	sd CTX_VECTOR[$r12] = $r16
	;;
	so (CTX_GPR + 0 * 8)[$r12] = $r0r1r2r3
	;;
	so (CTX_GPR + 4 * 8)[$r12] = $r4r5r6r7
	;;
	so (CTX_GPR + 8 * 8)[$r12] = $r8r9r10r11
	get $r0 = $sr			# the interrupted stack pointer
	;;
	sd (CTX_GPR + 12 * 8)[$r12] = $r0
	;;
	sd (CTX_GPR + 13 * 8)[$r12] = $r13
	;;
	sq (CTX_GPR + 14 * 8)[$r12] = $r14r15
	;;
	sd (CTX_GPR + 17 * 8)[$r12] = $r17
	;;
	sq (CTX_GPR + 18 * 8)[$r12] = $r18r19
	;;
	so (CTX_GPR + 20 * 8)[$r12] = $r20r21r22r23
	;;
	so (CTX_GPR + 24 * 8)[$r12] = $r24r25r26r27
	;;
	so (CTX_GPR + 28 * 8)[$r12] = $r28r29r30r31
	;;
	so (CTX_GPR + 32 * 8)[$r12] = $r32r33r34r35
	;;
	so (CTX_GPR + 36 * 8)[$r12] = $r36r37r38r39
	;;
	so (CTX_GPR + 40 * 8)[$r12] = $r40r41r42r43
	;;
	so (CTX_GPR + 44 * 8)[$r12] = $r44r45r46r47
	;;
	so (CTX_GPR + 48 * 8)[$r12] = $r48r49r50r51
	;;
	so (CTX_GPR + 52 * 8)[$r12] = $r52r53r54r55
	;;
	so (CTX_GPR + 56 * 8)[$r12] = $r56r57r58r59
	;;
	so (CTX_GPR + 60 * 8)[$r12] = $r60r61r62r63
	;;
	get $r0 = $spc
	;;
	get $r1 = $sps
	;;
	get $r2 = $ra
	;;
	get $r3 = $cs
	;;
	so CTX_PC[$r12] = $r0r1r2r3
	;;
	get $r0 = $ls
	;;
	get $r1 = $le
	;;
	get $r2 = $lc
	;;
	get $r3 = $es
	;;
	so CTX_LS[$r12] = $r0r1r2r3
	;;
	get $r4 = $ea
	;;
	sd CTX_EA[$r12] = $r4
	copyd $r18 = $r12
	make $r5 = 0
	;;
	set $le = $r5			# no hardware loop of the interrupted program goes on here
	;;
	make $r6 = PS_HLE << 32		# the handler is C, which uses hardware loops
	;;
	wfxl $ps, $r6
	;;
	copyd $r0 = $r18
	addd $r12 = $r12, -64
	make $r14 = 0
	;;
	call __cos_exception
	;;
	copyd $r12 = $r18
	;;
	# Back: SFRs, then registers, sp last.
	make $r6 = PS_HLE
	;;
	wfxl $ps, $r6
	;;
	lo $r0r1r2r3 = CTX_PC[$r12]
	;;
	set $spc = $r0
	;;
	set $sps = $r1
	;;
	set $ra = $r2
	;;
	set $cs = $r3
	;;
	lo $r0r1r2r3 = CTX_LS[$r12]
	;;
	set $ls = $r0
	;;
	set $le = $r1
	;;
	set $lc = $r2
	;;
	lo $r60r61r62r63 = (CTX_GPR + 60 * 8)[$r12]
	;;
	lo $r56r57r58r59 = (CTX_GPR + 56 * 8)[$r12]
	;;
	lo $r52r53r54r55 = (CTX_GPR + 52 * 8)[$r12]
	;;
	lo $r48r49r50r51 = (CTX_GPR + 48 * 8)[$r12]
	;;
	lo $r44r45r46r47 = (CTX_GPR + 44 * 8)[$r12]
	;;
	lo $r40r41r42r43 = (CTX_GPR + 40 * 8)[$r12]
	;;
	lo $r36r37r38r39 = (CTX_GPR + 36 * 8)[$r12]
	;;
	lo $r32r33r34r35 = (CTX_GPR + 32 * 8)[$r12]
	;;
	lo $r28r29r30r31 = (CTX_GPR + 28 * 8)[$r12]
	;;
	lo $r24r25r26r27 = (CTX_GPR + 24 * 8)[$r12]
	;;
	lo $r20r21r22r23 = (CTX_GPR + 20 * 8)[$r12]
	;;
	lq $r18r19 = (CTX_GPR + 18 * 8)[$r12]
	;;
	lq $r16r17 = (CTX_GPR + 16 * 8)[$r12]
	;;
	lq $r14r15 = (CTX_GPR + 14 * 8)[$r12]
	;;
	ld $r13 = (CTX_GPR + 13 * 8)[$r12]
	;;
	lo $r8r9r10r11 = (CTX_GPR + 8 * 8)[$r12]
	;;
	lo $r4r5r6r7 = (CTX_GPR + 4 * 8)[$r12]
	;;
	ld $r0 = (CTX_GPR + 12 * 8)[$r12]
	;;
	set $sr = $r0
	;;
	lo $r0r1r2r3 = (CTX_GPR + 0 * 8)[$r12]
	;;
	rswap $r12 = $sr		# sp back; sr = context again
	;;
	rfe
	;;
	.size __cos_exception_entry, . - __cos_exception_entry
