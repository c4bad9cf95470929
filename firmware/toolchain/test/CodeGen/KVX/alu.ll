; RUN: %llc -O2 -kvx-disable-packetizer %s -o %t.s
; RUN: FileCheck %s < %t.s
; RUN: %as %t.s -o %t.o
; 32- and 64-bit integer operations, immediates, complements, counts, bytes.

define i32 @addw(i32 %a, i32 %b) { 
; CHECK-LABEL: addw:
; CHECK: addw $r0 = $r0, $r1
; CHECK: ret
  %r = add i32 %a, %b
  ret i32 %r
}
define i64 @sub_reversed(i64 %a, i64 %b) {
; CHECK-LABEL: sub_reversed:
; CHECK: sbfd $r0 = $r1, $r0
; CHECK: ret
  %r = sub i64 %a, %b
  ret i64 %r
}
define i64 @imm10(i64 %a) {
; CHECK-LABEL: imm10:
; CHECK: addd $r0 = $r0, 511
; CHECK: ret
  %r = add i64 %a, 511
  ret i64 %r
}
define i64 @imm37(i64 %a) {
; CHECK-LABEL: imm37:
; CHECK: eord $r0 = $r0, 68719476735
; CHECK: ret
  %r = xor i64 %a, 68719476735
  ret i64 %r
}
define i64 @imm64(i64 %a) {
; CHECK-LABEL: imm64:
; CHECK: addd $r0 = $r0, 81985529216486895
; CHECK: ret
  %r = add i64 %a, 81985529216486895
  ret i64 %r
}
define i32 @rsub_imm(i32 %a) {
; CHECK-LABEL: rsub_imm:
; CHECK: sbfw $r0 = $r0, 7
; CHECK: ret
  %r = sub i32 7, %a
  ret i32 %r
}
define i64 @andn(i64 %a, i64 %b) {
; CHECK-LABEL: andn:
; CHECK: andnd $r0 = $r0, $r1
; CHECK: ret
  %n = xor i64 %a, -1
  %r = and i64 %n, %b
  ret i64 %r
}
define i32 @nor(i32 %a, i32 %b) {
; CHECK-LABEL: nor:
; CHECK: niorw $r0 = $r0, $r1
; CHECK: ret
  %o = or i32 %a, %b
  %r = xor i32 %o, -1
  ret i32 %r
}
define i64 @shift_masked(i64 %a, i64 %n) {
; CHECK-LABEL: shift_masked:
; CHECK: slld $r0 = $r0, $r1
; CHECK: ret
  %m = and i64 %n, 63
  %r = shl i64 %a, %m
  ret i64 %r
}
define i32 @sra_imm(i32 %a) {
; CHECK-LABEL: sra_imm:
; CHECK: sraw $r0 = $r0, 5
; CHECK: ret
  %r = ashr i32 %a, 5
  ret i32 %r
}
declare i32 @llvm.fshl.i32(i32, i32, i32)
define i32 @rotate(i32 %a, i32 %n) {
; CHECK-LABEL: rotate:
; CHECK: rolw $r0 = $r0, $r1
; CHECK: ret
  %r = call i32 @llvm.fshl.i32(i32 %a, i32 %a, i32 %n)
  ret i32 %r
}
declare i64 @llvm.smax.i64(i64, i64)
define i64 @max(i64 %a, i64 %b) {
; CHECK-LABEL: max:
; CHECK: maxd $r0 = $r0, $r1
; CHECK: ret
  %r = call i64 @llvm.smax.i64(i64 %a, i64 %b)
  ret i64 %r
}
declare i32 @llvm.abs.i32(i32, i1)
define i32 @abs(i32 %a) {
; CHECK-LABEL: abs:
; CHECK: absw $r0 = $r0
; CHECK: ret
  %r = call i32 @llvm.abs.i32(i32 %a, i1 false)
  ret i32 %r
}
declare i64 @llvm.bswap.i64(i64)
define i64 @bswap64(i64 %a) {
; CHECK-LABEL: bswap64:
; CHECK: sbmm8 $r0 = $r0, 72624976668147840
; CHECK: ret
  %r = call i64 @llvm.bswap.i64(i64 %a)
  ret i64 %r
}
declare i32 @llvm.bswap.i32(i32)
define i32 @bswap32(i32 %a) {
; CHECK-LABEL: bswap32:
; CHECK: sbmm8 $r0 = $r0, 16909320
; CHECK: ret
  %r = call i32 @llvm.bswap.i32(i32 %a)
  ret i32 %r
}
declare i64 @llvm.bitreverse.i64(i64)
define i64 @bitreverse64(i64 %a) {
; CHECK-LABEL: bitreverse64:
; CHECK: make $r1 = 72624976668147840
; CHECK: sbmm8 $r0 = $r1, $r0
; CHECK: sbmm8 $r0 = $r0, 72624976668147840
; CHECK: ret
  %r = call i64 @llvm.bitreverse.i64(i64 %a)
  ret i64 %r
}
declare i32 @llvm.ctpop.i32(i32)
define i32 @popcount(i32 %a) {
; CHECK-LABEL: popcount:
; CHECK: cbsw $r0 = $r0
; CHECK: ret
  %r = call i32 @llvm.ctpop.i32(i32 %a)
  ret i32 %r
}
declare i64 @llvm.ctlz.i64(i64, i1)
define i64 @clz(i64 %a) {
; CHECK-LABEL: clz:
; CHECK: clzd $r0 = $r0
; CHECK: ret
  %r = call i64 @llvm.ctlz.i64(i64 %a, i1 false)
  ret i64 %r
}
define i64 @zext_free(i32 %a, i32 %b) {
; CHECK-LABEL: zext_free:
; CHECK: addw $r0 = $r0, $r1
; CHECK: ret
  %s = add i32 %a, %b
  %r = zext i32 %s to i64
  ret i64 %r
}
define i64 @sext(i32 %a) {
; CHECK-LABEL: sext:
; CHECK: sxwd $r0 = $r0
; CHECK: ret
  %r = sext i32 %a to i64
  ret i64 %r
}
define i64 @shift_add(i64 %a, i64 %b) {
; CHECK-LABEL: shift_add:
; CHECK: addx8d $r0 = $r0, $r1
; CHECK: ret
  %s = shl i64 %a, 3
  %r = add i64 %s, %b
  ret i64 %r
}
define i64 @shift_add_zext(i32 %a, i64 %b) {
; CHECK-LABEL: shift_add_zext:
; CHECK: addx4uwd $r0 = $r0, $r1
; CHECK: ret
  %z = zext i32 %a to i64
  %s = shl i64 %z, 2
  %r = add i64 %s, %b
  ret i64 %r
}
