; RUN: %llc -O2 %s -o %t.s
; RUN: FileCheck %s < %t.s
; RUN: %as %t.s -o %t.o
; Loads of the next iteration of a loop that is not counted.

; The load joins the branch that goes round and is executed only then.
define i64 @skip_smaller(ptr %p, i64 %limit) nounwind {
; CHECK-LABEL: skip_smaller:
; CHECK: ld [[V:\$r[0-9]+]] = 0[$r0]
; CHECK: [[LOOP:.LBB[0-9_]+]]:
; CHECK: compd.lt [[C:\$r[0-9]+]] = [[V]], $r1
; CHECK: cb.wnez [[C]] ? [[LOOP]]
; CHECK-NEXT: ld.wnez [[C]] ? [[V]] =
; CHECK-NEXT: ;;
; CHECK-NOT: ld
; CHECK: ret
entry:
  br label %loop
loop:
  %q = phi ptr [ %p, %entry ], [ %q1, %loop ]
  %v = load i64, ptr %q
  %q1 = getelementptr i64, ptr %q, i64 1
  %c = icmp slt i64 %v, %limit
  br i1 %c, label %loop, label %done
done:
  ret i64 %v
}
; A load behind a store of the loop stays where it is, and so does a volatile one.
define i64 @volatile_poll(ptr %p) nounwind {
; CHECK-LABEL: volatile_poll:
; CHECK: .LBB{{[0-9_]+}}:
; CHECK: ld $r1 = 0[$r0]
; CHECK: cb.
; CHECK-NOT: ld
entry:
  br label %loop
loop:
  %v = load volatile i64, ptr %p
  %c = icmp eq i64 %v, 0
  br i1 %c, label %loop, label %done
done:
  ret i64 %v
}
