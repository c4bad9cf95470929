/* A 64-bit linear congruential generator; the upper bits are returned. The same seed gives the same sequence. */
#include <stdint.h>
#include <stdlib.h>

static uint64_t state = 1;

static int step(uint64_t *s)
{
	*s = *s * 6364136223846793005u + 1442695040888963407u;
	return (int)(*s >> 33);
}

int rand(void) { return step(&state); }
void srand(unsigned seed) { state = seed; }
long random(void) { return rand(); }
void srandom(unsigned seed) { srand(seed); }

int rand_r(unsigned *seed)
{
	uint64_t s = *seed;
	const int result = step(&s);

	*seed = (unsigned)(s >> 32);
	return result;
}
