; RUN: %llc -O2 -kvx-disable-packetizer %s -o %t.s
; RUN: FileCheck %s < %t.s
; RUN: %as %t.s -o %t.o
; __builtin_setjmp stores where to resume and saves every register; __builtin_longjmp restores
; the frame pointer and the stack pointer.

declare i32 @llvm.eh.sjlj.setjmp(ptr)
declare void @llvm.eh.sjlj.longjmp(ptr)
declare void @g()

define i32 @set(ptr %buf) nounwind {
; CHECK-LABEL: set:
; CHECK: addd $r12 = $r12, -128
; CHECK: get $r16 = $ra
; CHECK: sd 120[$r12] = $r16
; CHECK: so 16[$r12] = $r20r21r22r23
; CHECK: so 48[$r12] = $r24r25r26r27
; CHECK: so 80[$r12] = $r28r29r30r31
; CHECK: sq 0[$r12] = $r18r19
; CHECK: sd 112[$r12] = $r14
; CHECK: make $r1 = .LBB{{[0-9]+}}_3
; CHECK: sd 8[$r0] = $r1
; CHECK: make $r0 = 0
; CHECK: cb.weqz $r0 ? .LBB{{[0-9]+}}_4
; CHECK: .LBB{{[0-9]+}}_2:
; CHECK: make $r0 = 9
; CHECK: goto .LBB{{[0-9]+}}_5
; CHECK: .LBB{{[0-9]+}}_3:
; CHECK: make $r0 = 1
; CHECK: cb.wnez $r0 ? .LBB{{[0-9]+}}_2
; CHECK: .LBB{{[0-9]+}}_4:
; CHECK: call g
; CHECK: make $r0 = 7
; CHECK: .LBB{{[0-9]+}}_5:
; CHECK: ld $r16 = 120[$r12]
; CHECK: set $ra = $r16
; CHECK: lo $r20r21r22r23 = 16[$r12]
; CHECK: lo $r24r25r26r27 = 48[$r12]
; CHECK: lo $r28r29r30r31 = 80[$r12]
; CHECK: lq $r18r19 = 0[$r12]
; CHECK: ld $r14 = 112[$r12]
; CHECK: addd $r12 = $r12, 128
; CHECK: ret
  %r = call i32 @llvm.eh.sjlj.setjmp(ptr %buf)
  %c = icmp eq i32 %r, 0
  br i1 %c, label %first, label %again
first:
  call void @g()
  ret i32 7
again:
  ret i32 9
}
define void @jump(ptr %buf) nounwind {
; CHECK-LABEL: jump:
; CHECK: addd $r12 = $r12, -32
; CHECK: sd 24[$r12] = $r14
; CHECK: ld $r1 = 8[$r0]
; CHECK: ld $r2 = 16[$r0]
; CHECK: ld $r0 = 0[$r0]
; CHECK: copyd $r12 = $r2
; CHECK: copyd $r14 = $r0
; CHECK: igoto $r1
  call void @llvm.eh.sjlj.longjmp(ptr %buf)
  unreachable
}
