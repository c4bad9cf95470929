# void *memcpy(void *r0, const void *r1, size_t r2)
#
# The write buffer takes eight 64-bit words and sends one per cycle, so 8 bytes per cycle is the limit of a long copy; the
# loop keeps it busy by alternating 256-bit stores with the loads of the next round (grouped loads would let it run dry).
# Unaligned accesses are legal but cost more; after the first 32 bytes the destination is aligned. Short sizes use two
# overlapping accesses instead of loops. All bytes of an overlapping pair are loaded before they are stored.
	.text
	.align 16
	.globl memcpy
	.type memcpy, @function
memcpy:
	compd.gtu $r3 = $r2, 32
	addd $r4 = $r1, $r2			# end of the source
	addd $r5 = $r0, $r2			# end of the destination
	;;
	cb.dnez $r3? .Llong
	compd.geu $r3 = $r2, 16
	;;
	cb.dnez $r3? .Lfrom16
	compd.geu $r3 = $r2, 8
	;;
	cb.dnez $r3? .Lfrom8
	compd.geu $r3 = $r2, 4
	;;
	cb.dnez $r3? .Lfrom4
	srld $r6 = $r2, 1
	;;
	cb.deqz $r2? .Lnothing
	;;
	lbz $r7 = 0[$r1]			# 1 to 3: first, middle, last
	;;
	lbz $r8 = $r6[$r1]
	;;
	lbz $r9 = -1[$r4]
	;;
	sb 0[$r0] = $r7
	;;
	sb $r6[$r0] = $r8
	;;
	sb -1[$r5] = $r9
	;;
.Lnothing:
	ret
	;;
.Lfrom4:
	lwz $r6 = 0[$r1]
	;;
	lwz $r7 = -4[$r4]
	;;
	sw 0[$r0] = $r6
	;;
	sw -4[$r5] = $r7
	ret
	;;
.Lfrom8:
	ld $r6 = 0[$r1]
	;;
	ld $r7 = -8[$r4]
	;;
	sd 0[$r0] = $r6
	;;
	sd -8[$r5] = $r7
	ret
	;;
.Lfrom16:
	lq $r6r7 = 0[$r1]
	;;
	lq $r8r9 = -16[$r4]
	;;
	sq 0[$r0] = $r6r7
	;;
	sq -16[$r5] = $r8r9
	ret
	;;

# The first and the last 32 bytes are kept in registers; between them whole blocks go to an aligned destination.
	.align 16
.Llong:
	lo $r36r37r38r39 = 0[$r1]
	addd $r6 = $r0, 32
	;;
	lo $r40r41r42r43 = -32[$r4]
	andd $r6 = $r6, -32			# first aligned block
	;;
	sbfd $r7 = $r0, $r6			# 1..32 bytes are covered by the head
	sbfd $r8 = $r6, $r5			# bytes from there to the end
	;;
	addd $r1 = $r1, $r7
	addd $r8 = $r8, -1
	;;
	srld $r9 = $r8, 6			# rounds of 64 bytes; the tail has 1..64 bytes
	andd $r8 = $r8, 32
	compd.lt $r10 = $r8, 0
	;;
	so 0[$r0] = $r36r37r38r39
	cb.dnez $r10? .Ltail			# the head reached the end
	;;
	cb.deqz $r9? .Lrest
	addd $r9 = $r9, -1
	;;
	lo $r32r33r34r35 = 0[$r1]
	cb.deqz $r9? .Llast
	;;
	lo $r36r37r38r39 = 32[$r1]
	addd $r1 = $r1, 64
	;;
	loopdo $r9, .Lloop_end
	;;
	so 0[$r6] = $r32r33r34r35
	;;
	lo $r32r33r34r35 = 0[$r1]
	;;
	so 32[$r6] = $r36r37r38r39
	addd $r6 = $r6, 64
	;;
	lo $r36r37r38r39 = 32[$r1]
	addd $r1 = $r1, 64
	;;
.Lloop_end:
	so 0[$r6] = $r32r33r34r35
	goto .Lsecond
	;;
.Llast:
	lo $r36r37r38r39 = 32[$r1]
	addd $r1 = $r1, 64
	;;
	so 0[$r6] = $r32r33r34r35
	;;
.Lsecond:
	so 32[$r6] = $r36r37r38r39
	addd $r6 = $r6, 64
	;;
.Lrest:
	cb.deqz $r8? .Ltail			# at most 32 bytes are left
	;;
	lo $r32r33r34r35 = 0[$r1]
	;;
	so 0[$r6] = $r32r33r34r35
	;;
.Ltail:
	so -32[$r5] = $r40r41r42r43
	ret
	;;
	.size memcpy, . - memcpy
