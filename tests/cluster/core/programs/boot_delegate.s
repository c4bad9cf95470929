## Boot in PL0, delegate to PL1, rfe, syscalls from PL3 (architecture.md sections 4, 5 and 15).
  .include "common.s"
main:
  ## Reset state, before anything is set.
  expect_sfr $ps, 0x01000004, 1
  expect_sfr $ws, 7, 2
  expect_sfr $mmc, 0x4000, 3
  expect_sfr $pmc, 0x408000, 4
  expect_sfr $es, 4, 5
  expect_sfr $pcr, 1 << 52, 6
  enter_v64
  expect_sfr $ps, 0x01010000, 7
  delegate_all
  expect_sfr $mo, 0x155555555, 8
  expect_sfr $pso, 0x1555555555555, 9
  expect_sfr $hto, 0x1555555, 10
  drop_to 1, PS_V64 | PS_MMUP, kernel

kernel:
  expect_sfr $ps, 0x01010001, 11
  ## SPS_PL0 is out of reach: reads 0, a write traps to PL0.
  expect_sfr $sps_pl0, 0, 12
  handler $r41, refused
  set_sfr $sps_pl0, 0
  fail_here 13
refused:
  expect_field $ps, 1, 0, 0, 14
  expect_field $es, 16, 12, 2, 15
  expect_field $es, 5, 4, 1, 16
  handler $r41, unexpected
  ## Return to another place of PL1.
  make $r1 = kernel_on
  ;;
  set $spc = $r1
  ;;
  rfe
  ;;
kernel_on:
  expect_sfr $ps, 0x01010001, 17
  ## A syscall of this level to itself: horizontal.
  handler $r47, own_syscall
call_self:
  scall 5
  ;;
after_call_self:
  expect $r5, 0x77, 18
  ## Down to PL3.
  handler $r47, user_syscall
  drop_to 2, PS_V64, user
own_syscall:
  expect_field $ps, 2, 0, 5, 19         ## PL1, ET
  expect_sfr $es, 0x5113, 20            ## SN 5, PTAPL 1, OAPL 1, class 3
  get $r1 = $spc
  ;;
  make $r2 = after_call_self
  ;;
  compd.ne $r3 = $r1, $r2
  make $r0 = 21
  ;;
  cb.dnez $r3 ? fail
  ;;
  make $r5 = 0x77
  ;;
  rfe
  ;;

user:
  expect_sfr $ps, 0x00010003, 22
  expect_sfr $es_pl1, 0, 23
  make $r1 = 40
  make $r6 = 0x123
  ;;
  scall $r6
  ;;
  expect $r1, 42, 24
  ## Registers of the kernel are refused, to their owner PL1.
  handler $r45, user_refused
  set_sfr $ile, 1
  fail_here 25
user_syscall:
  expect_field $ps, 2, 0, 5, 26
  expect_field $sps, 1, 0, 2, 27        ## relative level of the caller
  expect_field $es, 23, 0, 0x1231b3, 28 ## SN, PTRPL 0, PTAPL 1, ORPL 2, OAPL 3, class 3
  addd $r1 = $r1, 2
  ;;
  rfe
  ;;
user_refused:
  expect_field $ps, 1, 0, 1, 29
  expect_field $es, 16, 12, 2, 30
  expect_field $es, 35, 27, 25, 31      ## SFRP = ILE
  expect_field $es, 26, 21, 60, 32      ## GPRP = $r60
  expect_field $es, 20, 18, 4, 33       ## SFRI = set
  expect_field $es, 53, 50, 1, 34       ## one syllable
  ## A PL4 does not exist.
  handler $r45, overflow
  clear_bits $ps, PS_ET
  set_sfr $sps, 3
  rfe
  ;;
  fail_here 35
overflow:
  expect_field $ps, 1, 0, 1, 36
  expect_field $es, 16, 12, 19, 37
  expect_field $es, 63, 60, 4, 38
  pass
