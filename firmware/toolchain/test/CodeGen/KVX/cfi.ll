; RUN: %llc -O2 %s -o %t.s
; RUN: FileCheck %s < %t.s
; RUN: %as %t.s -o %t.o
; RUN: %readelf --debug-dump=frames %t.o | FileCheck --check-prefix=FRAME %s
; Call frame information in bundled code: CFA, return address and callee-saved registers.

declare i64 @g(i64)
define i64 @f(i64 %a) uwtable {
; CHECK-LABEL: f:
; CHECK: addd $r12 = $r12, -32
; CHECK: .cfi_def_cfa_offset 32
; CHECK: sd 24[$r12] = $r16
; CHECK: .cfi_offset 67, -8
; CHECK: call g
; CHECK: addd $r12 = $r12, 32
; CHECK: .cfi_def_cfa_offset 0
; FRAME: DW_CFA_def_cfa_offset: 32
; FRAME: r67 at cfa-8
  call void asm sideeffect "", "~{r18}"()
  %r = call i64 @g(i64 %a)
  %s = add i64 %r, %a
  ret i64 %s
}
define i64 @fp(i64 %a) uwtable "frame-pointer"="all" {
; CHECK-LABEL: fp:
; CHECK: addd $r14 = $r12, 16
; CHECK: .cfi_def_cfa 14, 16
; CHECK: .cfi_def_cfa 12, 32
; FRAME: DW_CFA_def_cfa: r14 ofs 16
; FRAME: DW_CFA_def_cfa: r12 ofs 32
  %r = call i64 @g(i64 %a)
  %s = add i64 %r, 1
  ret i64 %s
}
