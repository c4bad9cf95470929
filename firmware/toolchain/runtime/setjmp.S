# int setjmp(jmp_buf), void longjmp(jmp_buf, int): the registers a callee preserves (r12, r14, r18..r31), ra, and
# nothing else; the thread pointer never changes. jmp_buf: 20 doublewords, 32-byte aligned (setjmp.h).
	.text
	.align 8
	.globl setjmp
	.globl _setjmp
	.type setjmp, @function
setjmp:
_setjmp:
	get $r1 = $ra
	;;
	so 0[$r0] = $r20r21r22r23
	copyd $r2 = $r12
	;;
	so 32[$r0] = $r24r25r26r27
	copyd $r3 = $r14
	;;
	so 64[$r0] = $r28r29r30r31
	;;
	sq 96[$r0] = $r18r19
	;;
	sq 112[$r0] = $r2r3
	;;
	sd 128[$r0] = $r1
	make $r0 = 0
	;;
	ret
	;;
	.size setjmp, . - setjmp

	.align 8
	.globl longjmp
	.globl _longjmp
	.type longjmp, @function
longjmp:
_longjmp:
	ld $r4 = 128[$r0]
	;;
	lo $r20r21r22r23 = 0[$r0]
	;;
	lo $r24r25r26r27 = 32[$r0]
	;;
	lo $r28r29r30r31 = 64[$r0]
	;;
	lq $r18r19 = 96[$r0]
	;;
	lq $r2r3 = 112[$r0]
	sxwd $r1 = $r1
	;;
	set $ra = $r4
	;;
	cmoved.deqz $r1? $r1 = 1
	copyd $r12 = $r2
	;;
	copyd $r0 = $r1
	copyd $r14 = $r3
	;;
	ret
	;;
	.size longjmp, . - longjmp
