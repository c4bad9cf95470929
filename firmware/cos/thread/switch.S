# void cos_thread_switch(uint64_t *save_sp, uint64_t load_sp): puts the callee-saved registers on the stack, keeps the stack
# pointer in *save_sp and continues where the owner of load_sp called this function. The rest is scratch across calls.
# A new thread's stack looks as if it had called from cos_thread_trampoline (struct initial_frame in thread.c).

.set FRAME, 160
.set R14, 0
.set RA, 8
.set R18, 16			# r18..r31, 14 doublewords

	.text
	.align 8
	.globl cos_thread_switch
	.type cos_thread_switch, @function
cos_thread_switch:
	get $r16 = $ra
	addd $r12 = $r12, -FRAME
	;;
	sd R14[$r12] = $r14
	;;
	sd RA[$r12] = $r16
	;;
	sq (R18 + 0)[$r12] = $r18r19
	;;
	so (R18 + 16)[$r12] = $r20r21r22r23
	;;
	so (R18 + 48)[$r12] = $r24r25r26r27
	;;
	so (R18 + 80)[$r12] = $r28r29r30r31
	;;
	sd 0[$r0] = $r12
	;;
	copyd $r12 = $r1
	;;
	ld $r16 = RA[$r12]
	;;
	ld $r14 = R14[$r12]
	;;
	lq $r18r19 = (R18 + 0)[$r12]
	;;
	set $ra = $r16
	;;
	lo $r20r21r22r23 = (R18 + 16)[$r12]
	;;
	lo $r24r25r26r27 = (R18 + 48)[$r12]
	;;
	lo $r28r29r30r31 = (R18 + 80)[$r12]
	addd $r12 = $r12, FRAME
	;;
	ret
	;;
	.size cos_thread_switch, . - cos_thread_switch

	.align 8
	.globl cos_thread_trampoline
	.type cos_thread_trampoline, @function
cos_thread_trampoline:
	copyd $r0 = $r18
	make $r14 = 0
	;;
	call cos_thread_main
	;;
	errop
	;;
	.size cos_thread_trampoline, . - cos_thread_trampoline
