/*
 * Arena allocator: first fit over an address-ordered free list with immediate merging. An arena is a range of memory
 * with its own lock, so cores that allocate often can each have one. Blocks are 32-byte aligned (the ABI's largest
 * alignment) and preceded by a 32-byte header.
 */
#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define UNIT ((size_t)32)

struct block {		    /* one unit; in front of every block, free or not */
	size_t units;	    /* with the header */
	struct block *next; /* free blocks only */
	struct malloc_arena *arena;
	size_t unused;
};

struct malloc_arena {
	unsigned next_ticket, serving; /* lock */
	size_t unused[3];
	struct block head; /* of the free list, size 0 */
};

_Static_assert(sizeof(struct block) == UNIT, "headers keep blocks aligned");

/* Cores that wait look the more rarely the longer their turn is off: otherwise they keep the memory bank from the one
 * who has the lock. */
#define BACKOFF 64

static void lock(struct malloc_arena *arena)
{
	const unsigned ticket = __atomic_fetch_add(&arena->next_ticket, 1, __ATOMIC_RELAXED);
	unsigned ahead;

	while ((ahead = ticket - __atomic_load_n(&arena->serving, __ATOMIC_ACQUIRE)) != 0)
		for (unsigned i = ahead * BACKOFF; i; i--)
			__asm__ volatile("");
}

static void unlock(struct malloc_arena *arena)
{
	__atomic_store_n(&arena->serving, arena->serving + 1, __ATOMIC_RELEASE);
}

struct malloc_arena *malloc_arena_create(void *memory, size_t size)
{
	const uintptr_t begin = ((uintptr_t)memory + UNIT - 1) & -UNIT, end = ((uintptr_t)memory + size) & -UNIT;
	struct malloc_arena *arena = (struct malloc_arena *)begin;
	struct block *first = (struct block *)(((uintptr_t)(arena + 1) + UNIT - 1) & -UNIT);

	if (!memory || size < sizeof *arena + 4 * UNIT)
		return NULL;
	memset(arena, 0, sizeof *arena);
	first->units = (end - (uintptr_t)first) / UNIT;
	first->next = NULL;
	first->arena = arena;
	arena->head.next = first;
	return arena;
}

/* Units for a request, header included; 0 if absurd. An even number: blocks for cache lines then lie side by side,
 * without a unit between them that nobody can use but everybody has to walk past. */
static size_t units_for(size_t size) { return size > SIZE_MAX / 4 ? 0 : (size / UNIT + 2 + (size % UNIT != 0)) & -2; }

/* Inserts into the free list and merges with the neighbours. */
static void insert(struct malloc_arena *arena, struct block *block)
{
	struct block *before = &arena->head;

	while (before->next && before->next < block)
		before = before->next;
	block->next = before->next;
	before->next = block;
	if (block->next && block + block->units == block->next) {
		block->units += block->next->units;
		block->next = block->next->next;
	}
	if (before != &arena->head && before + before->units == block) {
		before->units += block->units;
		before->next = block->next;
	}
}

/* Gives the tail of a used block back. */
static void trim(struct malloc_arena *arena, struct block *block, size_t units)
{
	if (block->units - units < 2)
		return;
	struct block *rest = block + units;

	rest->units = block->units - units;
	rest->arena = arena;
	block->units = units;
	insert(arena, rest);
}

/* The first free place for a block of `units` whose data are aligned; what is left before and behind it stays in the
 * list where it is, so that there is one walk only. */
static struct block *take(struct malloc_arena *arena, size_t units, size_t alignment)
{
	for (struct block *before = &arena->head; before->next; before = before->next) {
		struct block *block = before->next, *next = block->next;
		const uintptr_t data = ((uintptr_t)(block + 1) + alignment - 1) & -alignment;
		struct block *taken = (struct block *)data - 1;
		const size_t front = (size_t)(taken - block);

		if (front > block->units || block->units - front < units)
			continue;
		const size_t rest = block->units - front - units;

		taken->arena = arena;
		taken->units = rest < 2 ? units + rest : units;
		if (rest >= 2) {
			taken[units] = (struct block){.units = rest, .next = next, .arena = arena};
			next = taken + units;
		}
		if (front) {
			block->units = front;
			before = block;
		}
		before->next = next;
		return taken;
	}
	return NULL;
}

