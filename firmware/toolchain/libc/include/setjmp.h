#ifndef _SETJMP_H
#define _SETJMP_H

#ifdef __cplusplus
extern "C" {
#endif

/* r20..r31, r18 r19, sp r14, ra; see runtime/setjmp.S. */
typedef struct {
	unsigned long registers[20];
} __attribute__((aligned(32))) jmp_buf[1];
typedef jmp_buf sigjmp_buf;

int setjmp(jmp_buf state) __attribute__((returns_twice));
int _setjmp(jmp_buf state) __attribute__((returns_twice));
__attribute__((noreturn)) void longjmp(jmp_buf state, int value);
__attribute__((noreturn)) void _longjmp(jmp_buf state, int value);
#define setjmp(state) setjmp(state)
#define sigsetjmp(state, mask) setjmp(state)
#define siglongjmp(state, value) longjmp(state, value)

#ifdef __cplusplus
}
#endif
#endif
