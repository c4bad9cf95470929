## Shared by the system programs. Registers: $r0, $r60..$r63 belong to the macros; $r40..$r43 hold the PL0 handlers
## (debug, trap, interrupt, syscall), $r44..$r47 those of PL1.

## Fails with exit status \code unless \reg == \value.
  .macro expect reg, value, code
    make $r62 = \value
    ;;
    compd.ne $r63 = \reg, $r62
    make $r0 = \code
    ;;
    cb.dnez $r63 ? fail
    ;;
  .endm

## The same for an SFR.
  .macro expect_sfr sfr, value, code
    get $r61 = \sfr
    ;;
    expect $r61, \value, \code
  .endm

## The same for bits stop..start of an SFR.
  .macro expect_field sfr, stop, start, value, code
    get $r61 = \sfr
    ;;
    extfz $r61 = $r61, \stop, \start
    ;;
    expect $r61, \value, \code
  .endm

  .macro fail_here code
    make $r0 = \code
    ;;
    goto fail
    ;;
  .endm

  .macro pass
    make $r0 = 0
    ;;
    scall 4095
    ;;
  .endm

  .macro set_sfr sfr, value
    make $r60 = \value
    ;;
    set \sfr = $r60
    ;;
  .endm

## Low half of an SFR: set bits, clear bits.
  .macro set_bits sfr, bits
    make $r60 = (\bits) << 32
    ;;
    wfxl \sfr, $r60
    ;;
  .endm
  .macro clear_bits sfr, bits
    make $r60 = (\bits)
    ;;
    wfxl \sfr, $r60
    ;;
  .endm

## The next exception of the kind goes to \label.
  .macro handler register, label
    make \register = \label
    ;;
  .endm

## PS bits
  .set PS_ET, 1 << 2
  .set PS_HTD, 1 << 3
  .set PS_IE, 1 << 4
  .set PS_HLE, 1 << 5
  .set PS_DAUS, 1 << 7
  .set PS_ICE, 1 << 8
  .set PS_USE, 1 << 9
  .set PS_DCE, 1 << 10
  .set PS_MME, 1 << 11
  .set PS_V64, 1 << 16
  .set PS_SME, 1 << 18
  .set PS_MMUP, 1 << 24

## The device that triggers outside events: (delay << 8 | line).
  .set DEVICE, 0x20000000
  .set WAKEUP, 255
  .macro trigger line, delay
    make $r60 = DEVICE
    ;;
    make $r61 = (\delay) << 8 | (\line)
    ;;
    sd 0[$r60] = $r61
    ;;
  .endm

## One vector table: debug, trap, interrupt, syscall at 64-byte distance.
  .macro vectors name, debug, trap, interrupt, syscall
  .balign 256
\name:
    igoto \debug
    ;;
  .balign 64
    igoto \trap
    ;;
  .balign 64
    igoto \interrupt
    ;;
  .balign 64
    igoto \syscall
    ;;
  .balign 64
  .endm

  .text
  .globl _start
_start:
  goto main
  ;;
fail:
  scall 4095
  ;;
unexpected:
  make $r0 = 99
  ;;
  goto fail
  ;;
  vectors vectors_pl0, $r40, $r41, $r42, $r43
  vectors vectors_pl1, $r44, $r45, $r46, $r47

## 64-bit mode, ET clear, vectors set, every handler unexpected.
  .macro enter_v64
    make $r40 = unexpected
    make $r41 = unexpected
    ;;
    make $r42 = unexpected
    make $r43 = unexpected
    ;;
    make $r44 = unexpected
    make $r45 = unexpected
    ;;
    make $r46 = unexpected
    make $r47 = unexpected
    ;;
    set_sfr $ev_pl0, vectors_pl0
    set_sfr $ev_pl1, vectors_pl1
    make $r60 = (PS_V64 << 32) | PS_ET
    ;;
    wfxl $ps, $r60
    ;;
  .endm

  .macro start
main:
    enter_v64
  .endm

## Gives every resource to the current level + 1.
  .macro delegate_all
    set_sfr $syow, 0x55
    set_sfr $htow, 0x1555555
    set_sfr $itow, 0x5555555555555555
    set_sfr $dow, 0x55
    set_sfr $mow, 0x155555555
    set_sfr $psow, 0x1555555555555
  .endm

## Enters level (current + \levels) at \label with PS fields \bits; SPS/SPC of this level.
  .macro drop_to levels, bits, label
    set_sfr $sps, (\levels) | (\bits)
    set_sfr $spc, \label
    rfe
    ;;
  .endm
