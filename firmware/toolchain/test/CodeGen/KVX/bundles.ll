; RUN: %llc -O2 %s -o %t.s
; RUN: FileCheck %s < %t.s
; RUN: %as %t.s -o %t.o
; Independent instructions share a bundle; gas accepts the resources.

define void @four_sums(ptr %p, i64 %a, i64 %b, i64 %c, i64 %d) nounwind {
; CHECK-LABEL: four_sums:
; CHECK: addd $r5 = $r1, $r2
; CHECK-NEXT: addd $r6 = $r3, $r4
; CHECK-NEXT: eord $r1 = $r1, $r4
; CHECK-NEXT: andd $r2 = $r2, $r3
; CHECK-NEXT: ;;
; CHECK-NEXT: sd 0[$r0] = $r5
; CHECK-NEXT: ;;
; CHECK-NEXT: sd 8[$r0] = $r6
; CHECK-NEXT: ;;
; CHECK-NEXT: sd 16[$r0] = $r1
; CHECK-NEXT: ;;
; CHECK-NEXT: ret
; CHECK-NEXT: sd 24[$r0] = $r2
; CHECK-NEXT: ;;
  %s0 = add i64 %a, %b
  %s1 = add i64 %c, %d
  %s2 = xor i64 %a, %d
  %s3 = and i64 %b, %c
  store i64 %s0, ptr %p
  %p1 = getelementptr i64, ptr %p, i64 1
  store i64 %s1, ptr %p1
  %p2 = getelementptr i64, ptr %p, i64 2
  store i64 %s2, ptr %p2
  %p3 = getelementptr i64, ptr %p, i64 3
  store i64 %s3, ptr %p3
  ret void
}
; A store and a multiply-accumulate compete for the third read port.
define i64 @aux_port(ptr %p, i64 %a, i64 %b, i64 %c) nounwind {
; CHECK-LABEL: aux_port:
; CHECK: maddd $r3 = $r1, $r2
; CHECK-NEXT: ;;
; CHECK-NEXT: ret
; CHECK-NEXT: copyd $r0 = $r3
; CHECK-NEXT: sd 0[$r0] = $r1
; CHECK-NEXT: ;;
  store i64 %a, ptr %p
  %m = mul i64 %a, %b
  %r = add i64 %m, %c
  ret i64 %r
}
; The argument may be computed in the bundle of the call; the frame must be complete before.
declare void @callee(i64)
define void @argument_with_call() nounwind {
; CHECK-LABEL: argument_with_call:
; CHECK: get $r16 = $ra
; CHECK-NEXT: addd $r12 = $r12, -32
; CHECK-NEXT: make $r0 = 5
; CHECK-NEXT: ;;
; CHECK-NEXT: sd 24[$r12] = $r16
; CHECK-NEXT: ;;
; CHECK-NEXT: call callee
; CHECK-NEXT: ;;
; CHECK-NEXT: call callee
; CHECK-NEXT: make $r0 = 6
; CHECK-NEXT: ;;
; CHECK-NEXT: addd $r12 = $r12, 32
; CHECK-NEXT: ld $r16 = 24[$r12]
; CHECK-NEXT: ;;
; CHECK-NEXT: set $ra = $r16
; CHECK-NEXT: ;;
; CHECK-NEXT: ret
; CHECK-NEXT: ;;
  call void @callee(i64 5)
  call void @callee(i64 6)
  ret void
}
