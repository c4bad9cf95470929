; RUN: %llc -O2 %s -o %t.s
; RUN: FileCheck %s < %t.s
; RUN: %as %t.s -o %t.o
; Software pipelining: the loads of the next iteration overlap with the arithmetic of this one.

; Three loads are under way when the loop begins; the counter says so.
define i64 @sum(ptr %p) nounwind {
; CHECK-LABEL: sum:
; CHECK-COUNT-3: ld.xs
; CHECK: loopdo $r{{[0-9]+}}, [[END:.LBB[0-9_]+]]
; CHECK: addd [[S:\$r[0-9]+]] = [[S]], [[V:\$r[0-9]+]]
; CHECK-NEXT: copyd [[V]] = [[V2:\$r[0-9]+]]
; CHECK-NEXT: copyd [[V2]] = [[V3:\$r[0-9]+]]
; CHECK-NEXT: ld.xs [[V3]] =
; CHECK-NEXT: ;;
; CHECK: [[END]]:
; CHECK-COUNT-3: addd
; CHECK-NOT: addd
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %loop ]
  %s = phi i64 [ 0, %entry ], [ %s1, %loop ]
  %q = getelementptr i64, ptr %p, i64 %i
  %v = load i64, ptr %q
  %s1 = add i64 %s, %v
  %i1 = add i64 %i, 1
  %c = icmp eq i64 %i1, 100
  br i1 %c, label %done, label %loop
done:
  ret i64 %s1
}
; An unknown count is compared with the length of the prologue.
define i64 @sum_n(ptr %p, i64 %n) nounwind {
; CHECK-LABEL: sum_n:
; CHECK: compd.leu $r{{[0-9]+}} = $r1, 1
; CHECK: ld
; CHECK: compd.leu $r{{[0-9]+}} = $r1, 2
; CHECK: ld
; CHECK: compd.leu $r{{[0-9]+}} = $r1, 3
; CHECK: ld
; CHECK: loopdo
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %loop ]
  %s = phi i64 [ 0, %entry ], [ %s1, %loop ]
  %q = getelementptr i64, ptr %p, i64 %i
  %v = load i64, ptr %q
  %s1 = add i64 %s, %v
  %i1 = add i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %done, label %loop
done:
  ret i64 %s1
}
