; RUN: %llc -O2 -kvx-disable-packetizer %s -o %t.s
; RUN: FileCheck %s < %t.s
; RUN: %as %t.s -o %t.o
; Multiplication, accumulation, wide products, division by constants and by calls.

define i64 @widening(i32 %a, i32 %b) {
; CHECK-LABEL: widening:
; CHECK: mulwd $r0 = $r0, $r1
; CHECK: ret
  %x = sext i32 %a to i64
  %y = sext i32 %b to i64
  %r = mul i64 %x, %y
  ret i64 %r
}
define i64 @madd(i64 %a, i64 %b, i64 %c) {
; CHECK-LABEL: madd:
; CHECK: maddd $r2 = $r0, $r1
; CHECK: copyd $r0 = $r2
; CHECK: ret
  %m = mul i64 %a, %b
  %r = add i64 %m, %c
  ret i64 %r
}
define i32 @msbf(i32 %a, i32 %b, i32 %c) {
; CHECK-LABEL: msbf:
; CHECK: msbfw $r2 = $r0, $r1
; CHECK: copyd $r0 = $r2
; CHECK: ret
  %m = mul i32 %a, %b
  %r = sub i32 %c, %m
  ret i32 %r
}
define i64 @madd_wide(i32 %a, i32 %b, i64 %c) {
; CHECK-LABEL: madd_wide:
; CHECK: madduwd $r2 = $r0, $r1
; CHECK: copyd $r0 = $r2
; CHECK: ret
  %x = zext i32 %a to i64
  %y = zext i32 %b to i64
  %m = mul i64 %x, %y
  %r = add i64 %m, %c
  ret i64 %r
}
define i128 @full(i64 %a, i64 %b) {
; CHECK-LABEL: full:
; CHECK: muludt $r0r1 = $r0, $r1
; CHECK: ret
  %x = zext i64 %a to i128
  %y = zext i64 %b to i128
  %r = mul i128 %x, %y
  ret i128 %r
}
define i64 @div_constant(i64 %a) {
; CHECK-LABEL: div_constant:
; CHECK: srld $r0 = $r0, 3
; CHECK: make $r1 = 2361183241434822607
; CHECK: muludt $r0r1 = $r0, $r1
; CHECK: srld $r0 = $r1, 4
; CHECK: ret
  %r = udiv i64 %a, 1000
  ret i64 %r
}
define i32 @div_call(i32 %a, i32 %b) {
; CHECK-LABEL: div_call:
; CHECK: addd $r12 = $r12, -32
; CHECK: get $r16 = $ra
; CHECK: sd 24[$r12] = $r16
; CHECK: call __divsi3
; CHECK: ld $r16 = 24[$r12]
; CHECK: set $ra = $r16
; CHECK: addd $r12 = $r12, 32
; CHECK: ret
  %r = sdiv i32 %a, %b
  ret i32 %r
}
define i128 @add128(i128 %a, i128 %b) {
; CHECK-LABEL: add128:
; CHECK: addcd.i $r0 = $r0, $r2
; CHECK: addcd $r1 = $r1, $r3
; CHECK: ret
  %r = add i128 %a, %b
  ret i128 %r
}
define i128 @sub128(i128 %a, i128 %b) {
; CHECK-LABEL: sub128:
; CHECK: sbfcd.i $r0 = $r2, $r0
; CHECK: sbfcd $r1 = $r3, $r1
; CHECK: ret
  %r = sub i128 %a, %b
  ret i128 %r
}
