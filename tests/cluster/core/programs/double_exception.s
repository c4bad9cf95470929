## A trap inside a handler goes to the owner of double exceptions (architecture.md section 5).
  .include "common.s"
  start
  delegate_all
  set_sfr $htow, 0x1055555        ## DE (bits 21:20) stays with PL0
  handler $r45, first
  drop_to 1, PS_V64, kernel
kernel:
  handler $r47, call
1:errop
  ;;
  fail_here 1
first:
  expect_field $ps, 2, 0, 5, 2     ## PL1, ET
  handler $r41, doubled
second:
  errop
  ;;
  fail_here 3
doubled:
  expect_field $ps, 2, 0, 4, 4     ## PL0, ET
  expect_field $es, 11, 0, 0x559, 5  ## PTRPL 1, PTAPL 1, ORPL 1, OAPL 1, class 9
  expect_field $es, 16, 12, 1, 6
  expect_sfr $spc, second, 7
  expect_field $sps, 2, 0, 5, 8    ## PL1 relative, ET of the interrupted handler
  ## The first handler's registers are untouched.
  get $r1 = $spc_pl1
  ;;
  expect $r1, 1b, 9
  ## Return into the first handler, behind the second trap.
  set_sfr $spc, go_on
  rfe
  ;;
go_on:
  expect_field $ps, 2, 0, 5, 10
  ## A syscall while ET is set is double, too: through the trap vector.
  handler $r41, doubled_call
third:
  scall 9
  ;;
  fail_here 11
doubled_call:
  expect_field $es, 3, 0, 11, 12
  expect_field $es, 23, 12, 9, 13
  expect_sfr $spc, third, 14
  pass
call:
  fail_here 15
