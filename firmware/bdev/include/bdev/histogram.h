/* Latency histograms: buckets of 1/16 of a power of two, so that a percentile is right within 6 %. */
#ifndef BDEV_HISTOGRAM_H
#define BDEV_HISTOGRAM_H

#include <stdint.h>

#define BDEV_HISTOGRAM_STEPS 16u			    /* buckets per power of two */
#define BDEV_HISTOGRAM_BUCKETS (29u * BDEV_HISTOGRAM_STEPS) /* up to 2^32; larger values count in the last */

struct bdev_histogram {
	uint64_t count, sum, min, max;
	uint32_t bucket[BDEV_HISTOGRAM_BUCKETS];
};

static inline unsigned bdev_histogram_bucket(uint64_t value)
{
	if (value < BDEV_HISTOGRAM_STEPS)
		return (unsigned)value;
	const unsigned shift = 59u - (unsigned)__builtin_clzll(value); /* leaves the leading one and four more bits */
	const unsigned bucket = (shift + 1) * BDEV_HISTOGRAM_STEPS + ((unsigned)(value >> shift) & 15u);

	return bucket < BDEV_HISTOGRAM_BUCKETS ? bucket : BDEV_HISTOGRAM_BUCKETS - 1;
}

/* Smallest value of a bucket. */
static inline uint64_t bdev_histogram_floor(unsigned bucket)
{
	const unsigned power = bucket / BDEV_HISTOGRAM_STEPS;

	if (!power)
		return bucket;
	return (uint64_t)(BDEV_HISTOGRAM_STEPS + bucket % BDEV_HISTOGRAM_STEPS) << (power - 1);
}

static inline void bdev_histogram_add(struct bdev_histogram *histogram, uint64_t value)
{
	if (!histogram->count++ || value < histogram->min)
		histogram->min = value;
	if (value > histogram->max)
		histogram->max = value;
	histogram->sum += value;
	histogram->bucket[bdev_histogram_bucket(value)]++;
}

static inline void bdev_histogram_merge(struct bdev_histogram *to, const struct bdev_histogram *from)
{
	if (!from->count)
		return;
	if (!to->count || from->min < to->min)
		to->min = from->min;
	if (from->max > to->max)
		to->max = from->max;
	to->count += from->count;
	to->sum += from->sum;
	for (unsigned i = 0; i < BDEV_HISTOGRAM_BUCKETS; i++)
		to->bucket[i] += from->bucket[i];
}

/* The value that `per_million` of all are at most (rounded down to its bucket); 0 if there are none. */
static inline uint64_t bdev_histogram_percentile(const struct bdev_histogram *histogram, uint32_t per_million)
{
	const uint64_t rank = (histogram->count * per_million + 999999) / 1000000;
	uint64_t seen = 0;

	for (unsigned i = 0; i < BDEV_HISTOGRAM_BUCKETS; i++) {
		seen += histogram->bucket[i];
		if (seen >= rank && seen)
			return bdev_histogram_floor(i);
	}
	return 0;
}

#endif
