; RUN: %llc -O2 -kvx-disable-packetizer %s -o %t.s
; RUN: FileCheck %s < %t.s
; RUN: %as %t.s -o %t.o
; Atomics: native operations and compare-and-swap loops, fences.

define i32 @fetch_add(ptr %p, i32 %v) {
; CHECK-LABEL: fetch_add:
; CHECK: aladdw 0[$r0] = $r1
; CHECK: copyd $r0 = $r1
; CHECK: ret
  %r = atomicrmw add ptr %p, i32 %v monotonic
  ret i32 %r
}
define i64 @fetch_sub(ptr %p, i64 %v) {
; CHECK-LABEL: fetch_sub:
; CHECK: sbfd $r1 = $r1, 0
; CHECK: aladdd 0[$r0] = $r1
; CHECK: copyd $r0 = $r1
; CHECK: ret
  %r = atomicrmw sub ptr %p, i64 %v monotonic
  ret i64 %r
}
define i64 @clear(ptr %p) {
; CHECK-LABEL: clear:
; CHECK: alclrd $r0 = 0[$r0]
; CHECK: ret
  %r = atomicrmw xchg ptr %p, i64 0 monotonic
  ret i64 %r
}
define i32 @load_acquire(ptr %p) {
; CHECK-LABEL: load_acquire:
; CHECK: lwz.u $r0 = 0[$r0]
; CHECK: fence
; CHECK: ret
  %r = load atomic i32, ptr %p acquire, align 4
  ret i32 %r
}
define void @store_release(ptr %p, i64 %v) {
; CHECK-LABEL: store_release:
; CHECK: fence
; CHECK: sd 0[$r0] = $r1
; CHECK: ret
  store atomic i64 %v, ptr %p release, align 8
  ret void
}
define i1 @compare_swap(ptr %p, i64 %old, i64 %new) {
; CHECK-LABEL: compare_swap:
; CHECK: copyd $r3 = $r1
; CHECK: .LBB{{[0-9]+}}_1:
; CHECK: ld.u $r1 = 0[$r0]
; CHECK: compd.eq $r4 = $r1, $r3
; CHECK: cb.deqz $r4 ? .LBB{{[0-9]+}}_3
; CHECK: copyd $r4 = $r2
; CHECK: copyd $r5 = $r3
; CHECK: acswapd 0[$r0] = $r4r5
; CHECK: cb.deqz $r4 ? .LBB{{[0-9]+}}_1
; CHECK: .LBB{{[0-9]+}}_3:
; CHECK: copyd $r0 = $r4
; CHECK: ret
  %r = cmpxchg ptr %p, i64 %old, i64 %new monotonic monotonic
  %s = extractvalue { i64, i1 } %r, 1
  ret i1 %s
}
define void @signal_fence() {
; CHECK-LABEL: signal_fence:
; CHECK: ret
  fence syncscope("singlethread") seq_cst
  ret void
}
define i8 @byte_or(ptr %p, i8 %v) {
; CHECK-LABEL: byte_or:
; CHECK: andw $r3 = $r0, 3
; CHECK: andd $r2 = $r0, -4
; CHECK: sllw $r0 = $r3, 3
; CHECK: zxbd $r1 = $r1
; CHECK: sllw $r1 = $r1, $r0
; CHECK: lwz $r3 = 0[$r2]
; CHECK: goto .LBB{{[0-9]+}}_2
; CHECK: .LBB{{[0-9]+}}_1:
; CHECK: compw.ne $r4 = $r6, 1
; CHECK: cb.weqz $r4 ? .LBB{{[0-9]+}}_5
; CHECK: .LBB{{[0-9]+}}_2:
; CHECK: copyd $r5 = $r3
; CHECK: iorw $r4 = $r3, $r1
; CHECK: .LBB{{[0-9]+}}_3:
; CHECK: lwz.u $r3 = 0[$r2]
; CHECK: compw.eq $r6 = $r3, $r5
; CHECK: cb.deqz $r6 ? .LBB{{[0-9]+}}_1
; CHECK: copyd $r6 = $r4
; CHECK: copyd $r7 = $r5
; CHECK: acswapw 0[$r2] = $r6r7
; CHECK: cb.deqz $r6 ? .LBB{{[0-9]+}}_3
; CHECK: goto .LBB{{[0-9]+}}_1
; CHECK: .LBB{{[0-9]+}}_5:
; CHECK: srlw $r0 = $r3, $r0
; CHECK: ret
  %r = atomicrmw or ptr %p, i8 %v monotonic
  ret i8 %r
}
