; RUN: %llc -O2 -kvx-disable-packetizer %s -o %t.s
; RUN: FileCheck %s < %t.s
; RUN: %as %t.s -o %t.o
; Addressing forms, extending loads, narrowing stores, symbols, block copies.

@g = global [10 x i32] zeroinitializer

define i32 @offset(ptr %p) {
; CHECK-LABEL: offset:
; CHECK: lwz $r0 = 1000[$r0]
; CHECK: ret
  %q = getelementptr i8, ptr %p, i64 1000
  %r = load i32, ptr %q
  ret i32 %r
}
define i64 @scaled(ptr %p, i64 %i) {
; CHECK-LABEL: scaled:
; CHECK: ld.xs $r0 = $r1[$r0]
; CHECK: ret
  %q = getelementptr i64, ptr %p, i64 %i
  %r = load i64, ptr %q
  ret i64 %r
}
define i64 @index_unscaled(ptr %p, i64 %i) {
; CHECK-LABEL: index_unscaled:
; CHECK: ld $r0 = $r1[$r0]
; CHECK: ret
  %q = getelementptr i8, ptr %p, i64 %i
  %r = load i64, ptr %q
  ret i64 %r
}
define void @store_scaled(ptr %p, i64 %i, i16 %v) {
; CHECK-LABEL: store_scaled:
; CHECK: sh.xs $r1[$r0] = $r2
; CHECK: ret
  %q = getelementptr i16, ptr %p, i64 %i
  store i16 %v, ptr %q
  ret void
}
define i64 @sext8(ptr %p) {
; CHECK-LABEL: sext8:
; CHECK: lbs $r0 = 0[$r0]
; CHECK: ret
  %v = load i8, ptr %p
  %r = sext i8 %v to i64
  ret i64 %r
}
define i64 @zext32(ptr %p) {
; CHECK-LABEL: zext32:
; CHECK: lwz $r0 = 0[$r0]
; CHECK: ret
  %v = load i32, ptr %p
  %r = zext i32 %v to i64
  ret i64 %r
}
define i64 @sext32(ptr %p) {
; CHECK-LABEL: sext32:
; CHECK: lws $r0 = 0[$r0]
; CHECK: ret
  %v = load i32, ptr %p
  %r = sext i32 %v to i64
  ret i64 %r
}
define i32 @global() {
; CHECK-LABEL: global:
; CHECK: make $r0 = g+12
; CHECK: lwz $r0 = 0[$r0]
; CHECK: ret
  %r = load i32, ptr getelementptr ([10 x i32], ptr @g, i64 0, i64 3)
  ret i32 %r
}
define double @fpload(ptr %p, i64 %i) {
; CHECK-LABEL: fpload:
; CHECK: ld.xs $r0 = $r1[$r0]
; CHECK: ret
  %q = getelementptr double, ptr %p, i64 %i
  %r = load double, ptr %q
  ret double %r
}
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
define void @copy77(ptr %d, ptr %s) {
; CHECK-LABEL: copy77:
; CHECK: lo $r4r5r6r7 = 0[$r1]
; CHECK: lo $r8r9r10r11 = 32[$r1]
; CHECK: ld $r2 = 64[$r1]
; CHECK: ld $r1 = 69[$r1]
; CHECK: sd 69[$r0] = $r1
; CHECK: sd 64[$r0] = $r2
; CHECK: so 32[$r0] = $r8r9r10r11
; CHECK: so 0[$r0] = $r4r5r6r7
; CHECK: ret
  call void @llvm.memcpy.p0.p0.i64(ptr %d, ptr %s, i64 77, i1 false)
  ret void
}
define void @copy_by_call(ptr %d, ptr %s) {
; CHECK-LABEL: copy_by_call:
; CHECK: addd $r12 = $r12, -32
; CHECK: get $r16 = $ra
; CHECK: sd 24[$r12] = $r16
; CHECK: make $r2 = 4096
; CHECK: call memcpy
; CHECK: ld $r16 = 24[$r12]
; CHECK: set $ra = $r16
; CHECK: addd $r12 = $r12, 32
; CHECK: ret
  call void @llvm.memcpy.p0.p0.i64(ptr %d, ptr %s, i64 4096, i1 false)
  ret void
}
