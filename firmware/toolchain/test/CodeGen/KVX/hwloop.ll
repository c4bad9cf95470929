; RUN: %llc -O2 -enable-pipeliner=false %s -o %t.s
; RUN: FileCheck %s < %t.s
; RUN: %as %t.s -o %t.o
; Counted loops use loopdo; loops with calls do not.

define i64 @sum(ptr %p, i64 %n) nounwind {
; CHECK-LABEL: sum:
; CHECK: cb.deqz $r1 ? .LBB{{[0-9]+}}_4
; CHECK: copyd $r2 = $r0
; CHECK: make $r0 = 0
; CHECK: ;;
; CHECK: loopdo $r1, .LBB{{[0-9]+}}_3
; CHECK: ;;
; CHECK: .LBB{{[0-9]+}}_2:
; CHECK: addd $r2 = $r2, 8
; CHECK: ld $r3 = 0[$r2]
; CHECK: ;;
; CHECK: addd $r0 = $r0, $r3
; CHECK: ;;
; CHECK: .LBB{{[0-9]+}}_3:
; CHECK: ret
; CHECK: ;;
; CHECK: .LBB{{[0-9]+}}_4:
; CHECK: ret
; CHECK: make $r0 = 0
; CHECK: ;;
entry:
  %z = icmp eq i64 %n, 0
  br i1 %z, label %exit, label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %loop ]
  %s = phi i64 [ 0, %entry ], [ %s1, %loop ]
  %q = getelementptr i64, ptr %p, i64 %i
  %v = load i64, ptr %q
  %s1 = add i64 %s, %v
  %i1 = add i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %exit, label %loop
exit:
  %r = phi i64 [ 0, %entry ], [ %s1, %loop ]
  ret i64 %r
}
; An early exit leaves the loop by a branch.
define i64 @find(ptr %p, i64 %n, i64 %x) nounwind {
; CHECK-LABEL: find:
; CHECK: cb.deqz $r1 ? .LBB{{[0-9]+}}_4
; CHECK: copyd $r3 = $r1
; CHECK: ;;
; CHECK: make $r1 = 0
; CHECK: ;;
; CHECK: loopdo $r3, .LBB{{[0-9]+}}_4
; CHECK: ;;
; CHECK: .LBB{{[0-9]+}}_2:
; CHECK: ld.xs $r4 = $r1[$r0]
; CHECK: ;;
; CHECK: compd.eq $r4 = $r4, $r2
; CHECK: ;;
; CHECK: cb.wnez $r4 ? .LBB{{[0-9]+}}_5
; CHECK: ;;
; CHECK: addd $r1 = $r1, 1
; CHECK: ;;
; CHECK: .LBB{{[0-9]+}}_4:
; CHECK: ret
; CHECK: make $r0 = -1
; CHECK: ;;
; CHECK: .LBB{{[0-9]+}}_5:
; CHECK: ret
; CHECK: copyd $r0 = $r1
; CHECK: ;;
entry:
  %z = icmp eq i64 %n, 0
  br i1 %z, label %none, label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %next ]
  %q = getelementptr i64, ptr %p, i64 %i
  %v = load i64, ptr %q
  %h = icmp eq i64 %v, %x
  br i1 %h, label %hit, label %next
next:
  %i1 = add i64 %i, 1
  %c = icmp eq i64 %i1, %n
  br i1 %c, label %none, label %loop
hit:
  ret i64 %i
none:
  ret i64 -1
}
declare void @f(i64)
define void @calls(i64 %n) nounwind {
; CHECK-LABEL: calls:
; CHECK: get $r16 = $ra
; CHECK: addd $r12 = $r12, -32
; CHECK: ;;
; CHECK: sd 24[$r12] = $r16
; CHECK: ;;
; CHECK: make $r18 = 0
; CHECK: sd 8[$r12] = $r18
; CHECK: ;;
; CHECK: .LBB{{[0-9]+}}_1:
; CHECK: call f
; CHECK: copyd $r0 = $r18
; CHECK: ;;
; CHECK: addd $r18 = $r18, 1
; CHECK: ;;
; CHECK: compd.ne $r0 = $r18, 100
; CHECK: ;;
; CHECK: cb.wnez $r0 ? .LBB{{[0-9]+}}_1
; CHECK: ;;
; CHECK: ld $r16 = 24[$r12]
; CHECK: ;;
; CHECK: set $ra = $r16
; CHECK: addd $r12 = $r12, 32
; CHECK: ld $r18 = 8[$r12]
; CHECK: ;;
; CHECK: ret
; CHECK: ;;
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %loop ]
  call void @f(i64 %i)
  %i1 = add i64 %i, 1
  %c = icmp eq i64 %i1, 100
  br i1 %c, label %exit, label %loop
exit:
  ret void
}
define void @switched_off(ptr %p, i64 %n) nounwind "kvx-no-hardware-loops" {
; CHECK-LABEL: switched_off:
; CHECK: make $r1 = 0
; CHECK: ;;
; CHECK: .LBB{{[0-9]+}}_1:
; CHECK: addd $r1 = $r1, 1
; CHECK: sd.xs $r1[$r0] = $r1
; CHECK: ;;
; CHECK: compd.ne $r2 = $r1, 100
; CHECK: ;;
; CHECK: cb.wnez $r2 ? .LBB{{[0-9]+}}_1
; CHECK: ;;
; CHECK: ret
; CHECK: ;;
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i1, %loop ]
  %q = getelementptr i64, ptr %p, i64 %i
  store i64 %i, ptr %q
  %i1 = add i64 %i, 1
  %c = icmp eq i64 %i1, 100
  br i1 %c, label %exit, label %loop
exit:
  ret void
}
