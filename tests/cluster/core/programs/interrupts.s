## Interrupt priorities, masks, nesting, owners (architecture.md section 7).
  .include "common.s"
  start
  set_sfr $ile, 0xffffffff
  ## ILL: line 20 level 1, line 21 level 2, line 22 level 2, line 23 level 3
  set_sfr $ill, (1 << 40) | (2 << 42) | (2 << 44) | (3 << 46)

  ## IE clear: nothing is taken
  set_bits $ilr, 1 << 20
  nop
  ;;
  expect_sfr $ilr, 1 << 20, 1
  ## IE set: taken at once, SPC behind the bundle that allowed it
  handler $r42, 2f
  set_bits $ps, PS_IE
1:
  fail_here 2
2:
  expect_sfr $es, (20 << 12) | (1 << 17) | 2, 3
  expect_field $ps, 13, 12, 1, 4       ## IL = level of the line
  expect_field $ps, 4, 0, 4, 5         ## IE and HTD clear, ET set
  expect_sfr $spc, 1b, 6
  expect_sfr $ilr, 0, 7
  expect_sfr $ea, 0, 8
  expect_field $sps, 4, 0, 16, 9

  ## In the handler: same level masked, higher level nests once IE is set again
  clear_bits $ps, PS_ET
  set_bits $ps, PS_IE
  set_bits $ilr, 1 << 20
  nop
  ;;
  handler $r42, 2f
  set_bits $ilr, 1 << 23
1:
  fail_here 10
2:
  expect_field $es, 16, 12, 23, 11
  expect_field $ps, 13, 12, 3, 12
  expect_field $sps, 13, 12, 1, 13
  expect_sfr $spc, 1b, 14
  handler $r42, unexpected
  set_sfr $spc, 1f
  rfe
  ;;
1:
  expect_field $ps, 13, 12, 1, 15
  ## Of the pending 20, 21 and 22 the highest level and then the lowest number comes first.
  clear_bits $ps, PS_IE
  set_bits $ilr, (1 << 21) | (1 << 22)
  handler $r42, 2f
  set_bits $ps, PS_IE
  fail_here 16
2:
  expect_field $es, 16, 12, 21, 17
  clear_bits $ps, PS_ET
  ## ILE masks without losing requests.
  clear_bits $ile, 1 << 22
  clear_bits $ps, 3 << 12
  handler $r42, 2f
  set_bits $ps, PS_IE
  fail_here 18
2:
  expect_field $es, 16, 12, 20, 19
  expect_sfr $ilr, 1 << 22, 20
  clear_bits $ps, PS_ET
  clear_bits $ilr, 1 << 22

  ## A line owned by PL0 interrupts PL1 although PS.IE is clear there; PL1's own lines do not.
  delegate_all
  set_sfr $itow, 0x5555555555555554      ## line 0 stays with PL0
  set_sfr $ile, 0x100001
  set_sfr $ill, 0xffffffffffffffff
  set_sfr $sps_pl0, 0
  drop_to 1, PS_V64, kernel
kernel:
  expect_field $ps, 4, 0, 1, 21
  set_bits $ilr, 1 << 20                 ## PL1's own
  nop
  ;;
  handler $r42, 2f
  trigger 0, 100                         ## PL0's, from outside
1:goto 1b
  ;;
2:
  expect_field $ps, 2, 0, 4, 22
  expect_field $es, 11, 0, 0x52, 23      ## ORPL 1, OAPL 1, class 2
  expect_sfr $spc, 1b, 24
  expect_field $sps, 1, 0, 1, 25
  ## PL1 may not touch line 0.
  set_sfr $spc, on
  rfe
  ;;
on:
  expect_sfr $ile, 0x100000, 26          ## reads 0 for lines of others
  handler $r41, 2f
  set_bits $ile, 1
  fail_here 27
2:
  expect_field $es, 16, 12, 2, 28
  ## PL1 opens its own line.
  handler $r46, 2f
  set_sfr $spc, open
  rfe
  ;;
open:
  set_bits $ps, PS_IE
  fail_here 29
2:
  expect_field $ps, 2, 0, 5, 30
  expect_field $es, 16, 12, 20, 31
  ## An interrupt at this level while ET is set is a double exception for the owner of DE (PL1 itself here: fatal), so PL1
  ## clears ET first; then a second one nests only above the level.
  clear_bits $ps, PS_ET | (3 << 12)
  handler $r46, 2f
  set_bits $ps, PS_IE
  trigger 20, 60
1:goto 1b
  ;;
2:
  expect_field $es, 16, 12, 20, 32
  pass
