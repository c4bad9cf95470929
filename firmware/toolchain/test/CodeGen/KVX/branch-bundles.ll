; RUN: %llc -O2 %s -o %t.s
; RUN: FileCheck %s < %t.s
; RUN: %as %t.s -o %t.o
; The bundle of a conditional branch takes along what the fall-through block begins with.

declare void @f(i64)
declare i64 @g(i64)
define i64 @take_along(ptr %p, i64 %n, i64 %k) nounwind {
; CHECK-LABEL: take_along:
; CHECK: cb.dgez $r1 ? .LBB{{[0-9_]+}}
; CHECK-NEXT: addd $r2 = $r2, 7
; CHECK-NEXT: ld.dltz $r1 ? $r0 = 8[$r0]
; CHECK-NEXT: ;;
  %c = icmp slt i64 %n, 0
  br i1 %c, label %near, label %far, !prof !0
near:
  %q = getelementptr i64, ptr %p, i64 1
  %v = load volatile i64, ptr %q
  %a = add i64 %k, 7
  %s = mul i64 %v, %a
  %t = add i64 %s, %n
  ret i64 %t
far:
  %r = tail call i64 @g(i64 %n)
  ret i64 %r
}
; Nothing joins that the target of the branch still needs.
define i64 @needed(i64 %n, i64 %k) nounwind {
; CHECK-LABEL: needed:
; CHECK: cb.deqz $r0 ?
; CHECK-NOT: make $r1
; CHECK: ;;
  %c = icmp eq i64 %n, 0
  br i1 %c, label %far, label %near
near:
  tail call void @f(i64 3)
  tail call void @f(i64 4)
  ret i64 3
far:
  tail call void @f(i64 %k)
  ret i64 %k
}
!0 = !{!"branch_weights", i32 100, i32 1}
