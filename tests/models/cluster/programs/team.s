# The RM starts the 16 PEs; each PE adds its number + 1 to a counter in shared memory and reports to a mailbox in
# barrier mode; the mailbox interrupts the RM through the GIC; the RM ends with the sum, 136, as exit status.
	.set counter, 0x8000
	.set mailbox5, 0xA00000 + 5 * 0x200
	.set gic_rm_line0, 0xA20000 + 16 * 0x1000
	.set pwr, 0xA40000
	.globl _start
	.text
_start:
	make $r0 = 1 << (16 + 32)	# PS.V64
	;;
	wfxl $ps, $r0
	;;
	get $r1 = $pcr
	;;
	andd $r1 = $r1, 0xff
	;;
	compd.eq $r2 = $r1, 16
	;;
	cb.dnez $r2? rm
	;;
	addd $r3 = $r1, 1
	make $r2 = counter
	;;
	aladdd 0[$r2] = $r3
	;;
	make $r4 = mailbox5
	make $r5 = 1
	;;
	sd 0[$r4] = $r5
	;;
	make $r6 = 7			# clear WS: sleep for good
	;;
	wfxl $ws, $r6
	;;
	stop
	;;
hang:
	goto hang
	;;
rm:
	make $r4 = mailbox5
	make $r5 = 16
	;;
	sd 0x10[$r4] = $r5		# mask: 16 reports
	make $r5 = 2 | 3 << 8		# add, barrier
	;;
	sd 0x18[$r4] = $r5
	make $r5 = 1
	;;
	make $r6 = gic_rm_line0
	;;
	sb 5[$r6] = $r5			# input 5 to the RM
	make $r7 = pwr
	;;
	make $r8 = 0x2000
	make $r9 = 0x1000
	;;
	sd $r8[$r7] = $r9		# pe_reset_pc
	make $r8 = 0x1010
	;;
	make $r9 = 0xffff
	;;
	sd $r8[$r7] = $r9		# wake-up of all PEs
	;;
	make $r10 = 1 << (4 + 32)
	;;
	wfxl $ile, $r10		# interrupt line 4
	;;
	make $r11 = 1 << 4
	;;
	waitit $r11
	;;
	make $r2 = counter
	;;
	ld.u $r0 = 0[$r2]
	;;
	scall 4095
	;;
