## The arithmetic interrupt of CS and CSIT (architecture.md sections 3 and 7; semantics.md section 6).
  .include "common.s"
  start
  set_sfr $ill, 3 << 26
  set_sfr $ile, 1 << 13
  set_bits $ps, PS_IE
  ## Not enabled: only the flag.
  make $r1 = 0x7f7fffff            ## largest float
  ;;
  faddw $r2 = $r1, $r1
  ;;
  barrier
  ;;
  expect_field $cs, 3, 3, 1, 1
  ## Enabled, flag clear, raised anew by an operation.
  set_sfr $cs, 0
  set_sfr $csit, 1 << 3            ## OVIE
  handler $r42, 2f
1:faddw $r2 = $r1, $r1
  ;;
  nop
  ;;
  nop
  ;;
  barrier
  ;;
  fail_here 2
2:
  expect_field $es, 16, 12, 13, 3
  expect_sfr $aespc, 1b, 4
  expect_sfr $csit, (1 << 3) | (1 << 16) | (3 << 17) | (1 << 20), 5
  clear_bits $ps, PS_ET | (3 << 12)
  ## The flag is still set: a second overflow is no news.
  handler $r42, unexpected
  set_bits $ps, PS_IE
  faddw $r2 = $r1, $r1
  ;;
  barrier
  ;;
  ## Writing CS counts as well.
  set_sfr $csit, 1 << 2
  handler $r42, 2f
  make $r60 = 4
  ;;
1:set $cs = $r60
  ;;
  nop
  ;;
  fail_here 6
2:
  expect_field $csit, 19, 17, 2, 7
  expect_sfr $aespc, 1b, 8
  pass
