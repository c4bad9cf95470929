; RUN: %llc -O2 %s -o %t.s
; RUN: FileCheck %s < %t.s
; RUN: %as %t.s -o %t.o
; Data, strings, comdat, thread-local, weak and alias symbols; constructors in .init_array.

; CHECK: .section .init_array,"aw",@init_array
; CHECK: .quad f
@llvm.global_ctors = appending global [1 x { i32, ptr, ptr }] [{ i32, ptr, ptr } { i32 65535, ptr @f, ptr null }]
define internal void @f() nounwind {
  ret void
}
; CHECK: .section .rodata.str1.1,"aMS",@progbits,1
; CHECK: .asciz "abc"
@x = internal unnamed_addr constant [4 x i8] c"abc\00"
; CHECK: .section .data.d,"awG",@progbits,d,comdat
$d = comdat any
@d = linkonce_odr global i32 3, comdat
; CHECK: .section .tbss,"awT",@nobits
@t = thread_local global i32 0
; CHECK: .weak w
; CHECK: .long 4
@w = weak global i32 4
; CHECK: .set al, w
@al = alias i32, ptr @w
