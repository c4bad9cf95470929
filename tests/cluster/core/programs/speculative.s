## Speculative loads (architecture.md section 11).
  .include "common.s"
  .set MMC_SB, 1 << 28
  .set SNE, 1 << 14
  .set SPE, 1 << 15
  .macro map va, pa, rights, policy
    set_sfr $teh, \va
    set_sfr $tel, (\pa) | (\rights) << 4 | (\policy) << 2 | 3
    clear_bits $mmc, (15 << 18) | MMC_SB
    tlbwrite
    ;;
  .endm
  start
  set_sfr $teh, 1 << 9
  set_sfr $tel, (2 << 10) | (13 << 4) | (2 << 2) | 3
  set_sfr $mmc, MMC_SB
  tlbwrite
  ;;
  map 0x40001000, 0x101000, 0, 2           ## no rights
  map 0x40002000, 0x102000, 13, 0          ## device
  map 0x40003000, 0x103000, 13, 2
  map 0x40004000, 0x104000, 13, 1          ## uncached
  make $r9 = 0x102000
  make $r10 = 0x7777
  ;;
  sd 0[$r9] = $r10
  ;;
  sd 0x1000[$r9] = $r10
  ;;
  set_bits $ps, PS_MME | PS_MMUP | (1 << 20)
  make $r1 = 0x40001000
  make $r2 = 0x40002000
  ;;
  make $r3 = 0x40003000
  make $r8 = 0x50000000
  ;;
  make $r20 = 1
  make $r21 = 1
  ;;
  make $r22 = 1
  make $r23 = 1
  ;;
  make $r24 = 1
  make $r25 = 1
  ;;
  make $r26 = 1
  make $r27 = 1
  ;;
  ld.s $r20 = 0[$r8]                       ## no mapping
  ;;
  expect $r20, 0, 1
  ld.s $r21 = 0[$r1]                       ## protection
  ;;
  expect $r21, 0, 2
  ld.s $r22 = 0[$r2]                       ## device: not even read
  ;;
  expect $r22, 0, 3
  ld.s $r23 = 0xffc[$r3]                   ## crosses into another policy
  ;;
  expect $r23, 0, 4
  lo.us $r24r25r26r27 = 0[$r8]             ## 256 bits
  ;;
  expect $r24, 0, 5
  expect $r27, 0, 6
  ld.s $r20 = 0[$r3]
  ;;
  expect $r20, 0x7777, 7
  ## SNE: NOMAPPING traps; the syndrome tells that the access was speculative
  set_bits $mmc, SNE
  handler $r41, 2f
  ld.s $r20 = 8[$r8]
  ;;
  fail_here 8
2:
  expect_field $es, 16, 12, 12, 9
  expect_field $es, 42, 42, 1, 10
  expect_field $mmc, 9, 9, 1, 11
  expect_sfr $ea, 0x50000008, 12
  expect $r20, 0x7777, 13
  clear_bits $ps, PS_ET
  ld.s $r21 = 0[$r1]                       ## protection does not
  ;;
  clear_bits $mmc, SNE
  set_bits $mmc, SPE
  handler $r41, 2f
  ld.s $r20 = 16[$r1]
  ;;
  fail_here 14
2:
  expect_field $es, 16, 12, 13, 15
  expect_field $mmc, 17, 16, 1, 16
  clear_bits $ps, PS_ET
  ## A conditional access whose condition is false never faults
  make $r12 = 0
  ;;
  ld.dnez $r12 ? $r20 = [$r8]
  ;;
  expect $r20, 0x7777, 17
  pass
