#undef assert
#ifdef NDEBUG
#define assert(condition) ((void)0)
#else
#define assert(condition) ((condition) ? (void)0 : __assert_func(__FILE__, __LINE__, __func__, #condition))
#endif

#ifndef _ASSERT_H
#define _ASSERT_H
#ifdef __cplusplus
extern "C" {
#else
#define static_assert _Static_assert
#endif
__attribute__((noreturn)) void __assert_func(const char *file, int line, const char *function, const char *condition);
#ifdef __cplusplus
}
#endif
#endif
