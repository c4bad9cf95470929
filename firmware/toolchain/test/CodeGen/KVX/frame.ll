; RUN: %llc -O2 -kvx-disable-packetizer %s -o %t.s
; RUN: FileCheck %s < %t.s
; RUN: %as %t.s -o %t.o
; Frames: return address, callee-saved groups, dynamic and over-aligned objects, frame pointer.

declare void @use(ptr)
declare i64 @g(i64)
define i64 @saves(i64 %a) nounwind {
; CHECK-LABEL: saves:
; CHECK: addd $r12 = $r12, -96
; CHECK: get $r16 = $ra
; CHECK: sd 88[$r12] = $r16
; CHECK: so 40[$r12] = $r20r21r22r23
; CHECK: sq 24[$r12] = $r18r19
; CHECK: sd 72[$r12] = $r30
; CHECK: call g
; CHECK: addd $r0 = $r0, 1
; CHECK: ld $r16 = 88[$r12]
; CHECK: set $ra = $r16
; CHECK: lo $r20r21r22r23 = 40[$r12]
; CHECK: lq $r18r19 = 24[$r12]
; CHECK: ld $r30 = 72[$r12]
; CHECK: addd $r12 = $r12, 96
; CHECK: ret
  call void asm sideeffect "", "~{r18},~{r19},~{r20},~{r21},~{r22},~{r23},~{r30}"()
  %r = call i64 @g(i64 %a)
  %s = add i64 %r, 1
  ret i64 %s
}
define void @dynamic(i64 %n) nounwind {
; CHECK-LABEL: dynamic:
; CHECK: addd $r12 = $r12, -32
; CHECK: get $r16 = $ra
; CHECK: sd 24[$r12] = $r16
; CHECK: sd 16[$r12] = $r14
; CHECK: addd $r14 = $r12, 16
; CHECK: addd $r0 = $r0, 31
; CHECK: andd $r0 = $r0, -32
; CHECK: sbfd $r0 = $r0, $r12
; CHECK: copyd $r12 = $r0
; CHECK: call use
; CHECK: addd $r12 = $r14, -16
; CHECK: ld $r16 = 24[$r12]
; CHECK: set $ra = $r16
; CHECK: ld $r14 = 16[$r12]
; CHECK: addd $r12 = $r12, 32
; CHECK: ret
  %p = alloca i8, i64 %n
  call void @use(ptr %p)
  ret void
}
define void @aligned() nounwind {
; CHECK-LABEL: aligned:
; CHECK: addd $r12 = $r12, -128
; CHECK: get $r16 = $ra
; CHECK: sd 120[$r12] = $r16
; CHECK: sd 112[$r12] = $r14
; CHECK: addd $r14 = $r12, 112
; CHECK: andd $r12 = $r12, -128
; CHECK: addd $r0 = $r12, 0
; CHECK: call use
; CHECK: addd $r12 = $r14, -112
; CHECK: ld $r16 = 120[$r12]
; CHECK: set $ra = $r16
; CHECK: ld $r14 = 112[$r12]
; CHECK: addd $r12 = $r12, 128
; CHECK: ret
  %p = alloca [16 x i8], align 128
  call void @use(ptr %p)
  ret void
}
define void @aligned_and_dynamic(i64 %n) nounwind {
; CHECK-LABEL: aligned_and_dynamic:
; CHECK: addd $r12 = $r12, -128
; CHECK: get $r16 = $ra
; CHECK: sd 120[$r12] = $r16
; CHECK: sd 104[$r12] = $r31
; CHECK: sd 96[$r12] = $r18
; CHECK: sd 112[$r12] = $r14
; CHECK: addd $r14 = $r12, 112
; CHECK: andd $r12 = $r12, -128
; CHECK: copyd $r31 = $r12
; CHECK: addd $r0 = $r0, 31
; CHECK: andd $r0 = $r0, -32
; CHECK: sbfd $r18 = $r0, $r12
; CHECK: copyd $r12 = $r18
; CHECK: addd $r0 = $r31, 0
; CHECK: call use
; CHECK: copyd $r0 = $r18
; CHECK: call use
; CHECK: addd $r12 = $r14, -112
; CHECK: ld $r16 = 120[$r12]
; CHECK: set $ra = $r16
; CHECK: ld $r31 = 104[$r12]
; CHECK: ld $r18 = 96[$r12]
; CHECK: ld $r14 = 112[$r12]
; CHECK: addd $r12 = $r12, 128
; CHECK: ret
  %p = alloca [16 x i8], align 128
  %q = alloca i8, i64 %n
  call void @use(ptr %p)
  call void @use(ptr %q)
  ret void
}
define void @frame_pointer() nounwind "frame-pointer"="all" {
; CHECK-LABEL: frame_pointer:
; CHECK: addd $r12 = $r12, -32
; CHECK: get $r16 = $ra
; CHECK: sd 24[$r12] = $r16
; CHECK: sd 16[$r12] = $r14
; CHECK: addd $r14 = $r12, 16
; CHECK: make $r0 = 0
; CHECK: call use
; CHECK: ld $r16 = 24[$r12]
; CHECK: set $ra = $r16
; CHECK: ld $r14 = 16[$r12]
; CHECK: addd $r12 = $r12, 32
; CHECK: ret
  call void @use(ptr null)
  ret void
}
declare ptr @llvm.returnaddress(i32)
define ptr @caller() nounwind {
; CHECK-LABEL: caller:
; CHECK: get $r0 = $ra
; CHECK: ret
  %r = call ptr @llvm.returnaddress(i32 0)
  ret ptr %r
}
declare void @h()
define ptr @caller_after_call() nounwind {
; CHECK-LABEL: caller_after_call:
; CHECK: addd $r12 = $r12, -32
; CHECK: get $r16 = $ra
; CHECK: sd 24[$r12] = $r16
; CHECK: sd 8[$r12] = $r18
; CHECK: get $r18 = $ra
; CHECK: call h
; CHECK: copyd $r0 = $r18
; CHECK: ld $r16 = 24[$r12]
; CHECK: set $ra = $r16
; CHECK: ld $r18 = 8[$r12]
; CHECK: addd $r12 = $r12, 32
; CHECK: ret
  call void @h()
  %r = call ptr @llvm.returnaddress(i32 0)
  ret ptr %r
}
define void @large() nounwind {
; CHECK-LABEL: large:
; CHECK: addd $r12 = $r12, -1048608
; CHECK: get $r16 = $ra
; CHECK: sd 1048600[$r12] = $r16
; CHECK: addd $r0 = $r12, 24
; CHECK: call use
; CHECK: ld $r16 = 1048600[$r12]
; CHECK: set $ra = $r16
; CHECK: addd $r12 = $r12, 1048608
; CHECK: ret
  %p = alloca [1048576 x i8]
  call void @use(ptr %p)
  ret void
}
