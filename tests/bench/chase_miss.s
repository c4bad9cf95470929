# Pointer chase through a ring of one pointer per line, 65536 bytes.
	.include "boot.inc"
	make $r10 = ring
	;;
	make $r0 = 1023
	;;
	copyd $r1 = $r10
	;;
build:
	addd $r2 = $r1, 64
	addd $r0 = $r0, -1
	;;
	sd 0[$r1] = $r2
	copyd $r1 = $r2
	;;
	cb.dnez $r0? build
	;;
	sd 0[$r1] = $r10
	;;
	fence
	;;
	.p2align 4
loop:
	.rept 8
	ld $r10 = 0[$r10]
	;;
	.endr
	goto loop
	;;
	.bss
	.p2align 6
ring:	.skip 65536
