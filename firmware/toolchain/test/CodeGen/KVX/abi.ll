; RUN: %llc -O2 -kvx-disable-packetizer %s -o %t.s
; RUN: FileCheck %s < %t.s
; RUN: %as %t.s -o %t.o
; Calling convention: twelve slots, split arguments, sret in r15, varargs, byval, tail calls.

declare i64 @many(i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i128)
define i64 @last_args(i64 %a0, i64 %a1, i64 %a2, i64 %a3, i64 %a4, i64 %a5, i64 %a6, i64 %a7, i64 %a8, i64 %a9, i64 %a10, i128 %split, i32 %stack) nounwind {
; CHECK-LABEL: last_args:
; CHECK: lwz $r0 = 8[$r12]
; CHECK: ld $r1 = 0[$r12]
; CHECK: addd $r0 = $r1, $r0
; CHECK: ret
  %h = lshr i128 %split, 64
  %t = trunc i128 %h to i64
  %z = zext i32 %stack to i64
  %r = add i64 %t, %z
  ret i64 %r
}
define i64 @call_many() nounwind {
; CHECK-LABEL: call_many:
; CHECK: addd $r12 = $r12, -64
; CHECK: get $r16 = $ra
; CHECK: sd 56[$r12] = $r16
; CHECK: make $r0 = 0
; CHECK: sd 16[$r12] = $r0
; CHECK: make $r1 = 1
; CHECK: make $r2 = 2
; CHECK: make $r3 = 3
; CHECK: make $r4 = 4
; CHECK: make $r5 = 5
; CHECK: make $r6 = 6
; CHECK: make $r7 = 7
; CHECK: make $r8 = 8
; CHECK: make $r9 = 9
; CHECK: make $r10 = 10
; CHECK: make $r11 = 11
; CHECK: make $r15 = 13
; CHECK: sd 8[$r12] = $r15
; CHECK: make $r15 = 12
; CHECK: sd 0[$r12] = $r15
; CHECK: call many
; CHECK: addd $r0 = $r0, 1
; CHECK: ld $r16 = 56[$r12]
; CHECK: set $ra = $r16
; CHECK: addd $r12 = $r12, 64
; CHECK: ret
  %r = call i64 @many(i64 0, i64 1, i64 2, i64 3, i64 4, i64 5, i64 6, i64 7, i64 8, i64 9, i64 10, i64 11, i64 12, i128 13)
  %s = add i64 %r, 1
  ret i64 %s
}
define void @struct_result(ptr sret([5 x i64]) %p) nounwind {
; CHECK-LABEL: struct_result:
; CHECK: make $r0 = 3
; CHECK: sd 0[$r15] = $r0
; CHECK: ret
  store i64 3, ptr %p
  ret void
}
define { i64, i64, i64, i64 } @four_words() nounwind {
; CHECK-LABEL: four_words:
; CHECK: make $r0 = 1
; CHECK: make $r1 = 2
; CHECK: make $r2 = 3
; CHECK: make $r3 = 4
; CHECK: ret
  ret { i64, i64, i64, i64 } { i64 1, i64 2, i64 3, i64 4 }
}
declare void @sink(ptr)
declare void @llvm.va_start(ptr)
define void @variadic(i64 %n, ...) nounwind {
; CHECK-LABEL: variadic:
; CHECK: addd $r12 = $r12, -128
; CHECK: get $r16 = $ra
; CHECK: sd 32[$r12] = $r16
; CHECK: sd 40[$r12] = $r1
; CHECK: sd 48[$r12] = $r2
; CHECK: sd 56[$r12] = $r3
; CHECK: sd 64[$r12] = $r4
; CHECK: sd 72[$r12] = $r5
; CHECK: sd 80[$r12] = $r6
; CHECK: sd 88[$r12] = $r7
; CHECK: sd 96[$r12] = $r8
; CHECK: sd 104[$r12] = $r9
; CHECK: sd 112[$r12] = $r10
; CHECK: sd 120[$r12] = $r11
; CHECK: addd $r0 = $r12, 40
; CHECK: sd 24[$r12] = $r0
; CHECK: call sink
; CHECK: ld $r16 = 32[$r12]
; CHECK: set $ra = $r16
; CHECK: addd $r12 = $r12, 128
; CHECK: ret
  %ap = alloca ptr
  call void @llvm.va_start(ptr %ap)
  %p = load ptr, ptr %ap
  call void @sink(ptr %p)
  ret void
}
define i64 @byval_in_regs(i64 %x, ptr byval([3 x i64]) %s) nounwind {
; CHECK-LABEL: byval_in_regs:
; CHECK: addd $r12 = $r12, -32
; CHECK: copyd $r0 = $r3
; CHECK: sd 8[$r12] = $r1
; CHECK: sd 16[$r12] = $r2
; CHECK: sd 24[$r12] = $r3
; CHECK: addd $r12 = $r12, 32
; CHECK: ret
  %q = getelementptr i64, ptr %s, i64 2
  %r = load i64, ptr %q
  ret i64 %r
}
define i64 @byval_split([10 x i64] %x, ptr byval([4 x i64]) %s) nounwind {
; CHECK-LABEL: byval_split:
; CHECK: addd $r12 = $r12, -32
; CHECK: sd 16[$r12] = $r10
; CHECK: sd 24[$r12] = $r11
; CHECK: ld $r0 = 40[$r12]
; CHECK: addd $r12 = $r12, 32
; CHECK: ret
  %q = getelementptr i64, ptr %s, i64 3
  %r = load i64, ptr %q
  ret i64 %r
}
declare void @take(i64, ptr byval([3 x i64]))
define void @pass_byval(ptr %p) nounwind {
; CHECK-LABEL: pass_byval:
; CHECK: addd $r12 = $r12, -32
; CHECK: get $r16 = $ra
; CHECK: sd 24[$r12] = $r16
; CHECK: ld $r3 = 16[$r0]
; CHECK: ld $r2 = 8[$r0]
; CHECK: ld $r1 = 0[$r0]
; CHECK: make $r0 = 1
; CHECK: call take
; CHECK: ld $r16 = 24[$r12]
; CHECK: set $ra = $r16
; CHECK: addd $r12 = $r12, 32
; CHECK: ret
  call void @take(i64 1, ptr byval([3 x i64]) %p)
  ret void
}
define void @tail(i64 %x) nounwind {
; CHECK-LABEL: tail:
; CHECK: addd $r0 = $r0, 1
; CHECK: goto sink2
  %y = add i64 %x, 1
  tail call void @sink2(i64 %y)
  ret void
}
declare void @sink2(i64)
define void @tail_indirect(ptr %f) nounwind {
; CHECK-LABEL: tail_indirect:
; CHECK: igoto $r0
  tail call void %f()
  ret void
}
