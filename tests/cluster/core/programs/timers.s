## Timers and the watchdog's interrupt (architecture.md section 7).
  .include "common.s"
  .set T0CE, 1 << 16
  .set T1CE, 1 << 17
  .set T0IE, 1 << 18
  .set T1IE, 1 << 19
  .set T0ST, 1 << 20
  .set T1ST, 1 << 21
  .set WCE, 1 << 24
  .set WIE, 1 << 25
  .set WUI, 1 << 26
  .set WUS, 1 << 27
  start
  set_sfr $ill, 0x3f               ## lines 0, 1, 2 at level 3
  set_sfr $ile, 7
  ## A timer counts as PM0 does, downwards: one per cycle.
  set_sfr $t0r, 1 << 40
  set_sfr $t0v, 1 << 40
  set_bits $tcr, T0CE
  get $r1 = $t0v
  ;;
  get $r2 = $pm0
  ;;
  nop
  ;;
  nop
  ;;
  nop
  ;;
  get $r3 = $t0v
  ;;
  get $r4 = $pm0
  ;;
  sbfd $r1 = $r3, $r1              ## ticks of the timer between the two pairs
  ;;
  sbfd $r2 = $r2, $r4
  ;;
  compd.ne $r5 = $r1, $r2
  make $r0 = 1
  ;;
  cb.dnez $r5 ? fail
  ;;
  clear_bits $tcr, T0CE
  get $r1 = $t0v
  ;;
  nop
  ;;
  get $r2 = $t0v
  ;;
  compd.ne $r5 = $r1, $r2
  make $r0 = 2
  ;;
  cb.dnez $r5 ? fail
  ;;
  ## Periodic interrupt: ten of timer 1, 300 cycles apart, counted in $r10.
  make $r10 = 0
  make $r11 = 0
  ;;
  handler $r42, tick
  set_sfr $t1r, 299
  set_sfr $t1v, 299
  set_bits $tcr, T1CE | T1IE
  set_bits $ps, PS_IE
1:
  addd $r11 = $r11, 1
  ;;
  compd.lt $r1 = $r10, 10
  ;;
  cb.dnez $r1 ? 1b
  ;;
  clear_bits $ps, PS_IE
  clear_bits $tcr, T1CE | T1IE
  expect $r10, 10, 3
  expect_field $tcr, 21, 21, 1, 4
  ## 2700 cycles passed between the first and the tenth tick, +- the width of the loop.
  sbfd $r12 = $r12, $r13
  ;;
  make $r1 = 2700 - 40
  ;;
  compd.lt $r1 = $r12, $r1
  make $r0 = 5
  ;;
  cb.dnez $r1 ? fail
  ;;
  make $r1 = 2700 + 40
  ;;
  compd.gt $r1 = $r12, $r1
  make $r0 = 6
  ;;
  cb.dnez $r1 ? fail
  ;;
  ## The watchdog warns by line 2 and is appeased by clearing WUS.
  make $r10 = 0
  ;;
  handler $r42, bark
  set_sfr $wdr, 199
  set_sfr $wdv, 199
  set_bits $tcr, WCE | WIE | WUI
  set_bits $ps, PS_IE
1:
  compd.lt $r1 = $r10, 5
  ;;
  cb.dnez $r1 ? 1b
  ;;
  clear_bits $tcr, WCE
  expect $r10, 5, 7
  pass

tick:
  expect_field $es, 16, 12, 1, 8
  get $r13 = $pm0
  ;;
  cb.dnez $r10 ? 1f
  ;;
  copyd $r12 = $r13
  ;;
1:
  addd $r10 = $r10, 1
  ;;
  rfe
  ;;
bark:
  expect_field $es, 16, 12, 2, 9
  clear_bits $tcr, WUS
  addd $r10 = $r10, 1
  ;;
  rfe
  ;;
