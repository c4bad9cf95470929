# One ALU instruction per bundle.
	.include "boot.inc"
	make $r1 = 1
	;;
	make $r2 = 3
	;;
	.p2align 4
loop:
	addd $r3 = $r1, 7
	;;
	eord $r4 = $r4, $r1
	;;
	slld $r5 = $r3, 3
	;;
	addd $r6 = $r6, $r5
	;;
	sbfd $r7 = $r1, $r6
	;;
	andd $r8 = $r7, 255
	;;
	iord $r9 = $r8, $r4
	;;
	srld $r10 = $r9, 2
	;;
	addx4d $r11 = $r10, $r3
	;;
	addd $r1 = $r1, 1
	;;
	compd.ltu $r2 = $r11, $r1
	;;
	addw $r4 = $r4, $r2
	;;
	goto loop
	;;
