# Four instructions per bundle: ALU + ALU + MAU + LSU.
	.include "boot.inc"
	make $r10 = data
	;;
	make $r0 = 1000000000
	;;
	.p2align 4
loop:
	.irp off, 0, 8, 16, 24, 32, 40, 48
	addd $r1 = $r1, 1
	eord $r2 = $r2, $r3
	maddw $r4 = $r5, $r6
	ld $r32 = \off[$r10]
	;;
	.endr
	addd $r0 = $r0, -1
	eord $r2 = $r2, $r3
	maddw $r4 = $r5, $r6
	ld $r33 = 56[$r10]
	;;
	cb.dnez $r10? loop
	addd $r1 = $r1, 1
	eord $r2 = $r2, $r3
	maddw $r4 = $r5, $r6
	ld $r34 = 64[$r10]
	;;
	goto loop
	;;
	.data
	.p2align 6
data:	.fill 256, 1, 1
