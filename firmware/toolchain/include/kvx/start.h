/* The first instructions of every core, for the start-up code of bare programs and of ClusterOS (assembler only). */
// clang-format off: this is assembler
#ifndef KVX_START_H
#define KVX_START_H

	.set PS_ET,  1 << 2
	.set PS_HLE, 1 << 5
	.set PS_ICE, 1 << 8
	.set PS_USE, 1 << 9
	.set PS_DCE, 1 << 10
	.set PS_V64, 1 << 16
	.set PCR_L1CE_IN_UPPER_WORD, 1 << 21

/*
 * 64-bit mode with caches, hardware loops and unaligned stores, L1 coherency, exceptions to `vectors`, empty L1 caches.
 * `ps_clear`: bits of PS to clear at the same time. Uses r8 only.
 */
	.macro kvx_enter vectors, ps_clear=0
	/* wfx takes the bits to set in the upper half and the bits to clear in the lower. */
	make $r8 = ((PS_HLE | PS_ICE | PS_USE | PS_DCE | PS_V64) << 32) | \ps_clear
	;;
	wfxl $ps, $r8
	;;
	make $r8 = PCR_L1CE_IN_UPPER_WORD << 32
	;;
	wfxm $pcr, $r8
	;;
	make $r8 = \vectors
	;;
	set $ev = $r8
	;;
	d1inval
	;;
	i1inval
	;;
	barrier
	;;
	.endm

#endif
