/* The floating-point environment is the CS register: flags in bits 0..5, rounding mode in 17:16. */
#ifndef _FENV_H
#define _FENV_H

#ifdef __cplusplus
extern "C" {
#endif

typedef unsigned long fenv_t;
typedef unsigned fexcept_t;

#define FE_INVALID 0x02
#define FE_DIVBYZERO 0x04
#define FE_OVERFLOW 0x08
#define FE_UNDERFLOW 0x10
#define FE_INEXACT 0x20
#define FE_ALL_EXCEPT 0x3e

/* Values of CS.RM. */
#define FE_TONEAREST 0
#define FE_UPWARD 1
#define FE_DOWNWARD 2
#define FE_TOWARDZERO 3

int feclearexcept(int flags);
int feraiseexcept(int flags);
int fetestexcept(int flags);
int fegetround(void);
int fesetround(int mode);
int fegetenv(fenv_t *environment);
int fesetenv(const fenv_t *environment);
extern const fenv_t __fe_default_environment;
#define FE_DFL_ENV (&__fe_default_environment)

#ifdef __cplusplus
}
#endif
#endif
