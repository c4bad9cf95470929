# Integer division. KV3 has the conditional subtract-and-shift step `stsud rD, rN: rN >= rD ? ((rN - rD) << 1) | 1
# : rN << 1`; a hardware loop does one quotient bit per cycle.
#
# The core routine divides r0 by r1 (unsigned, 64 bit): quotient in r0, remainder in r1; it uses r2..r6 only, which is
# private knowledge of this file. With s = clz(d) - clz(n) and D = d << s, one compare-and-subtract gives the top
# quotient bit and leaves n < D = 2c. Then s steps with c = D/2 < 2^63: each keeps n < 2c < 2^64, and the quotient bits
# that enter from the right stay below the bits of c. At the end the low s bits are the quotient's, the rest is the
# remainder. A division by zero gives quotient 0 and remainder n, deterministically.
	.text

	.macro divide quotient=1, remainder=1
	clzd $r2 = $r1
	clzd $r3 = $r0
	compd.ltu $r4 = $r0, $r1
	;;
	sbfd $r2 = $r3, $r2		# s = clz(d) - clz(n)
	make $r5 = 0			# top quotient bit
	cb.dnez $r4? .Lsmall\@
	;;
	slld $r4 = $r1, $r2		# D
	cb.deqz $r1? .Lsmall\@
	;;
	compd.geu $r5 = $r0, $r4
	sbfd $r6 = $r4, $r0
	srld $r4 = $r4, 1		# c
	;;
	cmoved.dnez $r5? $r0 = $r6
	slld $r5 = $r5, $r2
	cb.deqz $r2? .Llast\@
	;;
	loopdo $r2, .Lsteps_end\@
	;;
	stsud $r0 = $r4, $r0
	;;
.Lsteps_end\@:
.Llast\@:
	srld $r1 = $r0, $r2		# remainder
	;;
	slld $r6 = $r1, $r2
	;;
	sbfd $r0 = $r6, $r0		# low s bits of the quotient
	;;
	iord $r0 = $r0, $r5
	goto .Ldone\@
	;;
.Lsmall\@:
	copyd $r1 = $r0
	make $r0 = 0
	;;
.Ldone\@:
	.endm

	.macro function name
	.align 16
	.globl \name
	.type \name, @function
\name:
	.endm

	function __udivdi3
	divide
	ret
	;;
	.size __udivdi3, . - __udivdi3

	function __umoddi3
	divide
	copyd $r0 = $r1
	ret
	;;
	.size __umoddi3, . - __umoddi3

# 128-bit result: quotient in r0, remainder in r1.
	function __kvx_udivmoddi
	divide
	ret
	;;
	.size __kvx_udivmoddi, . - __kvx_udivmoddi

	function __divdi3
	srad $r7 = $r0, 63
	srad $r8 = $r1, 63
	absd $r0 = $r0
	absd $r1 = $r1
	;;
	eord $r7 = $r7, $r8
	;;
	divide
	eord $r0 = $r0, $r7
	;;
	sbfd $r0 = $r7, $r0
	ret
	;;
	.size __divdi3, . - __divdi3

	function __moddi3
	srad $r7 = $r0, 63
	absd $r0 = $r0
	absd $r1 = $r1
	;;
	divide
	eord $r1 = $r1, $r7
	;;
	sbfd $r0 = $r7, $r1
	ret
	;;
	.size __moddi3, . - __moddi3

# 32-bit forms: upper halves of the arguments are unspecified.
	function __udivsi3
	zxwd $r0 = $r0
	zxwd $r1 = $r1
	;;
	divide
	ret
	;;
	.size __udivsi3, . - __udivsi3

	function __umodsi3
	zxwd $r0 = $r0
	zxwd $r1 = $r1
	;;
	divide
	copyd $r0 = $r1
	ret
	;;
	.size __umodsi3, . - __umodsi3

	function __divsi3
	sxwd $r0 = $r0
	sxwd $r1 = $r1
	;;
	srad $r7 = $r0, 63
	srad $r8 = $r1, 63
	absd $r0 = $r0
	absd $r1 = $r1
	;;
	eord $r7 = $r7, $r8
	;;
	divide
	eord $r0 = $r0, $r7
	;;
	sbfw $r0 = $r7, $r0
	ret
	;;
	.size __divsi3, . - __divsi3

	function __modsi3
	sxwd $r0 = $r0
	sxwd $r1 = $r1
	;;
	srad $r7 = $r0, 63
	absd $r0 = $r0
	absd $r1 = $r1
	;;
	divide
	eord $r1 = $r1, $r7
	;;
	sbfw $r0 = $r7, $r1
	ret
	;;
	.size __modsi3, . - __modsi3
