# A hardware loop of one bundle.
	.include "boot.inc"
	make $r0 = 1000000
	;;
again:
	loopdo $r0, end
	;;
	addd $r1 = $r1, 1
	eord $r2 = $r2, $r3
	;;
end:
	goto again
	;;
