; RUN: %llc -O2 %s -o %t.s
; RUN: FileCheck %s < %t.s
; RUN: %as %t.s -o %t.o
; Short arms of a condition become conditional accesses and moves.

; The address is computed in any case, the store is conditional.
define void @exchange(ptr %p, ptr %q) nounwind {
; CHECK-LABEL: exchange:
; CHECK: compw.{{le|gt}} [[C:\$r[0-9]+]] = [[A:\$r[0-9]+]], [[B:\$r[0-9]+]]
; CHECK-NOT: cb
; CHECK: sw.w{{eqz|nez}} [[C]] ? [$r0] = [[B]]
; CHECK: ret
; CHECK-NEXT: sw.w{{eqz|nez}} [[C]] ? 4[$r1] = [[A]]
  %b4 = getelementptr i32, ptr %q, i64 1
  %a = load i32, ptr %p
  %b = load i32, ptr %b4
  %c = icmp sgt i32 %a, %b
  br i1 %c, label %swap, label %done
swap:
  store i32 %b, ptr %p
  store i32 %a, ptr %b4
  br label %done
done:
  ret void
}
; A load that is not executed cannot trap; its result is chosen by a conditional move.
define i64 @guarded_load(ptr %p, i64 %n) nounwind {
; CHECK-LABEL: guarded_load:
; CHECK-NOT: cb
; CHECK: ld.dnez $r0 ? [[V:\$r[0-9]+]] = 16[$r0]
; CHECK: cmoved.deqz $r0 ? [[V]] = $r1
; CHECK: ret
  %null = icmp eq ptr %p, null
  br i1 %null, label %done, label %read
read:
  %f = getelementptr i64, ptr %p, i64 2
  %v = load i64, ptr %f
  br label %done
done:
  %r = phi i64 [ %n, %0 ], [ %v, %read ]
  ret i64 %r
}
; Calls and system instructions stay behind the branch.
declare void @callee()
define void @guarded_call(i64 %n) nounwind {
; CHECK-LABEL: guarded_call:
; CHECK: cb.deqz $r0
; CHECK: callee
  %zero = icmp eq i64 %n, 0
  br i1 %zero, label %done, label %call
call:
  call void @callee()
  br label %done
done:
  ret void
}
; An arm that is hardly ever executed does not burden the other path.
define void @rare(ptr %p, i64 %n) nounwind {
; CHECK-LABEL: rare:
; CHECK: cb.
; CHECK: sd 0[$r0]
  %zero = icmp eq i64 %n, 0
  br i1 %zero, label %store, label %done, !prof !0
store:
  store i64 1, ptr %p
  br label %done
done:
  ret void
}
!0 = !{!"branch_weights", i32 1, i32 2000}
