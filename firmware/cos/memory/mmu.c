#include "cos/mmu.h"

#include <stddef.h>

#include "../core/internal.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/sync.h"

#define KIB 1024ul
#define MIB (1024 * KIB)
#define JTLB_SETS 64
#define JTLB_WAYS 4
#define LTLB_WAYS 16
/* Ways 0..2 hold what is entered at boot, way 3 what is entered on demand. */
#define DEMAND_WAY 3
#define MAX_REGIONS 32

#define MMC_ASN 0x1fful
#define MMC_SW_SHIFT 18
#define MMC_SB_LTLB (1ul << 28)
#define MMC_E (1ul << 31)
#define TEL_VALID 3ul /* ES: everything that the rights allow, atomics included */
#define TEL_CP_SHIFT 2
#define TEL_PA_SHIFT 4
#define TEL_PS_SHIFT 10
#define TEH_GLOBAL (1ul << 9)
#define PS_PMJ_ALL (0xful << 20) /* look for all page sizes */

extern char __text_start[], __text_end[], __rodata_start[], __data_start[];
extern char __cos_stacks[], __cos_stacks_end[], __cos_stack_size[], __heap_start[], __heap_end[];
extern char __cos_shared_start[];

struct region {
	uint64_t base, bytes;
	uint8_t rights, policy;
	bool locked; /* entered at boot on every core */
};

static struct region regions[MAX_REGIONS];
static unsigned region_count;
static struct cos_spinlock lock;

/* log2 of the page sizes, by their code in TEL.PS */
static const uint8_t page_shift[] = {12, 16, 21, 29};
enum { PAGE_4K, PAGE_64K, PAGE_2M, PAGE_512M };

static bool add(uint64_t base, uint64_t bytes, enum cos_mmu_rights rights, enum cos_mmu_policy policy, bool locked)
{
	cos_spin_lock(&lock);
	const bool room = region_count < MAX_REGIONS;

	if (room) {
		regions[region_count] = (struct region){base, bytes, rights, policy, locked};
		__atomic_store_n(&region_count, region_count + 1, __ATOMIC_RELEASE);
	}
	cos_spin_unlock(&lock);
	return room;
}

bool cos_mmu_map(uint64_t base, uint64_t bytes, enum cos_mmu_rights rights, enum cos_mmu_policy policy)
{
	return add(base, bytes, rights, policy, false);
}

static void lock_in(const void *start, const void *end, enum cos_mmu_rights rights)
{
	add((uint64_t)start, (uint64_t)end - (uint64_t)start, rights, COS_MMU_CACHED, true);
}

void cos_mmu_init_cluster(void)
{
	const char *args = (const char *)&MPPA_ARGAREA_START;

	region_count = 0;
	lock_in(args, args + COS_ARGUMENTS_SIZE, COS_MMU_R);
	lock_in(__cos_shared_start, __text_start, COS_MMU_RW);
	lock_in(__text_start, __rodata_start, COS_MMU_RX);
	lock_in(__rodata_start, __data_start, COS_MMU_R);
	lock_in(__data_start, __cos_stacks, COS_MMU_RW);
	lock_in(__heap_start, __heap_end, COS_MMU_RW);
	add(8 * MIB, 8 * MIB, COS_MMU_RW, COS_MMU_DEVICE, true);
	for (unsigned cluster = 0; cluster < MPPA_CLUSTERS; cluster++) {
		const uint64_t base = MPPA_CLUSTER_BASE(cluster);

		add(base, MPPA_SMEM_SIZE, COS_MMU_RW, COS_MMU_UNCACHED, true);
		add(base + 8 * MIB, 8 * MIB, COS_MMU_RW, COS_MMU_DEVICE, true);
	}
	add(MPPA_FTU_BASE & -(2 * MIB), 2 * MIB, COS_MMU_RW, COS_MMU_DEVICE, true); /* with the simulation port */
	add(MPPA_UART_BASE(0) & -(2 * MIB), 2 * MIB, COS_MMU_RW, COS_MMU_DEVICE, true);
	add(MPPA_ITGEN_BASE(0), 2 * MIB, COS_MMU_RW, COS_MMU_DEVICE, true);
	if (cos_chip()->ddr_size)
		add(MPPA_DDR_BASE, cos_chip()->ddr_size, COS_MMU_RW, COS_MMU_CACHED, false);
}

/* Enters a page; false if it does not fit the buffer's rules. */
static bool write_entry(uint64_t teh, uint64_t tel, unsigned way, bool ltlb)
{
	__kvx_builtin_set(KVX_SFR_TEH, teh);
	__kvx_builtin_set(KVX_SFR_TEL, tel);
	__kvx_builtin_set(KVX_SFR_MMC, (__kvx_builtin_get(KVX_SFR_MMC) & MMC_ASN) | (uint64_t)way << MMC_SW_SHIFT |
					       (ltlb ? MMC_SB_LTLB : 0));
	__kvx_builtin_tlbwrite();
	return !(__kvx_builtin_get(KVX_SFR_MMC) & MMC_E);
}

