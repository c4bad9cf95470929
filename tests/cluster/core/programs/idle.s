## await, sleep, stop, waitit, syncgroup (architecture.md section 7).
  .include "common.s"
  start
  ## WS is 7 after reset: all three fall through.
  stop
  ;;
  sleep
  ;;
  await
  ;;
  ## await until a line rises that is not even enabled
  clear_bits $ws, 7
  trigger 9, 400
  get $r1 = $pm0
  ;;
  await
  ;;
  get $r2 = $pm0
  ;;
  expect_sfr $ws, 3, 1
  sbfd $r2 = $r1, $r2
  ;;
  make $r3 = 300
  ;;
  compd.lt $r3 = $r2, $r3
  make $r0 = 2
  ;;
  cb.dnez $r3 ? fail
  ;;
  expect_sfr $ilr, 1 << 9, 3
  ## the WU bits stay set: no sleep until software clears them
  await
  ;;
  ## sleep, woken by timer 0, with the interrupt taken behind it
  set_sfr $ilr, 0
  set_sfr $ile, 1
  set_sfr $ill, 3
  handler $r42, woken
  set_sfr $t0v, 500
  clear_bits $ws, 3
  set_bits $tcr, (1 << 16) | (1 << 18)
  set_bits $ps, PS_IE
  sleep
  ;;
after_sleep:
  fail_here 4
woken:
  expect_sfr $spc, after_sleep, 5
  clear_bits $ps, PS_ET
  set_sfr $tcr, 0
  set_sfr $ilr, 0
  ## stop is woken by the power controller only
  clear_bits $ws, 7
  trigger 5, 100
  trigger WAKEUP, 700
  get $r1 = $pm0
  ;;
  stop
  ;;
  get $r2 = $pm0
  ;;
  expect_sfr $ws, 7, 6
  sbfd $r2 = $r1, $r2
  ;;
  make $r3 = 600
  ;;
  compd.lt $r3 = $r2, $r3
  make $r0 = 7
  ;;
  cb.dnez $r3 ? fail
  ;;
  ## waitit, or-mask: returns the pending set and acknowledges nothing
  set_sfr $ilr, 0
  set_sfr $ile, 0xff00
  trigger 12, 300
  make $r5 = 0x3000
  ;;
  waitit $r5
  ;;
  expect $r5, 0x1000, 8
  expect_sfr $ilr, 0x1000, 9
  ## and-mask: waits for the second line too
  trigger 14, 300
  make $r5 = 0x5000 << 32
  ;;
  waitit $r5
  ;;
  expect $r5, 0x5000, 10
  ## no masks, no wait
  make $r5 = 0
  ;;
  waitit $r5
  ;;
  ## syncgroup: waits for forward events 0 and 3, clears them, keeps others
  trigger 64, 200
  trigger 67, 500
  trigger 70, 100
  make $r5 = 0x0009
  ;;
  syncgroup $r5
  ;;
  expect_sfr $ipe, 1 << 6, 11
  ## events that are there already do not wait
  make $r5 = 0x0040
  ;;
  syncgroup $r5
  ;;
  expect_sfr $ipe, 0, 12
  pass
