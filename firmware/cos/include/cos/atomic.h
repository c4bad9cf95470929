/*
 * Loads of what others write. The compiler's __ATOMIC_ACQUIRE bypasses the L1 and fences; that is right for any memory,
 * but slow. The own SMEM is coherent (PCR.L1CE), loads of the core stay in order, and global addresses are mapped
 * uncached: there a plain load is enough. Not for DDR that other clusters write.
 */
#ifndef COS_ATOMIC_H
#define COS_ATOMIC_H

#ifdef __KVX__
#define cos_load_acquire(address)                                                                                      \
	({                                                                                                             \
		const __typeof__(*(address)) cos_loaded_ = *(const volatile __typeof__(*(address)) *)(address);        \
		__asm__ volatile("" ::: "memory");                                                                     \
		cos_loaded_;                                                                                           \
	})
/* Gives back what this core has only read: comes after its earlier loads, which the core keeps in order anyway. */
#define cos_store_after_loads(address, value)                                                                          \
	do {                                                                                                           \
		__asm__ volatile("" ::: "memory");                                                                     \
		*(volatile __typeof__(*(address)) *)(address) = (value);                                               \
	} while (0)
#else
#define cos_load_acquire(address) __atomic_load_n(address, __ATOMIC_ACQUIRE)
#define cos_store_after_loads(address, value) __atomic_store_n(address, value, __ATOMIC_RELEASE)
#endif

#endif
