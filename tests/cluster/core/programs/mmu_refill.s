## A software-refilled MMU: kernel in the LTLB, user pages loaded into the JTLB by a NOMAPPING handler
## (architecture.md section 13).
  .include "common.s"
  .set USER, 0x40000000              ## virtual base of the user pages
  .set FRAMES, 0x200000              ## their frames: FRAMES + 4096 * (page xor 5)
  .set PAGES, 100                    ## more than the ways of some sets hold
  .set MMC_SB, 1 << 28
  start
  ## Every way of every set gets an invalid entry.
  set_sfr $tel, 0
  make $r1 = 0
  ;;
invalidate:
  slld $r2 = $r1, 12
  ;;
  set $teh = $r2
  ;;
  make $r3 = 0
  ;;
1:
  slld $r60 = $r3, 18 + 32
  make $r61 = 15 << 18
  ;;
  iord $r60 = $r60, $r61
  ;;
  wfxl $mmc, $r60
  ;;
  tlbwrite
  ;;
  addd $r3 = $r3, 1
  ;;
  compd.lt $r4 = $r3, 4
  ;;
  cb.dnez $r4 ? 1b
  ;;
  addd $r1 = $r1, 1
  ;;
  compd.lt $r4 = $r1, 64
  ;;
  cb.dnez $r4 ? invalidate
  ;;
  ## LTLB way 0: the first 2 MiB identity, global, RWX in both columns, A-modified, write-through.
  set_sfr $teh, 1 << 9
  set_sfr $tel, (2 << 10) | (13 << 4) | (2 << 2) | 3
  set_sfr $mmc, MMC_SB | 7           ## ASN 7
  tlbwrite
  ;;
  expect_field $mmc, 31, 31, 0, 1
  ## The user data, physically, before the MMU is on: page p holds p * 3.
  make $r1 = 0
  make $r20 = FRAMES
  ;;
1:
  eord $r2 = $r1, 5
  addd $r3 = $r1, $r1
  ;;
  slld $r2 = $r2, 12
  addd $r3 = $r3, $r1
  ;;
  addd $r2 = $r2, $r20
  ;;
  sd 0x18[$r2] = $r3
  addd $r1 = $r1, 1
  ;;
  compd.lt $r4 = $r1, PAGES
  ;;
  cb.dnez $r4 ? 1b
  ;;
  handler $r41, refill
  make $r30 = 0                      ## refills
  ;;
  set_bits $ps, PS_MME | PS_MMUP | (1 << 20)   ## PMJ: 4K only
  ## Two passes over the pages.
  make $r10 = 0
  make $r11 = 2
  ;;
pass:
  make $r1 = USER
  make $r2 = 0
  ;;
1:
  ld $r3 = 0x18[$r1]
  ;;
  addd $r10 = $r10, $r3
  addd $r1 = $r1, 4096
  ;;
  addd $r2 = $r2, 1
  ;;
  compd.lt $r4 = $r2, PAGES
  ;;
  cb.dnez $r4 ? 1b
  ;;
  addd $r11 = $r11, -1
  ;;
  cb.dnez $r11 ? pass
  ;;
  expect $r10, PAGES * (PAGES - 1) * 3, 2
  ## Four ways times 64 sets hold all 100 pages: the second pass needs no refill.
  expect $r30, PAGES, 3
  ## An access across two pages whose frames do not adjoin.
  make $r1 = USER + 4096 * 3 - 4
  make $r2 = 0x1122334455667788
  ;;
  sd 0[$r1] = $r2
  ;;
  ld $r3 = 0[$r1]
  ;;
  expect $r3, 0x1122334455667788, 4
  clear_bits $ps, PS_MME
  make $r1 = FRAMES + (2 ^ 5) * 4096 + 4092
  make $r2 = FRAMES + (3 ^ 5) * 4096
  ;;
  lwz $r3 = 0[$r1]
  ;;
  expect $r3, 0x55667788, 5
  lwz $r3 = 0[$r2]
  ;;
  expect $r3, 0x11223344, 6
  set_bits $ps, PS_MME
  ## A page of another address space is refilled again.
  make $r60 = 8 << 32 | 0x1ff
  ;;
  wfxl $mmc, $r60
  ;;
  make $r1 = USER
  ;;
  ld $r3 = 0x18[$r1]
  ;;
  expect $r30, PAGES + 1, 7
  ## tlbprobe finds it, tlbread returns it.
  set_sfr $teh, USER
  set_sfr $tel, 0
  tlbprobe
  ;;
  expect_field $mmc, 31, 28, 0, 8            ## no error, JTLB
  expect_field $tel, 39, 12, (FRAMES + 5 * 4096) >> 12, 9
  expect_field $teh, 8, 0, 8, 10
  set_sfr $tel, 0
  set_sfr $teh, 0
  tlbread
  ;;
  expect_field $tel, 39, 12, (FRAMES + 5 * 4096) >> 12, 11
  ## Fetch faults are refilled like data faults: code at USER + 0x100000.
  make $r1 = FRAMES + (0x100 ^ 5) * 4096
  ;;
  clear_bits $ps, PS_MME
  make $r2 = 0x0fd00000              ## ret
  ;;
  sw 0[$r1] = $r2
  ;;
  fence
  ;;
  i1inval
  ;;
  barrier
  ;;
  set_bits $ps, PS_MME
  make $r1 = USER + 0x100000
  ;;
  icall $r1
  ;;
  expect $r30, PAGES + 2, 12
  pass

## Loads the page of $ea into way $r31 of its set; uses $r50..$r57.
refill:
  get $r50 = $es
  ;;
  extfz $r51 = $r50, 16, 12
  ;;
  compd.ne $r51 = $r51, 12           ## NOMAPPING?
  make $r0 = 20
  ;;
  cb.dnez $r51 ? fail
  ;;
  get $r52 = $ea
  ;;
  srld $r53 = $r52, 12
  make $r54 = USER >> 12
  ;;
  sbfd $r54 = $r54, $r53             ## page number
  ;;
  eord $r54 = $r54, 5
  srld $r57 = $r53, 6
  ;;
  slld $r54 = $r54, 12
  make $r55 = FRAMES
  ;;
  addd $r54 = $r54, $r55
  make $r55 = (13 << 4) | (2 << 2) | 3
  ;;
  iord $r54 = $r54, $r55
  slld $r53 = $r53, 12
  ;;
  set $tel = $r54
  ;;
  get $r55 = $mmc
  andd $r57 = $r57, 3                ## way: next two page-number bits
  ;;
  extfz $r55 = $r55, 8, 0
  slld $r57 = $r57, 18 + 32
  ;;
  iord $r53 = $r53, $r55
  make $r56 = (15 << 18) | MMC_SB
  ;;
  set $teh = $r53
  ;;
  iord $r57 = $r57, $r56
  ;;
  wfxl $mmc, $r57
  ;;
  tlbwrite
  ;;
  get $r55 = $mmc
  ;;
  srld $r55 = $r55, 31
  make $r0 = 21
  ;;
  cb.dnez $r55 ? fail
  ;;
  addd $r30 = $r30, 1
  ;;
  rfe
  ;;
