# 32-byte copy of 4 KB blocks: lo and so, in a hardware loop of two bundles and its loads ahead.
	.include "boot.inc"
again:
	make $r0 = source
	make $r1 = target
	;;
	make $r2 = 32
	;;
	lo $r32r33r34r35 = 0[$r0]
	addd $r0 = $r0, 32
	;;
	lo $r36r37r38r39 = 0[$r0]
	addd $r0 = $r0, 32
	;;
	lo $r40r41r42r43 = 0[$r0]
	addd $r0 = $r0, 32
	;;
	lo $r44r45r46r47 = 0[$r0]
	addd $r0 = $r0, 32
	;;
	loopdo $r2, end
	;;
	so 0[$r1] = $r32r33r34r35
	;;
	lo $r32r33r34r35 = 0[$r0]
	;;
	so 32[$r1] = $r36r37r38r39
	;;
	lo $r36r37r38r39 = 32[$r0]
	;;
	so 64[$r1] = $r40r41r42r43
	;;
	lo $r40r41r42r43 = 64[$r0]
	;;
	so 96[$r1] = $r44r45r46r47
	addd $r1 = $r1, 128
	;;
	lo $r44r45r46r47 = 96[$r0]
	addd $r0 = $r0, 128
	;;
end:
	goto again
	;;
	.data
	.p2align 6
source:	.fill 4352, 1, 1
	.p2align 6
target:	.fill 4352, 1, 2
