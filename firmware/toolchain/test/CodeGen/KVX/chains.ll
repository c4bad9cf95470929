; RUN: %llc -O2 %s -o %t.s
; RUN: FileCheck %s < %t.s
; RUN: %as %t.s -o %t.o

; A table checksum: the byte meets the shifted sum while the table is read, not behind it.
define i32 @crc_step(i32 %crc, i64 %byte, i32 %next, ptr %table, ptr %out) nounwind {
; CHECK-LABEL: crc_step:
; CHECK: lwz.xs [[T:\$r[0-9]+]] =
; CHECK: eorw [[E:\$r[0-9]+]] = {{.*}}[[S:\$r[0-9]+]]
; CHECK: ;;
; CHECK-NEXT: eorw $r0 = [[T]], [[E]]
; CHECK-NEXT: eorw {{.*}} = [[T]], [[S]]
; CHECK: ret
  %e = getelementptr i32, ptr %table, i64 %byte
  %t = load i32, ptr %e
  %s = lshr i32 %crc, 8
  %new = xor i32 %t, %s
  store i32 %new, ptr %out
  %i = xor i32 %next, %new
  ret i32 %i
}
