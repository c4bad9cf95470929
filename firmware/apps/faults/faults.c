/* Provokes every fault the memory protection and the core know, one after the other, and says what was reported. The
 * last one is not caught: it must end the run with a dump. */
#include <setjmp.h>
#include <string.h>

#include "cos/cluster.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/exception.h"
#include "cos/mmio.h"
#include "cos/mmu.h"

static jmp_buf back;
static struct cos_context caught;
static uint8_t spare_stack[2048] __attribute__((aligned(32)));

static void resume(void) { longjmp(back, 1); }

/* Keeps the context and goes on in resume(), on a stack that surely works. */
static bool keep(struct cos_context *context)
{
	caught = *context;
	context->pc = (uint64_t)resume;
	context->gpr[12] = (uint64_t)(spare_stack + sizeof spare_stack);
	return true;
}

static const uint64_t constant = 42;
static uint64_t variable;

static void write_code(void) { *(volatile uint64_t *)(uintptr_t)write_code = 0; }
static void write_constant(void) { *(volatile uint64_t *)(uintptr_t)&constant = 0; }
static void execute_data(void) { ((void (*)(void))(uintptr_t)&variable)(); }
static void read_null(void) { (void)*(volatile uint64_t *)(uintptr_t)8; }
static void call_null(void)
{
	void (*volatile nothing)(void) = NULL;

	nothing();
}
static void write_outside(void) { *(volatile uint64_t *)0x5000000000ul = 1; }
static void read_hole(void) { (void)cos_read64(0xB80000); } /* mapped, but nobody answers */
static void misaligned_atomic(void) { __kvx_builtin_aladdd((char *)&variable + 4, 1); }
static void misaligned_register(void) { (void)*(volatile uint32_t *)(MPPA_FTU_BASE + 2); }
static void illegal_instruction(void) { __asm__ volatile("errop" ::: "memory"); }

static unsigned deep(volatile unsigned *depth)
{
	volatile unsigned local[64];

	local[0] = ++*depth;
	return *depth ? deep(depth) + local[0] : 0;
}

static void overflow_stack(void)
{
	volatile unsigned depth = 0;

	deep(&depth);
}

static const struct fault {
	const char *name;
	void (*provoke)(void);
	enum cos_trap trap;
	unsigned access; /* 0 none, 1 fetch, 2 write, 4 read, 6 atomic */
} faults[] = {
	{"write to code", write_code, COS_TRAP_PROTECTION, 2},
	{"write to a constant", write_constant, COS_TRAP_PROTECTION, 2},
	{"execution of data", execute_data, COS_TRAP_PROTECTION, 1},
	{"read through a null pointer", read_null, COS_TRAP_NOMAPPING, 4},
	{"call of a null pointer", call_null, COS_TRAP_NOMAPPING, 1},
	{"write where nothing is mapped", write_outside, COS_TRAP_NOMAPPING, 2},
	{"stack overflow", overflow_stack, COS_TRAP_NOMAPPING, 2},
	{"read where nobody answers", read_hole, COS_TRAP_DSYSERROR, 4},
	{"misaligned atomic", misaligned_atomic, COS_TRAP_DMISALIGN, 6},
	{"misaligned register", misaligned_register, COS_TRAP_DMISALIGN, 4},
	{"illegal instruction", illegal_instruction, COS_TRAP_OPCODE, 0},
};

static unsigned wrong;

static void try_all(void)
{
	for (unsigned i = 0; i < sizeof faults / sizeof *faults; i++) {
		memset(&caught, 0, sizeof caught);
		cos_trap_set_hook(keep);
		if (setjmp(back) == 0)
			faults[i].provoke();
		cos_trap_set_hook(NULL);
		const bool ok =
			cos_trap_code(&caught) == faults[i].trap && cos_trap_access(&caught) == faults[i].access;

		cos_printf("core %u, %s: trap %u, access %u, %s\n", cos_core_id(), faults[i].name,
			   cos_trap_code(&caught), cos_trap_access(&caught), ok ? "as expected" : "WRONG");
		wrong += !ok;
	}
}

void cos_pe_main(void)
{
	try_all();
	if (wrong)
		cos_exit(1);
	/* Not caught: the dump, and the end. */
	__asm__ volatile("make $r40 = 0xC0FFEE\n\t;;" ::: "r40");
	*(volatile uint64_t *)(uintptr_t)&constant = 1;
}

int main(void)
{
	try_all();
	cos_start_pes(1u << 5);
	for (;;)
		cos_idle_wait();
}
