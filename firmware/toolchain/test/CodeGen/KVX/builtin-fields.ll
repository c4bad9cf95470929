; RUN: not kvx-llc -O2 %s -o /dev/null 2>&1 | FileCheck %s
; wfxl and wfxm work on some system registers only.

declare void @__kvx_builtin_wfxl(i32, i64)
define void @not_by_fields(i64 %v) {
; CHECK: __kvx_builtin_wfxl: this system register has no writes of fields
  call void @__kvx_builtin_wfxl(i32 21, i64 %v)
  ret void
}