static uint64_t tel_of(uint64_t page, unsigned size, unsigned rights, unsigned policy)
{
	return page | TEL_VALID | (uint64_t)policy << TEL_CP_SHIFT | (uint64_t)rights << TEL_PA_SHIFT |
	       (uint64_t)size << TEL_PS_SHIFT;
}

static void invalidate_all(void)
{
	for (unsigned set = 0; set < JTLB_SETS; set++)
		for (unsigned way = 0; way < JTLB_WAYS; way++)
			write_entry((uint64_t)set << page_shift[PAGE_4K], 0, way, false);
	for (unsigned way = 0; way < LTLB_WAYS; way++)
		write_entry(0, 0, way, true);
}

/* Which of the ways for locked pages are taken, by set, and how many LTLB entries. */
struct occupancy {
	uint8_t set[JTLB_SETS];
	uint8_t ltlb;
};

static void enter_locked(struct occupancy *taken, uint64_t page, unsigned size, unsigned rights, unsigned policy)
{
	const unsigned set = page >> page_shift[size] & (JTLB_SETS - 1);
	const uint64_t teh = page | TEH_GLOBAL, tel = tel_of(page, size, rights, policy);
	bool ok;

	if (taken->set[set] < DEMAND_WAY)
		ok = write_entry(teh, tel, taken->set[set]++, false);
	else
		ok = taken->ltlb < LTLB_WAYS && write_entry(teh, tel, taken->ltlb++, true);
	if (!ok)
		cos_panic("no TLB entry for page 0x%lx", page);
}

/* The largest page at `at` that does not exceed `end`, aligned to its size. */
static unsigned page_size(uint64_t at, uint64_t end)
{
	unsigned size = PAGE_512M;

	while (size > PAGE_4K) {
		const uint64_t bytes = 1ul << page_shift[size];

		if (at % bytes == 0 && end - at >= bytes)
			break;
		size--;
	}
	return size;
}

static void enter_range(struct occupancy *taken, uint64_t base, uint64_t end, unsigned rights, unsigned policy)
{
	while (base < end) {
		const unsigned size = page_size(base, end);

		enter_locked(taken, base, size, rights, policy);
		base += 1ul << page_shift[size];
	}
}

/* The stacks of other cores are mapped with large pages, guards included; the neighbourhood of the own one page by
 * page, so that a stack that grows too far traps. */
static void enter_stacks(struct occupancy *taken, unsigned core)
{
	const uint64_t size = (uint64_t)__cos_stack_size, first = (uint64_t)__cos_stacks,
		       end = (uint64_t)__cos_stacks_end;
	const uint64_t own = first + core * size;
	const uint64_t near = own & -(64 * KIB), near_end = (own + size + 64 * KIB - 1) & -(64 * KIB);

	enter_range(taken, first, near, COS_MMU_RW, COS_MMU_CACHED);
	for (uint64_t stack = near; stack < near_end && stack < end; stack += size)
		enter_range(taken, stack + COS_GUARD_BYTES, stack + size, COS_MMU_RW, COS_MMU_CACHED);
	if (near_end < end)
		enter_range(taken, near_end, (end + 64 * KIB - 1) & -(64 * KIB), COS_MMU_RW, COS_MMU_CACHED);
}

void cos_mmu_init_core(unsigned core)
{
	struct occupancy taken = {{0}, 0};

	invalidate_all();
	for (unsigned i = 0; i < region_count; i++)
		if (regions[i].locked)
			enter_range(&taken, regions[i].base, regions[i].base + regions[i].bytes, regions[i].rights,
				    regions[i].policy);
	enter_stacks(&taken, core);
	__kvx_builtin_wfxl(KVX_SFR_PS, KVX_WFX(KVX_PS_MME | PS_PMJ_ALL, 0));
	__kvx_builtin_barrier();
}

void cos_set_address_space(uint16_t asn) { __kvx_builtin_wfxl(KVX_SFR_MMC, KVX_WFX(asn, MMC_ASN & ~(uint64_t)asn)); }

bool cos_mmu_refill(uint64_t address)
{
	const unsigned count = cos_load_acquire(&region_count);

	for (unsigned i = 0; i < count; i++) {
		const struct region *region = &regions[i];

		if (address - region->base >= region->bytes)
			continue;
		/* The largest page around the address that stays inside. */
		unsigned size = PAGE_512M;
		uint64_t page;

		for (;; size--) {
			const uint64_t bytes = 1ul << page_shift[size];

			page = address & -bytes;
			if (size == PAGE_4K || (page >= region->base && page + bytes <= region->base + region->bytes))
				break;
		}
		return write_entry(page | TEH_GLOBAL, tel_of(page, size, region->rights, region->policy), DEMAND_WAY,
				   false);
	}
	return false;
}
