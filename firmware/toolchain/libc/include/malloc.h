/* Memory arenas: malloc and friends use the default one, made of the heap of the linker script. */
#ifndef _MALLOC_H
#define _MALLOC_H

#include <stdlib.h>

#ifdef __cplusplus
extern "C" {
#endif

struct malloc_arena; /* lives at the start of its memory */

/* Makes an arena of `size` bytes at `memory`; null if too small (less than about 200 bytes). */
struct malloc_arena *malloc_arena_create(void *memory, size_t size);
/* Blocks are 32-byte aligned. Null when there is no room; the arena is locked against other cores. */
void *malloc_arena_alloc(struct malloc_arena *arena, size_t size);
/* Any power-of-two alignment. */
void *malloc_arena_alloc_aligned(struct malloc_arena *arena, size_t alignment, size_t size);
void *malloc_arena_realloc(struct malloc_arena *arena, void *block, size_t size);
void malloc_arena_free(struct malloc_arena *arena, void *block);
/* Bytes a caller can use of a block of any arena. */
size_t malloc_usable_size(const void *block);
/* Total of the free blocks. */
size_t malloc_arena_available(struct malloc_arena *arena);
void *memalign(size_t alignment, size_t size);

#ifdef __cplusplus
}
#endif
#endif
