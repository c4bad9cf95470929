/* C11 atomics and __sync/__atomic builtins of all sizes (one core). */
#include "check.h"
#include <stdatomic.h>
#include <stdint.h>

#define TEST(T, name)                                                                                                  \
	static NOINLINE void name(void)                                                                                \
	{                                                                                                              \
		static _Atomic T x;                                                                                    \
		T e;                                                                                                   \
		atomic_store(&x, (T)5);                                                                                \
		CHECK(atomic_load(&x) == 5 && atomic_fetch_add(&x, 3) == 5 && atomic_fetch_sub(&x, 1) == 8);           \
		CHECK(atomic_fetch_or(&x, 8) == 7 && atomic_fetch_and(&x, 12) == 15 && atomic_fetch_xor(&x, 5) == 12); \
		CHECK(atomic_exchange(&x, (T) - 1) == 9 && x == (T) - 1);                                              \
		e = 3;                                                                                                 \
		CHECK(!atomic_compare_exchange_strong(&x, &e, 4) && e == (T) - 1);                                     \
		CHECK(atomic_compare_exchange_strong(&x, &e, 4) && x == 4);                                            \
		while (!atomic_compare_exchange_weak(&x, &(T){4}, 6))                                                  \
			;                                                                                              \
		x += 10;                                                                                               \
		CHECK(x++ == 16 && --x == 16);                                                                         \
		T y = 1;                                                                                               \
		CHECK(__sync_fetch_and_add(&y, 2) == 1 && __sync_add_and_fetch(&y, 2) == 5 &&                          \
		      __sync_sub_and_fetch(&y, 1) == 4);                                                               \
		CHECK(__sync_bool_compare_and_swap(&y, 4, 9) && __sync_val_compare_and_swap(&y, 1, 2) == 9);           \
		CHECK(__atomic_fetch_nand(&y, 8, __ATOMIC_SEQ_CST) == 9 && y == (T)~8);                                \
		CHECK(__sync_lock_test_and_set(&y, 1) == (T)~8);                                                       \
		__sync_lock_release(&y);                                                                               \
		CHECK(y == 0);                                                                                         \
	}
TEST(uint8_t, bytes)
TEST(int16_t, halves)
TEST(uint32_t, words)
TEST(int64_t, doubles)
TEST(unsigned __int128, quads)

struct pair {
	long a;
	int b;
};

int main(void)
{
	bytes(), halves(), words(), doubles(), quads();
	/* neighbours of a narrow atomic are not touched */
	static struct {
		uint8_t before;
		_Atomic uint8_t x;
		uint8_t after[2];
	} s = {1, 255, {2, 3}};
	atomic_fetch_add(&s.x, 2);
	CHECK(s.before == 1 && s.x == 1 && s.after[0] == 2 && s.after[1] == 3);
	static _Atomic struct pair p;
	atomic_store(&p, ((struct pair){1, 2}));
	struct pair old = atomic_exchange(&p, ((struct pair){3, 4}));
	struct pair now = atomic_load(&p);
	CHECK(old.a == 1 && old.b == 2 && now.a == 3);
	static _Atomic double d = 1.5;
	d += 2;
	CHECK(d == 3.5);
	static int *_Atomic q;
	static int array[4];
	q = array;
	q++;
	CHECK(atomic_fetch_add(&q, 2) == array + 1 && q == array + 3);
	atomic_flag flag = ATOMIC_FLAG_INIT;
	CHECK(!atomic_flag_test_and_set(&flag) && atomic_flag_test_and_set(&flag));
	atomic_thread_fence(memory_order_seq_cst);
	static int m;
	__atomic_fetch_add(&m, 5, __ATOMIC_RELAXED);
	int max = 7;
	CHECK(m == 5 && max == 7);
	return 0;
}
