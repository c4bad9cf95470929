/*
 * Exact decimal numbers on the stack, for the conversions between text and floating point: an integer and a fraction in
 * base 10^9 ("limbs"). Scaling by powers of two is exact up to the capacity, which any double fits.
 */
#ifndef LIBC_DECIMAL_H
#define LIBC_DECIMAL_H

#include <stdbool.h>
#include <stdint.h>

#define LIMB 1000000000u
#define LIMB_DIGITS 9
#define INTEGER_LIMBS 36   /* 2^1024 < 10^309 */
#define FRACTION_LIMBS 124 /* 2^-1074 ends at the 1074th decimal */
#define TOTAL_LIMBS (INTEGER_LIMBS + FRACTION_LIMBS)

struct decimal {
	uint32_t limbs[TOTAL_LIMBS]; /* most significant first; the point is after INTEGER_LIMBS */
	int first, last;	     /* limbs [first, last) may be nonzero */
	bool sticky;		     /* something nonzero lies below the last limb */
};

extern const uint32_t __decimal_powers_of_ten[LIMB_DIGITS];

void __decimal_multiply_by_power_of_two(struct decimal *d, int n);
void __decimal_divide_by_power_of_two(struct decimal *d, int n);

#endif
