## After reset ET is set: an exception in PL0 has no handler and the core goes to reset (sections 5 and 15).
  .include "common.s"
main:
  errop
  ;;
  fail_here 1
