; RUN: %llc -O2 -kvx-disable-packetizer %s -o %t.s
; RUN: FileCheck %s < %t.s
; RUN: %as %t.s -o %t.o
; Floating point in general registers; what the core lacks is called.

define double @arith(double %a, double %b, double %c) {
; CHECK-LABEL: arith:
; CHECK: faddd $r0 = $r0, $r1
; CHECK: fsbfd $r0 = $r2, $r0
; CHECK: fmuld $r0 = $r0, $r1
; CHECK: ret
  %s = fadd double %a, %b
  %d = fsub double %s, %c
  %m = fmul double %d, %b
  ret double %m
}
declare float @llvm.fma.f32(float, float, float)
define float @fma(float %a, float %b, float %c) {
; CHECK-LABEL: fma:
; CHECK: ffmaw $r2 = $r0, $r1
; CHECK: copyd $r0 = $r2
; CHECK: ret
  %r = call float @llvm.fma.f32(float %a, float %b, float %c)
  ret float %r
}
define double @fms(double %a, double %b, double %c) {
; CHECK-LABEL: fms:
; CHECK: ffmsd $r2 = $r0, $r1
; CHECK: copyd $r0 = $r2
; CHECK: ret
  %n = fneg double %a
  %r = call double @llvm.fma.f64(double %n, double %b, double %c)
  ret double %r
}
declare double @llvm.fma.f64(double, double, double)
define double @div(double %a, double %b) {
; CHECK-LABEL: div:
; CHECK: addd $r12 = $r12, -32
; CHECK: get $r16 = $ra
; CHECK: sd 24[$r12] = $r16
; CHECK: call __divdf3
; CHECK: ld $r16 = 24[$r12]
; CHECK: set $ra = $r16
; CHECK: addd $r12 = $r12, 32
; CHECK: ret
  %r = fdiv double %a, %b
  ret double %r
}
define double @constant(double %a) {
; CHECK-LABEL: constant:
; CHECK: make $r1 = 4609434218613702656
; CHECK: faddd $r0 = $r0, $r1
; CHECK: ret
  %r = fadd double %a, 1.5
  ret double %r
}
define i32 @to_int(float %a) {
; CHECK-LABEL: to_int:
; CHECK: fixedw.rz $r0 = $r0, 0
; CHECK: ret
  %r = fptosi float %a to i32
  ret i32 %r
}
define i32 @double_to_int(double %a) {
; CHECK-LABEL: double_to_int:
; CHECK: fixedd.rz $r0 = $r0, 0
; CHECK: ret
  %r = fptosi double %a to i32
  ret i32 %r
}
define float @long_to_float(i64 %a) {
; CHECK-LABEL: long_to_float:
; CHECK: addd $r12 = $r12, -32
; CHECK: get $r16 = $ra
; CHECK: sd 24[$r12] = $r16
; CHECK: call __floatdisf
; CHECK: ld $r16 = 24[$r12]
; CHECK: set $ra = $r16
; CHECK: addd $r12 = $r12, 32
; CHECK: ret
  %r = sitofp i64 %a to float
  ret float %r
}
define double @uint_to_double(i32 %a) {
; CHECK-LABEL: uint_to_double:
; CHECK: zxwd $r0 = $r0
; CHECK: floatd $r0 = $r0, 0
; CHECK: ret
  %r = uitofp i32 %a to double
  ret double %r
}
define double @widen(float %a) {
; CHECK-LABEL: widen:
; CHECK: fwidenlwd $r0 = $r0
; CHECK: ret
  %r = fpext float %a to double
  ret double %r
}
define i1 @ordered(double %a, double %b) {
; CHECK-LABEL: ordered:
; CHECK: fcompd.oeq $r1 = $r1, $r1
; CHECK: fcompd.oeq $r0 = $r0, $r0
; CHECK: andw $r0 = $r0, $r1
; CHECK: ret
  %r = fcmp ord double %a, %b
  ret i1 %r
}
define i1 @greater(float %a, float %b) {
; CHECK-LABEL: greater:
; CHECK: fcompw.olt $r0 = $r1, $r0
; CHECK: ret
  %r = fcmp ogt float %a, %b
  ret i1 %r
}
define half @half(half %a, half %b) {
; CHECK-LABEL: half:
; CHECK: fwidenlhw $r1 = $r1
; CHECK: fwidenlhw $r0 = $r0
; CHECK: faddw $r0 = $r0, $r1
; CHECK: fnarrowwh $r0 = $r0
; CHECK: ret
  %r = fadd half %a, %b
  ret half %r
}
