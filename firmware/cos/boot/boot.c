/* From start.S to main: memory, thread block, exceptions, chip control block. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "cos/cluster.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/reactor.h"
#include "../core/internal.h"
#include "drivers/uart.h"

/* UART divisor: 6.25 Mbaud, the fastest, so that the console costs little simulated time. */
#define CONSOLE_DIVISOR 1
/* Without a boot table: what the vendor's run time and data sheets assume. */
#define DEFAULT_CLOCK_HZ 1200000000ul

extern char __bss_start[], __bss_end[], __cos_shared_start[], __cos_shared_end[];
extern char __tls_image[], __tls_blocks[];
extern char __tls_image_size[], __tls_size[]; /* absolute symbols: the address is the value */

extern int main(int, char **);

static struct cos_chip chip __attribute__((section(".cos_shared.chip")));
static const struct mppa_boot_table *boot_table;

struct cos_chip *cos_chip(void) { return (struct cos_chip *)(MPPA_CLUSTER_BASE(0) + (uintptr_t)&chip); }
const struct mppa_boot_table *cos_boot_table(void) { return boot_table; }

static void init_thread_block(unsigned core)
{
	char *block = __tls_blocks + core * (uintptr_t)__tls_size;
	const size_t image = (size_t)__tls_image_size;

	memcpy(block, __tls_image, image);
	memset(block + image, 0, (size_t)__tls_size - image);
}

static void init_chip(uint64_t magic, const struct mppa_boot_table *table)
{
	struct cos_chip *c = cos_chip();

	c->clock_hz = DEFAULT_CLOCK_HZ;
	c->timestamp_hz = MPPA_REFERENCE_HZ;
	if (magic == MPPA_BOOT_MAGIC && table->magic == MPPA_BOOT_MAGIC) {
		boot_table = table;
		c->clock_hz = table->clock_hz;
		c->timestamp_hz = table->timestamp_hz;
		c->ddr_size = table->ddr_size;
		c->ddr_free_end = table->reserved;
	}
	uart_init(0, CONSOLE_DIVISOR);
}

static int run_main(void)
{
	static char name[] = "main";
	static char *default_argv[] = {name, NULL};
	const struct cos_arguments *arguments = &MPPA_ARGAREA_START;

	if (arguments->magic != COS_ARGUMENTS_MAGIC)
		return main(1, default_argv);
	return main((int)arguments->argc, (char **)arguments->argv);
}

static void sleep_for_good(void)
{
	for (;;) {
		__kvx_builtin_wfxl(KVX_SFR_WS, KVX_WFX(0, 7));
		__kvx_builtin_stop();
	}
}

__attribute__((weak)) void cos_pe_main(void) { cos_reactor_run(); }

void __cos_boot(uint64_t magic, const struct mppa_boot_table *table, uint64_t pcr)
{
	const unsigned core = pcr & 0xff, cluster = pcr >> 8 & 0xff;

	if (core == MPPA_RM) {
		memset(__bss_start, 0, (size_t)(__bss_end - __bss_start));
		memset(__cos_shared_start, 0, (size_t)(__cos_shared_end - __cos_shared_start));
	}
	init_thread_block(core);
	cos_exception_init();
	if (core != MPPA_RM) {
		cos_mmu_init_core(core);
		cos_core_init(core);
		cos_pe_online(core);
		cos_pe_main();
		sleep_for_good();
	}
	if (cluster == 0)
		init_chip(magic, table);
	cos_mmu_init_cluster();
	cos_mmu_init_core(core);
	cos_cluster_init();
	cos_core_init(core);
	cos_cluster_online();
	const int status = run_main();
	if (cluster == 0)
		cos_exit(status);
	if (status != 0)
		cos_panic("main returned %d", status);
	sleep_for_good();
}
