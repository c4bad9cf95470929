## Every kind of trap that a program can cause with the MMU off: HTC, EA, SPC, overlay (architecture.md sections 5, 6).
  .include "common.s"

## The trap handler of \code's test: level 0, ET, HTC and the address of the bundle.
  .macro entered htc, bundle, code
    expect_field $ps, 2, 0, 4, \code
    expect_field $es, 3, 0, 1, \code
    expect_field $es, 16, 12, \htc, \code
    expect_sfr $spc, \bundle, \code
    clear_bits $ps, PS_ET
  .endm

  start
  ## OPCODE: errop, in a bundle of one syllable
  handler $r41, 2f
1:errop
  ;;
  fail_here 1
2:
  entered 1, 1b, 2
  expect_field $es, 53, 50, 1, 3
  expect_sfr $ea, 0, 4

  ## OPCODE: an SFR number without register
  handler $r41, 2f
1:.word 0x0fc40000 | (102 << 6) | 1    ## get $r1 = number 102; the assembler refuses it
  fail_here 5
2:
  entered 1, 1b, 6

  ## OPCODE: PC is read-only
  handler $r41, 2f
1:.word 0x0fc00000 | 1                ## set $pc = $r1
  fail_here 7
2:
  entered 1, 1b, 8

  ## OPCODE: loopdo with PS.HLE clear
  handler $r41, 2f
  make $r1 = 3
  ;;
1:loopdo $r1, 2f
  ;;
  fail_here 9
2:
  entered 1, 1b, 10

  ## VSFR through get, with the register numbers in the syndrome; nothing is written
  handler $r41, 2f
  make $r33 = 0x1234
  ;;
1:get $r33 = $vsfr5
  addd $r34 = $r33, 1
  ;;
  fail_here 11
2:
  entered 18, 1b, 12
  expect $r33, 0x1234, 13
  expect_field $es, 35, 27, 261, 14
  expect_field $es, 26, 21, 33, 15
  expect_field $es, 20, 18, 2, 16
  expect_field $es, 53, 50, 2, 17
  expect_field $es, 17, 17, 1, 18

  ## VSFR through iget: the number comes from the register
  handler $r41, 2f
  make $r20 = 511
  ;;
1:iget $r20
  ;;
  fail_here 19
2:
  entered 18, 1b, 20
  expect_field $es, 35, 27, 511, 21
  expect_field $es, 20, 18, 3, 22

  ## DMISALIGN: atomics must be aligned
  handler $r41, 2f
  make $r1 = 0x100004
  make $r2 = 1
  ;;
1:aladdd 0[$r1] = $r2
  ;;
  fail_here 23
2:
  entered 3, 1b, 24
  expect_sfr $ea, 0x100004, 25
  expect_field $es, 41, 39, 6, 26
  expect_field $es, 49, 44, 8, 27
  expect_field $es, 59, 54, 2, 28

  ## DSYSERROR: nobody answers a load; the destination and a write in the same bundle are kept
  handler $r41, 2f
  make $r1 = 0x30000000
  make $r2 = 5
  ;;
  make $r3 = 6
  ;;
1:lws.u $r2 = 16[$r1]
  addd $r3 = $r3, 1
  ;;
  fail_here 29
2:
  entered 5, 1b, 30
  expect_sfr $ea, 0x30000010, 31
  expect $r2, 5, 32
  expect $r3, 6, 33
  expect_field $es, 41, 39, 4, 34
  expect_field $es, 49, 44, 4, 35
  expect_field $es, 59, 54, 2, 36
  expect_field $es, 53, 50, 2, 37
  expect_field $es, 42, 42, 0, 38

  ## DSYSERROR: a blocking store beyond the physical space
  handler $r41, 2f
  make $r1 = 0x10000000000
  ;;
1:sq 0[$r1] = $r2r3
  ;;
  fail_here 39
2:
  entered 5, 1b, 40
  expect_sfr $ea, 0xffffff0000000000, 41       ## sign-extended from bit 40
  expect_field $es, 41, 39, 2, 42
  expect_field $es, 49, 44, 16, 43

  ## PSYSERROR: fetch from where nobody answers
  handler $r41, 2f
  make $r1 = 0x30000100
  ;;
  igoto $r1
  ;;
  fail_here 44
2:
  entered 4, 0x30000100, 45
  expect_sfr $ea, 0x30000100, 46
  expect_field $es, 41, 39, 1, 47
  expect_field $es, 53, 50, 1, 48

  ## PL_OVERFLOW through an owner write: PL2 gives 2 more. From PL0 the sum is legal; so it is done in PL2.
  delegate_all
  set_sfr $dow, 0xff
  set_sfr $htow, 0
  handler $r41, 2f
  drop_to 2, PS_V64, down
down:
  expect_field $ps, 1, 0, 2, 49
1:make $r1 = 2
  ;;
  set $dow = $r1
  ;;
  fail_here 50
2:
  expect_field $es, 16, 12, 19, 51
  expect_field $es, 35, 27, 99, 52
  expect_field $es, 5, 4, 2, 53
  expect_sfr $do, 0xff, 54
  clear_bits $ps, PS_ET

  ## Privileged instructions below their owner (PL1): PRIVILEGE with the instruction's code, taken in PL1
  .macro refused instruction, pic, code
    handler $r45, 2f
    clear_bits $ps, PS_ET
    drop_to 3, PS_V64, 1f
1:  \instruction
    ;;
    fail_here \code
2:
    expect_field $ps, 1, 0, 1, \code
    expect_field $es, 16, 12, 2, \code
    expect_field $es, 63, 60, \pic, \code
    expect_field $es, 5, 4, 3, \code
    ## back to PL0 through a syscall that PL0 owns
    handler $r43, 3f
    scall 0
    ;;
3:  clear_bits $ps, PS_ET
  .endm
  set_sfr $syow, 0
  clear_bits $ps, PS_ET
  refused tlbwrite, 1, 55
  refused tlbread, 2, 56
  refused tlbprobe, 3, 57
  refused rfe, 4, 58
  refused stop, 5, 59
  refused "syncgroup $r1", 6, 60

  ## PS.HTD: the trap is reported, the bundle skipped
  handler $r41, unexpected
  set_bits $ps, PS_HTD
  make $r1 = 0x30000000
  make $r2 = 5
  ;;
  ld.u $r2 = 8[$r1]
  addd $r3 = $r3, 1
  ;;
  expect $r2, 5, 61
  expect_field $es, 36, 36, 1, 62
  expect_field $es, 16, 12, 5, 63
  expect_sfr $ea, 0x30000008, 64
  expect_field $ps, 3, 0, 8, 65
  clear_bits $ps, PS_HTD

  ## PS.V64=0: addresses are 32 bits
  make $r1 = 0x700100000
  make $r2 = 0x5a5a
  ;;
  clear_bits $ps, PS_V64
  sd 0[$r1] = $r2
  ;;
  set_bits $ps, PS_V64
  make $r1 = 0x100000
  ;;
  ld $r3 = 0[$r1]
  ;;
  expect $r3, 0x5a5a, 66
  pass
