; RUN: %llc -O2 -kvx-disable-packetizer %s -o %t.s
; RUN: FileCheck %s < %t.s
; RUN: %as %t.s -o %t.o
; Functions named __kvx_builtin_* are instructions.

declare i64 @__kvx_builtin_get(i32)
declare void @__kvx_builtin_set(i32, i64)
declare void @__kvx_builtin_wfxl(i32, i64)
declare void @__kvx_builtin_fence()
declare void @__kvx_builtin_barrier()
declare void @__kvx_builtin_dinvall(ptr)
declare i64 @__kvx_builtin_lwzu(ptr)
declare i64 @__kvx_builtin_lds(ptr)
declare i32 @__kvx_builtin_acswapd(ptr, i64, i64)
declare i64 @__kvx_builtin_aladdd(ptr, i64)
declare i64 @__kvx_builtin_sbmm8(i64, i64)
declare i32 @__kvx_builtin_crclellw(i32, i64, i32)
declare i64 @__kvx_builtin_waitit(i64)
declare i64 @__kvx_builtin_scall(i64, ...)

define i64 @sfr(i64 %v) {
; CHECK-LABEL: sfr:
; CHECK: get $r1 = $s13
; CHECK: set $s26 = $r0
; CHECK: wfxl $s1, $r1
; CHECK: copyd $r0 = $r1
; CHECK: ret
  %r = call i64 @__kvx_builtin_get(i32 13)
  call void @__kvx_builtin_set(i32 26, i64 %v)
  call void @__kvx_builtin_wfxl(i32 1, i64 %r)
  ret i64 %r
}
define void @ordering(ptr %p) {
; CHECK-LABEL: ordering:
; CHECK: fence
; CHECK: barrier
; CHECK: dinvall 64[$r0]
; CHECK: ret
  call void @__kvx_builtin_fence()
  call void @__kvx_builtin_barrier()
  %q = getelementptr i8, ptr %p, i64 64
  call void @__kvx_builtin_dinvall(ptr %q)
  ret void
}
define i64 @loads(ptr %p) {
; CHECK-LABEL: loads:
; CHECK: lwz.u $r1 = 12[$r0]
; CHECK: ld.s $r0 = 0[$r0]
; CHECK: addd $r0 = $r1, $r0
; CHECK: ret
  %q = getelementptr i8, ptr %p, i64 12
  %a = call i64 @__kvx_builtin_lwzu(ptr %q)
  %b = call i64 @__kvx_builtin_lds(ptr %p)
  %r = add i64 %a, %b
  ret i64 %r
}
define i32 @cas(ptr %p, i64 %e, i64 %n) {
; CHECK-LABEL: cas:
; CHECK: copyd $r3 = $r1
; CHECK: acswapd 0[$r0] = $r2r3
; CHECK: copyd $r0 = $r2
; CHECK: ret
  %r = call i32 @__kvx_builtin_acswapd(ptr %p, i64 %e, i64 %n)
  ret i32 %r
}
define i64 @fetch_add(ptr %p, i64 %n) {
; CHECK-LABEL: fetch_add:
; CHECK: aladdd 0[$r0] = $r1
; CHECK: copyd $r0 = $r1
; CHECK: ret
  %r = call i64 @__kvx_builtin_aladdd(ptr %p, i64 %n)
  ret i64 %r
}
define i64 @matrix(i64 %a, i64 %b) {
; CHECK-LABEL: matrix:
; CHECK: sbmm8 $r0 = $r0, $r1
; CHECK: ret
  %r = call i64 @__kvx_builtin_sbmm8(i64 %a, i64 %b)
  ret i64 %r
}
define i32 @crc(i32 %c, i64 %d, i32 %p) {
; CHECK-LABEL: crc:
; CHECK: crclellw $r0 = $r1, $r2
; CHECK: ret
  %r = call i32 @__kvx_builtin_crclellw(i32 %c, i64 %d, i32 %p)
  ret i32 %r
}
define i64 @wait(i64 %m) {
; CHECK-LABEL: wait:
; CHECK: waitit $r0
; CHECK: ret
  %r = call i64 @__kvx_builtin_waitit(i64 %m)
  ret i64 %r
}
define i64 @system_call(i64 %a) {
; CHECK-LABEL: system_call:
; CHECK: copyd $r1 = $r0
; CHECK: make $r0 = 1
; CHECK: make $r2 = 5
; CHECK: scall 4081
; CHECK: ret
  %r = call i64 (i64, ...) @__kvx_builtin_scall(i64 4081, i64 1, i64 %a, i64 5)
  ret i64 %r
}
