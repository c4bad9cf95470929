; RUN: not kvx-llc -O2 %s -o /dev/null 2>&1 | FileCheck %s
; Unknown builtins are diagnosed instead of becoming calls that do not link.

declare void @__kvx_builtin_frobnicate()
define void @unknown() {
; CHECK: __kvx_builtin_frobnicate: unknown builtin
  call void @__kvx_builtin_frobnicate()
  ret void
}
