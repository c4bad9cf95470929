## The second underflow of an unattended watchdog with WUI=1 resets the core (architecture.md section 7).
  .include "common.s"
  start
  set_sfr $wdr, 499
  set_sfr $wdv, 499
  set_bits $tcr, (1 << 24) | (1 << 26)
  ## It survives the first.
1:
  get $r1 = $tcr
  ;;
  extfz $r1 = $r1, 27, 27
  ;;
  cb.deqz $r1 ? 1b
  ;;
1:
  goto 1b
  ;;