void *malloc_arena_alloc(struct malloc_arena *arena, size_t size)
{
	return malloc_arena_alloc_aligned(arena, UNIT, size);
}

void *malloc_arena_alloc_aligned(struct malloc_arena *arena, size_t alignment, size_t size)
{
	const size_t units = units_for(size);

	if (!arena || !units || alignment & (alignment - 1) || alignment > SIZE_MAX / 4)
		return NULL;
	lock(arena);
	struct block *block = take(arena, units, alignment < UNIT ? UNIT : alignment);

	unlock(arena);
	return block ? block + 1 : NULL;
}

void malloc_arena_free(struct malloc_arena *arena, void *memory)
{
	if (!memory)
		return;
	lock(arena);
	insert(arena, (struct block *)memory - 1);
	unlock(arena);
}

size_t malloc_usable_size(const void *memory)
{
	return memory ? (((const struct block *)memory - 1)->units - 1) * UNIT : 0;
}

void *malloc_arena_realloc(struct malloc_arena *arena, void *memory, size_t size)
{
	if (!memory)
		return malloc_arena_alloc(arena, size);
	const size_t old = malloc_usable_size(memory), units = units_for(size);

	if (units && size <= old) {
		lock(arena);
		trim(arena, (struct block *)memory - 1, units);
		unlock(arena);
		return memory;
	}
	void *moved = malloc_arena_alloc(arena, size);

	if (moved) {
		memcpy(moved, memory, old);
		malloc_arena_free(arena, memory);
	}
	return moved;
}

size_t malloc_arena_available(struct malloc_arena *arena)
{
	size_t units = 0;

	lock(arena);
	for (const struct block *block = arena->head.next; block; block = block->next)
		units += block->units;
	unlock(arena);
	return units * UNIT;
}

/* The default arena: the linker script's heap. */
extern char __heap_start[], __heap_end[];

static struct malloc_arena *heap(void)
{
	static struct malloc_arena *arena;
	static volatile unsigned creating;

	if (!__atomic_load_n(&arena, __ATOMIC_ACQUIRE)) {
		while (__atomic_exchange_n(&creating, 1, __ATOMIC_ACQUIRE))
			;
		if (!arena)
			__atomic_store_n(&arena, malloc_arena_create(__heap_start, (size_t)(__heap_end - __heap_start)),
					 __ATOMIC_RELEASE);
		__atomic_store_n(&creating, 0, __ATOMIC_RELEASE);
	}
	return arena;
}

static void *or_enomem(void *memory)
{
	if (!memory)
		errno = ENOMEM;
	return memory;
}

void *malloc(size_t size) { return or_enomem(malloc_arena_alloc(heap(), size)); }

void *calloc(size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		return or_enomem(NULL);
	void *memory = malloc(total);

	return memory ? memset(memory, 0, total) : NULL;
}

/* A block knows its arena: blocks of any arena can be given to realloc and free. */
void *realloc(void *memory, size_t size)
{
	struct malloc_arena *arena = memory ? ((struct block *)memory - 1)->arena : heap();

	return or_enomem(malloc_arena_realloc(arena, memory, size));
}

void free(void *memory)
{
	if (memory)
		malloc_arena_free(((struct block *)memory - 1)->arena, memory);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return or_enomem(malloc_arena_alloc_aligned(heap(), alignment, size));
}

void *memalign(size_t alignment, size_t size) { return aligned_alloc(alignment, size); }

int posix_memalign(void **memory, size_t alignment, size_t size)
{
	if (alignment < sizeof(void *) || (alignment & (alignment - 1)))
		return EINVAL;
	*memory = malloc_arena_alloc_aligned(heap(), alignment, size);
	return *memory ? 0 : ENOMEM;
}
