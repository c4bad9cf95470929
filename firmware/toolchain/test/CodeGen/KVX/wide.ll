; RUN: %llc -O2 -kvx-disable-packetizer %s -o %t.s
; RUN: FileCheck %s < %t.s
; RUN: %as %t.s -o %t.o
; 128- and 256-bit values move in one access; large byval arguments in a loop; shifts in line.

define void @copy256(ptr %d, ptr %s) nounwind {
; CHECK-LABEL: copy256:
; CHECK: lo $r4r5r6r7 = 0[$r1]
; CHECK: so 0[$r0] = $r4r5r6r7
; CHECK: ret
  %v = load <4 x i64>, ptr %s, align 1
  store <4 x i64> %v, ptr %d, align 1
  ret void
}
define void @copy128(ptr %d, ptr %s) nounwind {
; CHECK-LABEL: copy128:
; CHECK: lq $r2r3 = 0[$r1]
; CHECK: sq 0[$r0] = $r2r3
; CHECK: ret
  %v = load i128, ptr %s, align 16
  store i128 %v, ptr %d, align 16
  ret void
}
define i64 @element(ptr %s) nounwind {
; CHECK-LABEL: element:
; CHECK: lq $r0r1 = 0[$r0]
; CHECK: copyd $r0 = $r1
; CHECK: ret
  %v = load <2 x i64>, ptr %s
  %r = extractelement <2 x i64> %v, i64 1
  ret i64 %r
}
define i128 @shift(i128 %a, i128 %n) nounwind {
; CHECK-LABEL: shift:
; CHECK: slld $r3 = $r1, 1
; CHECK: eorw $r4 = $r2, -1
; CHECK: srld $r0 = $r0, $r2
; CHECK: slld $r3 = $r3, $r4
; CHECK: andw $r4 = $r2, 64
; CHECK: iord $r0 = $r3, $r0
; CHECK: srld $r1 = $r1, $r2
; CHECK: srlw $r2 = $r4, 6
; CHECK: make $r3 = 0
; CHECK: cmoved.wnez $r2 ? $r0 = $r1
; CHECK: cmoved.wnez $r2 ? $r1 = $r3
; CHECK: ret
  %r = lshr i128 %a, %n
  ret i128 %r
}
declare void @take(i64, ptr byval([200 x i64]))
define void @large_byval(ptr %p) nounwind {
; CHECK-LABEL: large_byval:
; CHECK: addd $r12 = $r12, -1568
; CHECK: get $r16 = $ra
; CHECK: sd 1560[$r12] = $r16
; CHECK: ld $r2 = 1592[$r0]
; CHECK: copyd $r1 = $r12
; CHECK: sd 1504[$r12] = $r2
; CHECK: addd $r3 = $r0, 88
; CHECK: make $r2 = 47
; CHECK: .LBB{{[0-9]+}}_1:
; CHECK: addd $r2 = $r2, -1
; CHECK: lo $r4r5r6r7 = 0[$r3]
; CHECK: addd $r8 = $r1, 32
; CHECK: addd $r3 = $r3, 32
; CHECK: so 0[$r1] = $r4r5r6r7
; CHECK: copyd $r1 = $r8
; CHECK: cb.dnez $r2 ? .LBB{{[0-9]+}}_1
; CHECK: ld $r11 = 80[$r0]
; CHECK: ld $r10 = 72[$r0]
; CHECK: ld $r9 = 64[$r0]
; CHECK: ld $r8 = 56[$r0]
; CHECK: ld $r7 = 48[$r0]
; CHECK: ld $r6 = 40[$r0]
; CHECK: ld $r5 = 32[$r0]
; CHECK: ld $r4 = 24[$r0]
; CHECK: ld $r3 = 16[$r0]
; CHECK: ld $r2 = 8[$r0]
; CHECK: ld $r1 = 0[$r0]
; CHECK: make $r0 = 1
; CHECK: call take
; CHECK: ld $r16 = 1560[$r12]
; CHECK: set $ra = $r16
; CHECK: addd $r12 = $r12, 1568
; CHECK: ret
  call void @take(i64 1, ptr byval([200 x i64]) %p)
  ret void
}
