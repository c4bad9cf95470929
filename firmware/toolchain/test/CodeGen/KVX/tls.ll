; RUN: %llc -O2 -kvx-disable-packetizer %s -o %t.s
; RUN: FileCheck %s < %t.s
; RUN: %as %t.s -o %t.o
; Thread-local variables: offset from $r13.

@t = thread_local global i32 0
define i32 @get() {
; CHECK-LABEL: get:
; CHECK: make $r0 = @tlsle(t)
; CHECK: lwz $r0 = $r0[$r13]
; CHECK: ret
  %p = call ptr @llvm.threadlocal.address.p0(ptr @t)
  %r = load i32, ptr %p
  ret i32 %r
}
declare ptr @llvm.threadlocal.address.p0(ptr)
