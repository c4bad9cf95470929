; RUN: not kvx-llc -O2 %s -o /dev/null 2>&1 | FileCheck %s
; A system register number must be constant.

declare i64 @__kvx_builtin_get(i32)
define i64 @variable(i32 %n) {
; CHECK: __kvx_builtin_get: the system register must be a constant from 0 to 511
  %r = call i64 @__kvx_builtin_get(i32 %n)
  ret i64 %r
}
