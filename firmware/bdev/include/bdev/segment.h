/* Scattered buffers. Addresses are the bus's: what DMA and devices use (cos_global_address()). */
#ifndef BDEV_SEGMENT_H
#define BDEV_SEGMENT_H

#include <stdint.h>

struct bdev_segment {
	uint64_t address;
	uint32_t length; /* bytes */
};

/* A place in a scattered buffer. */
struct bdev_cursor {
	const struct bdev_segment *segment;
	uint32_t offset;
};

/* The next piece, of at most `limit` bytes: its length and *address. The buffer must not be at its end. */
static inline uint32_t bdev_cursor_next(struct bdev_cursor *cursor, uint32_t limit, uint64_t *address)
{
	while (cursor->offset == cursor->segment->length) {
		cursor->segment++;
		cursor->offset = 0;
	}
	const uint32_t room = cursor->segment->length - cursor->offset, length = room < limit ? room : limit;

	*address = cursor->segment->address + cursor->offset;
	cursor->offset += length;
	return length;
}

#endif
