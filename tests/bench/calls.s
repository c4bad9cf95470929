# Calls: leaf functions and one that saves the return address.
	.include "boot.inc"
	make $r12 = stack + 4096
	;;
	.p2align 4
loop:
	call leaf1
	addd $r0 = $r0, 1
	;;
	addd $r1 = $r1, $r0
	;;
	call middle
	;;
	eord $r2 = $r2, $r1
	;;
	call leaf2
	addd $r3 = $r2, 5
	;;
	goto loop
	;;
	.p2align 3
leaf1:
	addd $r4 = $r0, 3
	slld $r5 = $r1, 2
	;;
	ret
	addd $r1 = $r4, $r5
	;;
	.p2align 3
leaf2:
	andd $r6 = $r3, 255
	;;
	addd $r7 = $r6, $r7
	;;
	ret
	;;
	.p2align 3
middle:
	get $r16 = $ra
	addd $r12 = $r12, -32
	;;
	sd 24[$r12] = $r16
	;;
	call leaf2
	copyd $r3 = $r1
	;;
	ld $r16 = 24[$r12]
	;;
	addd $r8 = $r8, $r7
	;;
	call leaf1
	;;
	set $ra = $r16
	addd $r12 = $r12, 32
	;;
	ret
	addd $r1 = $r1, $r8
	;;
	.bss
	.p2align 6
stack:	.skip 4096
