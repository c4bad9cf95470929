## Breakpoints, watchpoints, single step (architecture.md section 14). PL0 debugs PL1.
  .include "common.s"
  start
  delegate_all
  set_sfr $dow, 0                  ## debug resources stay with PL0
  set_sfr $psow, 0x1550555555555   ## SME and SMR stay with PL0
  ## Breakpoint 1 on one bundle
  handler $r40, broke
  set_sfr $dba1, here
  set_sfr $dc, (1 << 7) | (2 << 8) ## BE1, 4 bytes
  drop_to 1, PS_V64, program
program:
  make $r1 = 1
  ;;
here:
  addd $r1 = $r1, 1
  ;;
  fail_here 1
broke:
  expect_field $ps, 2, 0, 4, 2
  expect_sfr $spc, here, 3
  expect_field $es, 15, 0, 0x4050, 4     ## BN 1, breakpoint, ORPL 1, OAPL 1, class 0
  expect $r1, 1, 5
  ## In PL0 the same bundle does not stop.
  clear_bits $ps, PS_ET
  goto over
  ;;
over:
  ## Watchpoint 0 on a store, before it is done
  handler $r40, watched
  set_sfr $dwa0, 0x100020
  set_sfr $dc, (1 << 14) | (4 << 15)     ## WE0, 16 bytes
  make $r2 = 0x100000
  make $r3 = 0x55
  ;;
  sd 0x28[$r2] = $r3                     ## PL0 writes freely
  ;;
  drop_to 1, PS_V64, store
store:
  ld $r4 = 0x28[$r2]
  make $r3 = 0x66
  ;;
  sd 0x18[$r2] = $r3
  ;;
watch_here:
  sw 0x2c[$r2] = $r3
  ;;
  fail_here 6
watched:
  expect_sfr $spc, watch_here, 7
  expect_sfr $ea, 0x10002c, 8
  expect_field $es, 15, 12, 1, 9         ## watchpoint 0
  expect_field $es, 41, 39, 2, 10
  expect_field $es, 49, 44, 4, 11
  ld $r4 = 0x28[$r2]
  ;;
  expect $r4, 0x55, 12
  set_sfr $dc, 0
  clear_bits $ps, PS_ET
  ## Single step of PL1: one bundle at a time, an scall counts as one
  make $r10 = 0
  ;;
  handler $r40, stepped
  handler $r47, called
  drop_to 1, PS_V64 | PS_SME, steps
steps:
  make $r1 = 10
  ;;
  addd $r1 = $r1, 1
  addd $r5 = $r1, 5
  ;;
  goto 1f
  ;;
  fail_here 13
1:
  addd $r1 = $r1, 1
  ;;
steps_end:
  nop
  ;;
stepped:
  expect_field $es, 15, 12, 2, 14        ## step
  expect_field $ps, 1, 0, 0, 15
  addd $r10 = $r10, 1
  ;;
  get $r11 = $spc
  ;;
  make $r12 = steps_end
  ;;
  compd.eq $r12 = $r11, $r12
  ;;
  cb.dnez $r12 ? 1f
  ;;
  rfe
  ;;
1:
  expect $r10, 4, 16
  expect $r1, 12, 17
  ## A stepped scall to PL0: the step comes after the return.
  make $r10 = 0
  ;;
  clear_bits $ps, PS_ET
  set_sfr $syow, 0
  handler $r43, called
  handler $r40, stepped_call
  drop_to 1, PS_V64 | PS_SME, call
call:
  scall 3
  ;;
call_end:
  fail_here 18
called:
  expect $r10, 0, 19
  addd $r10 = $r10, 1
  ;;
  rfe
  ;;
stepped_call:
  expect $r10, 1, 20
  expect_sfr $spc, call_end, 21
  expect_field $es, 15, 12, 2, 22
  pass
