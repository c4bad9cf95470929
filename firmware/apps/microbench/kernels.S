# Streams for the bandwidth benchmark: r0 = first byte (32-byte aligned), r1 = bytes (a multiple of 256, not 0).
	.text

	.macro kernel name
	.align 8
	.globl \name
	.type \name, @function
\name:
	srld $r1 = $r1, 8
	;;
	loopdo $r1, .L\name\()_end
	;;
	.endm

	.macro kernel_end name
.L\name\()_end:
	ret
	;;
	.size \name, . - \name
	.endm

	.macro load_256 op
	\op $r32r33r34r35 = 0[$r0]
	;;
	\op $r36r37r38r39 = 32[$r0]
	;;
	\op $r40r41r42r43 = 64[$r0]
	;;
	\op $r44r45r46r47 = 96[$r0]
	;;
	\op $r48r49r50r51 = 128[$r0]
	;;
	\op $r52r53r54r55 = 160[$r0]
	;;
	\op $r56r57r58r59 = 192[$r0]
	;;
	\op $r60r61r62r63 = 224[$r0]
	addd $r0 = $r0, 256
	;;
	.endm

# Loads through the L1 cache.
	kernel bench_read
	load_256 lo
	kernel_end bench_read

# Loads that bypass the L1 and stream (PS.USE): one a cycle until ten are outstanding.
	kernel bench_stream
	load_256 lo.u
	kernel_end bench_stream

	kernel bench_write
	.irp offset, 0, 32, 64, 96, 128, 160, 192
	so \offset[$r0] = $r32r33r34r35
	;;
	.endr
	so 224[$r0] = $r32r33r34r35
	addd $r0 = $r0, 256
	;;
	kernel_end bench_write
