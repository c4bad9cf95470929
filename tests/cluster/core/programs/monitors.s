## Performance monitors (architecture.md section 8).
  .include "common.s"
  start
  ## After reset: PM0, PM1 cycles, PM2, PM3 bundles.
  get $r1 = $pm2
  ;;
  nop
  ;;
  addd $r3 = $r3, 1
  addd $r4 = $r4, 1
  ;;
  get $r2 = $pm2
  ;;
  sbfd $r2 = $r1, $r2
  ;;
  expect $r2, 3, 1
  ## Instructions on PM1: the get itself, nop, two adds.
  make $r60 = (3 << 7) << 32 | (0x3f << 7)
  ;;
  wfxl $pmc, $r60
  ;;
  barrier
  ;;
  get $r1 = $pm1
  ;;
  nop
  ;;
  addd $r3 = $r3, 1
  addd $r4 = $r4, 1
  ;;
  get $r2 = $pm1
  ;;
  sbfd $r2 = $r1, $r2
  ;;
  expect $r2, 4, 2
  ## Stop (48) holds, reset (49) clears.
  make $r60 = (48 << 7) << 32 | (0x3f << 7)
  ;;
  wfxl $pmc, $r60
  ;;
  barrier
  ;;
  get $r1 = $pm1
  ;;
  nop
  ;;
  get $r2 = $pm1
  ;;
  compd.ne $r3 = $r1, $r2
  make $r0 = 3
  ;;
  cb.dnez $r3 ? fail
  ;;
  make $r60 = (49 << 7) << 32 | (0x3f << 7)
  ;;
  wfxl $pmc, $r60
  ;;
  barrier
  ;;
  expect_sfr $pm1, 0, 4
  ## PM3 counts bundles from -20: its overflow interrupts by line 3 and saves the PC.
  set_sfr $ill, 3 << 6
  set_sfr $ile, 1 << 3
  set_bits $ps, PS_IE
  handler $r42, overflow
  make $r60 = 8 << 32                ## PM3IE (bit 35), upper half
  ;;
  make $r1 = -20
  ;;
  set $pm3 = $r1
  ;;
  wfxm $pmc, $r60
  ;;
  make $r2 = 0
  ;;
1:
  addd $r2 = $r2, 1
  ;;
  goto 1b
  ;;
overflow:
  expect_field $es, 16, 12, 3, 5
  expect_field $pmc, 30, 30, 1, 6
  ## set, wfxm, make and 17 bundles of the loop: 9 times the add
  expect $r2, 9, 7
  get $r1 = $pmsa
  ;;
  get $r2 = $spc
  ;;
  compd.ne $r3 = $r1, $r2
  make $r0 = 8
  ;;
  cb.dnez $r3 ? fail
  ;;
  pass
