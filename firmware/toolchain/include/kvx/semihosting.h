/*
 * Services of a simulator, called with `scall` numbers above 4050. On hardware they are ordinary system calls and reach
 * the image's own handler. Arguments in r0..r2, result in r0, negative errno on an error (KV3-1 C ABI, 8).
 */
#ifndef KVX_SEMIHOSTING_H
#define KVX_SEMIHOSTING_H

#define KVX_SEMIHOSTING_EXIT 4095
#define KVX_SEMIHOSTING_PRINTF 4094
#define KVX_SEMIHOSTING_READTIMER 4093
#define KVX_SEMIHOSTING_ISATTY 4083
#define KVX_SEMIHOSTING_WRITE 4081
#define KVX_SEMIHOSTING_GETTIMEOFDAY 4080
#define KVX_SEMIHOSTING_READ 4078
#define KVX_SEMIHOSTING_OPEN 4077
#define KVX_SEMIHOSTING_LSEEK 4076
#define KVX_SEMIHOSTING_UNLINK 4075
#define KVX_SEMIHOSTING_CLOSE 4062
#define KVX_SEMIHOSTING_IS_SIMULATOR 4056

#ifdef __cplusplus
extern "C" {
#endif

static inline long kvx_semihosting(long number, long a, long b, long c)
{
	register long r0 __asm__("r0") = a;
	register long r1 __asm__("r1") = b;
	register long r2 __asm__("r2") = c;

	__asm__ volatile("scall %[number]" : "+r"(r0) : [number] "r"(number), "r"(r1), "r"(r2) : "memory");
	return r0;
}

__attribute__((noreturn)) static inline void kvx_semihosting_exit(int status)
{
	for (;;)
		kvx_semihosting(KVX_SEMIHOSTING_EXIT, status, 0, 0);
}

#ifdef __cplusplus
}
#endif
#endif
