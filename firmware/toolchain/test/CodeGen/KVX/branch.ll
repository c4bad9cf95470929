; RUN: %llc -O2 -kvx-disable-packetizer %s -o %t.s
; RUN: FileCheck %s < %t.s
; RUN: %as %t.s -o %t.o
; Branches and conditional moves test a register against zero; jump tables; block addresses.

declare void @f()
define void @zero(i32 %a) {
; CHECK-LABEL: zero:
; CHECK: addd $r12 = $r12, -32
; CHECK: get $r16 = $ra
; CHECK: sd 24[$r12] = $r16
; CHECK: cb.wnez $r0 ? .LBB{{[0-9]+}}_2
; CHECK: call f
; CHECK: .LBB{{[0-9]+}}_2:
; CHECK: ld $r16 = 24[$r12]
; CHECK: set $ra = $r16
; CHECK: addd $r12 = $r12, 32
; CHECK: ret
  %c = icmp eq i32 %a, 0
  br i1 %c, label %t, label %e
t:
  call void @f()
  br label %e
e:
  ret void
}
define void @odd(i64 %a) {
; CHECK-LABEL: odd:
; CHECK: addd $r12 = $r12, -32
; CHECK: get $r16 = $ra
; CHECK: sd 24[$r12] = $r16
; CHECK: cb.even $r0 ? .LBB{{[0-9]+}}_2
; CHECK: call f
; CHECK: .LBB{{[0-9]+}}_2:
; CHECK: ld $r16 = 24[$r12]
; CHECK: set $ra = $r16
; CHECK: addd $r12 = $r12, 32
; CHECK: ret
  %m = and i64 %a, 1
  %c = icmp ne i64 %m, 0
  br i1 %c, label %t, label %e
t:
  call void @f()
  br label %e
e:
  ret void
}
define void @compare(i64 %a, i64 %b) {
; CHECK-LABEL: compare:
; CHECK: addd $r12 = $r12, -32
; CHECK: get $r16 = $ra
; CHECK: sd 24[$r12] = $r16
; CHECK: compd.geu $r0 = $r0, $r1
; CHECK: cb.wnez $r0 ? .LBB{{[0-9]+}}_2
; CHECK: call f
; CHECK: .LBB{{[0-9]+}}_2:
; CHECK: ld $r16 = 24[$r12]
; CHECK: set $ra = $r16
; CHECK: addd $r12 = $r12, 32
; CHECK: ret
  %c = icmp ult i64 %a, %b
  br i1 %c, label %t, label %e
t:
  call void @f()
  br label %e
e:
  ret void
}
define i64 @select_zero(i32 %a, i64 %x, i64 %y) {
; CHECK-LABEL: select_zero:
; CHECK: cmoved.wltz $r0 ? $r2 = $r1
; CHECK: copyd $r0 = $r2
; CHECK: ret
  %c = icmp slt i32 %a, 0
  %r = select i1 %c, i64 %x, i64 %y
  ret i64 %r
}
define double @select_fp(double %a, double %b) {
; CHECK-LABEL: select_fp:
; CHECK: fcompd.olt $r2 = $r0, $r1
; CHECK: cmoved.wnez $r2 ? $r1 = $r0
; CHECK: copyd $r0 = $r1
; CHECK: ret
  %c = fcmp olt double %a, %b
  %r = select i1 %c, double %a, double %b
  ret double %r
}
define i32 @table(i32 %x) {
; CHECK-LABEL: table:
; CHECK: addd $r12 = $r12, -32
; CHECK: get $r16 = $ra
; CHECK: sd 24[$r12] = $r16
; CHECK: compw.gtu $r1 = $r0, 4
; CHECK: cb.wnez $r1 ? .LBB{{[0-9]+}}_7
; CHECK: zxwd $r0 = $r0
; CHECK: make $r1 = .LJTI5_0
; CHECK: ld.xs $r0 = $r0[$r1]
; CHECK: igoto $r0
; CHECK: .LBB{{[0-9]+}}_2:
; CHECK: call f
; CHECK: make $r0 = 7
; CHECK: goto .LBB{{[0-9]+}}_8
; CHECK: .LBB{{[0-9]+}}_3:
; CHECK: call f
; CHECK: make $r0 = 8
; CHECK: goto .LBB{{[0-9]+}}_8
; CHECK: .LBB{{[0-9]+}}_4:
; CHECK: call f
; CHECK: make $r0 = 3
; CHECK: goto .LBB{{[0-9]+}}_8
; CHECK: .LBB{{[0-9]+}}_5:
; CHECK: call f
; CHECK: make $r0 = 4
; CHECK: goto .LBB{{[0-9]+}}_8
; CHECK: .LBB{{[0-9]+}}_6:
; CHECK: make $r0 = 9
; CHECK: goto .LBB{{[0-9]+}}_8
; CHECK: .LBB{{[0-9]+}}_7:
; CHECK: make $r0 = -1
; CHECK: .LBB{{[0-9]+}}_8:
; CHECK: ld $r16 = 24[$r12]
; CHECK: set $ra = $r16
; CHECK: addd $r12 = $r12, 32
; CHECK: ret
  switch i32 %x, label %d [
    i32 0, label %a
    i32 1, label %b
    i32 2, label %c
    i32 3, label %e
    i32 4, label %g
  ]
a:
  call void @f()
  ret i32 7
b:
  ret i32 9
c:
  call void @f()
  ret i32 3
e:
  call void @f()
  ret i32 4
g:
  call void @f()
  ret i32 8
d:
  ret i32 -1
}
@labels = global [2 x ptr] [ptr blockaddress(@computed, %a), ptr blockaddress(@computed, %b)]
define i32 @computed(i64 %i) {
; CHECK-LABEL: computed:
; CHECK: make $r1 = labels
; CHECK: ld.xs $r0 = $r0[$r1]
; CHECK: igoto $r0
; CHECK: .LBB{{[0-9]+}}_1:
; CHECK: make $r0 = 1
; CHECK: ret
; CHECK: .LBB{{[0-9]+}}_2:
; CHECK: make $r0 = 2
; CHECK: ret
  %p = getelementptr ptr, ptr @labels, i64 %i
  %t = load ptr, ptr %p
  indirectbr ptr %t, [label %a, label %b]
a:
  ret i32 1
b:
  ret i32 2
}
