# fp32 fused multiply-add, four accumulators.
	.include "boot.inc"
	make $r1 = 0x3f800123
	;;
	make $r2 = 0x3f7ffff0
	;;
	.p2align 4
loop:
	.rept 4
	ffmaw $r4 = $r1, $r2
	;;
	ffmaw $r5 = $r2, $r2
	;;
	ffmaw $r6 = $r1, $r1
	;;
	ffmaw $r7 = $r2, $r1
	;;
	.endr
	goto loop
	addd $r3 = $r3, 1
	;;
