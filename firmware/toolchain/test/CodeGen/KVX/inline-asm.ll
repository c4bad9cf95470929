; RUN: %llc -O2 %s -o %t.s
; RUN: FileCheck %s < %t.s
; RUN: %as %t.s -o %t.o
; Constraints r, I, J, K, m, named registers, pairs; the bundle is closed after each statement.

define i64 @regs(i64 %a) nounwind {
; CHECK-LABEL: regs:
; CHECK: addd $r0 = $r0, 12

; CHECK: ret

  %r = call i64 asm "addd $0 = $1, $2", "=r,r,I"(i64 %a, i64 12)
  ret i64 %r
}
define i64 @memory(ptr %p) nounwind {
; CHECK-LABEL: memory:
; CHECK: ld $r0 = 40[$r0]

; CHECK: ret

  %q = getelementptr i8, ptr %p, i64 40
  %r = call i64 asm "ld $0 = $1", "=r,*m"(ptr elementtype(i64) %q)
  ret i64 %r
}
define i64 @named(i64 %a) nounwind {
; CHECK-LABEL: named:
; CHECK: copyd $r6 = $r0

; CHECK: copyd $r5 = $r6

; CHECK: ret
; CHECK: copyd $r0 = $r5

  %r = call i64 asm "copyd $0 = $1", "={r5},{r6},~{r7},~{memory}"(i64 %a)
  ret i64 %r
}
define i128 @pair(i64 %a, i64 %b) nounwind {
; CHECK-LABEL: pair:
; CHECK: copyq $r0r1 = $r0, $r1

; CHECK: ret

  %r = call i128 asm "copyq $0 = $1, $2", "=r,r,r"(i64 %a, i64 %b)
  ret i128 %r
}
define void @clobbers_ra() nounwind {
; CHECK-LABEL: clobbers_ra:
; CHECK: get $r16 = $ra
; CHECK: addd $r12 = $r12, -32

; CHECK: sd 24[$r12] = $r16

; CHECK: call f


; CHECK: addd $r12 = $r12, 32
; CHECK: ld $r16 = 24[$r12]

; CHECK: set $ra = $r16

; CHECK: ret

  call void asm sideeffect "call f\0A\09;;", "~{ra}"()
  ret void
}
