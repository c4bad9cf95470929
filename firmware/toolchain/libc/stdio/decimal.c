#include "decimal.h"

const uint32_t __decimal_powers_of_ten[LIMB_DIGITS] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};

void __decimal_multiply_by_power_of_two(struct decimal *d, int n)
{
	for (; n > 0; n -= 29) {
		const unsigned shift = n < 29 ? (unsigned)n : 29;
		uint64_t carry = 0;

		for (int i = d->last - 1; i >= 0 && (i >= d->first || carry); i--) {
			const uint64_t value = ((uint64_t)d->limbs[i] << shift) + carry;

			d->limbs[i] = (uint32_t)(value % LIMB);
			carry = value / LIMB;
			if (i < d->first)
				d->first = i;
		}
		while (d->last > d->first && !d->limbs[d->last - 1])
			d->last--;
	}
}

void __decimal_divide_by_power_of_two(struct decimal *d, int n)
{
	for (; n > 0; n -= 9) {
		const unsigned shift = n < 9 ? (unsigned)n : 9;
		uint32_t rest = 0;

		for (int i = d->first; i < d->last || rest; i++) {
			if (i == TOTAL_LIMBS) {
				d->sticky = true;
				break;
			}
			const uint64_t value = (uint64_t)rest * LIMB + d->limbs[i];

			d->limbs[i] = (uint32_t)(value >> shift);
			rest = (uint32_t)(value & ((1u << shift) - 1));
			if (i >= d->last)
				d->last = i + 1;
		}
		while (d->first < d->last && !d->limbs[d->first])
			d->first++;
	}
}
