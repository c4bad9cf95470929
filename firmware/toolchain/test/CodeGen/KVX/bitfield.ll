; RUN: %llc -O2 -kvx-disable-packetizer %s -o %t.s
; RUN: FileCheck %s < %t.s
; RUN: %as %t.s -o %t.o
; Extraction, insertion and clearing of bit fields.

define i64 @extract(i64 %a) {
; CHECK-LABEL: extract:
; CHECK: extfz $r0 = $r0, 22, 13
; CHECK: ret
  %s = lshr i64 %a, 13
  %r = and i64 %s, 1023
  ret i64 %r
}
define i32 @extract_to_top(i32 %a) {
; CHECK-LABEL: extract_to_top:
; CHECK: srlw $r0 = $r0, 29
; CHECK: ret
  %s = lshr i32 %a, 29
  %r = and i32 %s, 63
  ret i32 %r
}
define i64 @extract_signed(i64 %a) {
; CHECK-LABEL: extract_signed:
; CHECK: extfs $r0 = $r0, 53, 30
; CHECK: ret
  %s = shl i64 %a, 10
  %r = ashr i64 %s, 40
  ret i64 %r
}
define i64 @insert(i64 %a, i64 %b) {
; CHECK-LABEL: insert:
; CHECK: insf $r0 = $r1, 15, 8
; CHECK: ret
  %k = and i64 %a, -65281
  %m = and i64 %b, 255
  %s = shl i64 %m, 8
  %r = or i64 %k, %s
  ret i64 %r
}
; The inserted value reaches beyond the field: no insf.
define i64 @not_an_insert(i64 %a, i64 %b) {
; CHECK-LABEL: not_an_insert:
; CHECK: clrf $r0 = $r0, 15, 8
; CHECK: slld $r1 = $r1, 8
; CHECK: iord $r0 = $r0, $r1
; CHECK: ret
  %k = and i64 %a, -65281
  %s = shl i64 %b, 8
  %r = or i64 %k, %s
  ret i64 %r
}
define i64 @clear(i64 %a) {
; CHECK-LABEL: clear:
; CHECK: clrf $r0 = $r0, 19, 8
; CHECK: ret
  %r = and i64 %a, -1048321
  ret i64 %r
}
