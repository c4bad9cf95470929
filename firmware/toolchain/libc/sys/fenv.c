/* The CS register; a change must reach the floating-point unit before the next operation (barrier). */
#include <fenv.h>

#include "kvx/builtins.h"
#include "kvx/sfr.h"

#define RM_SHIFT 16
#define RM_MASK 3u

const fenv_t __fe_default_environment = 0;

/* Clears, then sets, bits of the lower half of CS. */
static void change(unsigned clear, unsigned set)
{
	__kvx_builtin_wfxl(KVX_SFR_CS, (unsigned long)set << 32 | clear);
	__kvx_builtin_barrier();
}

int feclearexcept(int flags)
{
	change((unsigned)flags & FE_ALL_EXCEPT, 0);
	return 0;
}

int feraiseexcept(int flags)
{
	change(0, (unsigned)flags & FE_ALL_EXCEPT);
	return 0;
}

int fetestexcept(int flags) { return (int)__kvx_builtin_get(KVX_SFR_CS) & flags & FE_ALL_EXCEPT; }
int fegetround(void) { return (int)(__kvx_builtin_get(KVX_SFR_CS) >> RM_SHIFT & RM_MASK); }

int fesetround(int mode)
{
	if ((unsigned)mode > RM_MASK)
		return -1;
	change(RM_MASK << RM_SHIFT, (unsigned)mode << RM_SHIFT);
	return 0;
}

int fegetenv(fenv_t *environment)
{
	*environment = __kvx_builtin_get(KVX_SFR_CS) & (FE_ALL_EXCEPT | RM_MASK << RM_SHIFT);
	return 0;
}

int fesetenv(const fenv_t *environment)
{
	change(FE_ALL_EXCEPT | RM_MASK << RM_SHIFT, (unsigned)*environment & (FE_ALL_EXCEPT | RM_MASK << RM_SHIFT));
	return 0;
}
