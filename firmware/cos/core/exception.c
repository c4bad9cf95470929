/*
 * Exceptions of this core: interrupts go to handlers, traps to the core's hook, the rest is a crash. A fault inside the
 * handling itself gets a second context and is reported too; a third one halts the core.
 */
#include "cos/exception.h"

#include <stddef.h>

#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/log.h"
#include "internal.h"

#define CRASH_STATUS 139
#define LINES 32

/* A context and the stack below it. The exception stack must hold a printf. */
struct exception_frame {
	uint8_t stack[6144];
	struct cos_context context;
} __attribute__((aligned(64)));

#define NESTING 2

static struct exception_frame frames[MPPA_CORES][NESTING] __attribute__((section(".cos_frames")));
static _Thread_local unsigned depth;
static _Thread_local cos_trap_hook hook;

static struct {
	cos_irq_handler handler;
	void *argument;
} lines[LINES];

_Static_assert(offsetof(struct cos_context, pc) == 512 && offsetof(struct cos_context, ls) == 544 &&
		       offsetof(struct cos_context, ea) == 576 && offsetof(struct cos_context, vector) == 584,
	       "exception.S knows the offsets");

static void set_frame(unsigned level)
{
	struct exception_frame *frame = &frames[cos_core_id()][level < NESTING ? level : NESTING - 1];

	__kvx_builtin_set(KVX_SFR_SR, (uint64_t)&frame->context);
}

void cos_exception_init(void)
{
	depth = 0;
	hook = NULL;
	set_frame(0);
	__kvx_builtin_set(KVX_SFR_EV, (uint64_t)__cos_exception_vectors);
	__kvx_builtin_wfxl(KVX_SFR_PS, KVX_WFX(0, KVX_PS_ET));
}

cos_trap_hook cos_trap_set_hook(cos_trap_hook next)
{
	const cos_trap_hook before = hook;

	hook = next;
	return before;
}

const struct cos_context *cos_interrupted_context(void) { return &frames[cos_core_id()][depth - 1].context; }

static const char *trap_name(unsigned code)
{
	static const char *const names[] = {
		"reserved",  "OPCODE",	   "PRIVILEGE",	   "DMISALIGN",	    "PSYSERROR", "DSYSERROR",
		"PDECC",     "DDECC",	   "PPAR",	   "DPAR",	    "PSECC",	 "DSECC",
		"NOMAPPING", "PROTECTION", "WRITETOCLEAN", "ATOMICTOCLEAN", "TPAR",	 "DOUBLE_EXCEPTION",
		"VSFR",	     "PL_OVERFLOW"};

	return code < sizeof names / sizeof *names ? names[code] : "unknown";
}

static const char *access_name(unsigned rwx)
{
	switch (rwx) {
	case 1:
		return "fetch";
	case 2:
		return "write";
	case 4:
		return "read";
	case 6:
		return "atomic";
	default:
		return "";
	}
}

static uint64_t interrupt_line(const struct cos_context *context) { return context->es >> 12 & (LINES - 1); }

static void describe(const struct cos_context *context)
{
	const unsigned cluster = cos_cluster_id(), core = cos_core_id();

	switch (context->vector) {
	case COS_VECTOR_TRAP:
		cos_printf("*** cluster %u core %u: trap %s %s at 0x%lx\n", cluster, core,
			   trap_name(cos_trap_code(context)), access_name(cos_trap_access(context)), context->ea);
		break;
	case COS_VECTOR_INTERRUPT:
		cos_printf("*** cluster %u core %u: interrupted by line %lu\n", cluster, core, interrupt_line(context));
		break;
	case COS_VECTOR_SYSCALL:
		cos_printf("*** cluster %u core %u: system call %lu\n", cluster, core, context->es >> 12 & 0xfff);
		break;
	default:
		cos_printf("*** cluster %u core %u: debug exception\n", cluster, core);
		break;
	}
}

void cos_context_dump(const struct cos_context *context)
{
	const uint64_t *r = context->gpr;

	describe(context);
	cos_printf("    pc %010lx  ra %010lx  sp %010lx  tp %010lx\n", context->pc, context->ra, r[12], r[13]);
	cos_printf("    ps %lx cs %lx es %lx ls %lx le %lx lc %lx\n", context->ps, context->cs, context->es,
		   context->ls, context->le, context->lc);
	for (unsigned i = 0; i < 64; i += 4)
		cos_printf("    r%-2u %016lx %016lx %016lx %016lx\n", i, r[i], r[i + 1], r[i + 2], r[i + 3]);
}

void cos_crash(const struct cos_context *context)
{
	if (depth > NESTING) {
		/* Printing has failed before. */
		cos_exit(CRASH_STATUS);
	}
	cos_context_dump(context);
	cos_log_dump(cos_core_id());
	cos_exit(CRASH_STATUS);
}

static void interrupt(struct cos_context *context)
{
	const unsigned line = (unsigned)interrupt_line(context);

	if (!lines[line].handler) {
		cos_printf("*** cluster %u core %u: nobody handles line %u\n", cos_cluster_id(), cos_core_id(), line);
		cos_crash(context);
	}
	lines[line].handler(line, lines[line].argument);
}

static bool trap(struct cos_context *context)
{
	if (cos_trap_code(context) == COS_TRAP_NOMAPPING && cos_mmu_refill(context->ea))
		return true;
	return hook && hook(context);
}

/* Called by exception.S with ET = 1. */
void __cos_exception(struct cos_context *context)
{
	depth++;
	set_frame(depth);
	__kvx_builtin_wfxl(KVX_SFR_PS, KVX_WFX(0, KVX_PS_ET));
	__asm__ volatile("" ::: "memory");
	if (context->vector == COS_VECTOR_INTERRUPT)
		interrupt(context);
	else if (context->vector != COS_VECTOR_TRAP || !trap(context))
		cos_crash(context);
	/* exception.S returns with the shadow registers it is about to write: no exception may come in between. */
	__kvx_builtin_wfxl(KVX_SFR_PS, KVX_WFX(KVX_PS_ET, KVX_PS_IE));
	depth--;
}

void cos_irq_attach(unsigned line, cos_irq_handler handler, void *argument)
{
	lines[line].argument = argument;
	lines[line].handler = handler;
}

void cos_irq_enable(unsigned line, unsigned priority)
{
	const uint64_t levels = __kvx_builtin_get(KVX_SFR_ILL) & ~(3ul << 2 * line);

	__kvx_builtin_set(KVX_SFR_ILL, levels | (uint64_t)priority << 2 * line);
	__kvx_builtin_set(KVX_SFR_ILE, __kvx_builtin_get(KVX_SFR_ILE) | 1ul << line);
}

void cos_irq_disable(unsigned line) { __kvx_builtin_set(KVX_SFR_ILE, __kvx_builtin_get(KVX_SFR_ILE) & ~(1ul << line)); }
