## Protection, entry status, device pages, DAUS, supervisor and user columns (architecture.md sections 1, 6, 11 and 13).
  .include "common.s"
  .set MMC_SB, 1 << 28

## Maps 4 KiB page \va to \pa through JTLB way \way with PA, CP, ES.
  .macro map va, pa, way, rights, policy, status
    set_sfr $teh, \va
    set_sfr $tel, (\pa) | (\rights) << 4 | (\policy) << 2 | (\status)
    make $r60 = ((\way) << 18) << 32 | (15 << 18) | MMC_SB
    ;;
    wfxl $mmc, $r60
    ;;
    tlbwrite
    ;;
  .endm

## The trap handler: HTC and EA.
  .macro faulted htc, address, code
    expect_field $es, 16, 12, \htc, \code
    expect_sfr $ea, \address, \code
    clear_bits $ps, PS_ET
  .endm

  start
  ## LTLB: first 2 MiB identity, global, RWX; PL0 uses column 1.
  set_sfr $teh, 1 << 9
  set_sfr $tel, (2 << 10) | (13 << 4) | (2 << 2) | 3
  set_sfr $mmc, MMC_SB
  tlbwrite
  ;;
  map 0x40001000, 0x101000, 0, 5, 2, 3     ## R/R
  map 0x40002000, 0x102000, 0, 13, 2, 1    ## clean
  map 0x40003000, 0x103000, 0, 13, 2, 2    ## modified, not for atomics
  map 0x40004000, 0x104000, 0, 2, 2, 3     ## --/RW
  map 0x40005000, 0x105000, 0, 13, 0, 3    ## device
  map 0x40006000, 0x106000, 0, 13, 1, 3    ## uncached
  map 0x40007000, 0x107000, 0, 9, 2, 3     ## RW/RW: no execution
  set_bits $ps, PS_MME | PS_MMUP | (15 << 20)
  make $r1 = 0x40001000
  make $r2 = 0x40002000
  ;;
  make $r3 = 0x40003000
  make $r4 = 0x40004000
  ;;
  make $r5 = 0x40005000
  make $r6 = 0x40006000
  ;;
  make $r7 = 0x40007000
  make $r10 = 0x1234
  ;;
  ## PROTECTION of a store: PTC 2
  handler $r41, 2f
  ld $r11 = 8[$r1]
  ;;
  sd 8[$r1] = $r10
  ;;
  fail_here 1
2:
  faulted 13, 0x40001008, 2
  expect_field $mmc, 17, 16, 2, 3
  expect_field $es, 41, 39, 2, 4
  ## WRITETOCLEAN; the handler marks the page and returns to the store
  handler $r41, clean
  sd 16[$r2] = $r10
  ;;
  ld $r11 = 16[$r2]
  ;;
  expect $r11, 0x1234, 5
  ## ATOMICTOCLEAN
  handler $r41, 2f
  sd 24[$r3] = $r10
  ;;
  make $r11 = 1
  ;;
  aladdd 24[$r3] = $r11
  ;;
  fail_here 6
2:
  faulted 15, 0x40003018, 7
  expect_field $es, 41, 39, 6, 8
  ## NOMAPPING
  handler $r41, 2f
  ld $r11 = 0[$r7]
  ;;
  make $r12 = 0x50000000
  ;;
  ld $r11 = 0x30[$r12]
  ;;
  fail_here 9
2:
  faulted 12, 0x50000030, 10
  expect_field $mmc, 9, 9, 0, 11
  ## PROTECTION of a fetch: PTC 3
  handler $r41, 2f
  igoto $r7
  ;;
  fail_here 12
2:
  expect_sfr $spc, 0x40007000, 13
  faulted 13, 0x40007000, 14
  expect_field $mmc, 17, 16, 3, 15
  expect_field $es, 41, 39, 1, 16
  ## DEVICE pages are aligned
  handler $r41, 2f
  ld $r11 = 8[$r5]
  ;;
  ld $r11 = 12[$r5]
  ;;
  fail_here 17
2:
  faulted 3, 0x4000500c, 18
  ## An access from a device page into an uncached one faults, but after mapping faults of either page
  handler $r41, 2f
  ld $r11 = 0xffc[$r6]
  ;;
  fail_here 19
2:
  faulted 3, 0x40006ffc, 20
  handler $r41, 2f
  ld $r11 = 0xffc[$r7]
  ;;
  fail_here 21
2:
  faulted 12, 0x40008000, 22               ## the second page, its first byte
  ## Column 0 (MMUP clear) forbids what column 1 allows
  ld $r11 = 0[$r4]
  ;;
  handler $r41, 2f
  clear_bits $ps, PS_MMUP
  ld $r11 = 0[$r4]
  ;;
  fail_here 23
2:
  faulted 13, 0x40004000, 24
  expect_field $mmc, 17, 16, 1, 25
  ## DAUS: data accesses of this level use the MMU bits of SPS (column 1 there)
  clear_bits $sps, 0
  set_sfr $sps, PS_MME | PS_MMUP | (15 << 20) | PS_V64
  set_bits $ps, PS_DAUS
  ld $r11 = 0[$r4]
  ;;
  clear_bits $ps, PS_DAUS
  handler $r41, 2f
  ld $r11 = 0[$r4]
  ;;
  fail_here 26
2:
  faulted 13, 0x40004000, 27
  ## Unaligned pages are refused by tlbwrite
  map 0x40011000, 0x110000, 0, (13 << 0) | (1 << 6), 2, 3
  expect_field $mmc, 31, 31, 1, 28
  ## A JTLB has four ways
  map 0x40011000, 0x110000, 4, 13, 2, 3
  expect_field $mmc, 31, 31, 1, 29
  map 0x40011000, 0x110000, 3, 13, 2, 3
  expect_field $mmc, 31, 31, 0, 30
  expect_field $mmc, 27, 22, 0x11, 31
  pass

clean:
  expect_field $es, 16, 12, 14, 32
  expect_sfr $ea, 0x40002010, 33
  map 0x40002000, 0x102000, 0, 13, 2, 2
  rfe
  ;;
