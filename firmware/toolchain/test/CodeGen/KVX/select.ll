; RUN: %llc -O2 %s -o %t.s
; RUN: FileCheck %s < %t.s
; RUN: %as %t.s -o %t.o
; Short branches become conditional moves.

define i64 @diamond(i64 %a, i64 %b, i64 %c) nounwind {
; CHECK-LABEL: diamond:
; CHECK: compd.le $r3 = $r0, $r1
; CHECK-NEXT: sbfd $r1 = $r2, $r1
; CHECK-NEXT: addd $r0 = $r0, $r2
; CHECK-NEXT: ;;
; CHECK-NEXT: ret
; CHECK-NEXT: cmoved.wnez $r3 ? $r0 = $r1
; CHECK-NEXT: ;;
entry:
  %z = icmp sgt i64 %a, %b
  br i1 %z, label %t, label %f
t:
  %x = add i64 %a, %c
  br label %end
f:
  %y = sub i64 %b, %c
  br label %end
end:
  %r = phi i64 [ %x, %t ], [ %y, %f ]
  ret i64 %r
}
