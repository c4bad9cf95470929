/* Exceptions: the interrupted context, hooks for faults, interrupt lines. */
#ifndef COS_EXCEPTION_H
#define COS_EXCEPTION_H

#include <stdbool.h>
#include <stdint.h>

/* Saved by exception.S, which knows the offsets. A handler may change it: that is what the core returns to. */
struct cos_context {
	uint64_t gpr[64];
	uint64_t pc, ps, ra, cs;
	uint64_t ls, le, lc, es;
	uint64_t ea;
	uint64_t vector; /* enum cos_vector */
};

enum cos_vector { COS_VECTOR_DEBUG, COS_VECTOR_TRAP, COS_VECTOR_INTERRUPT, COS_VECTOR_SYSCALL };

/* Hardware trap codes: field HTC of ES. */
enum cos_trap {
	COS_TRAP_OPCODE = 1,
	COS_TRAP_PRIVILEGE,
	COS_TRAP_DMISALIGN,
	COS_TRAP_PSYSERROR,
	COS_TRAP_DSYSERROR,
	COS_TRAP_NOMAPPING = 12,
	COS_TRAP_PROTECTION,
	COS_TRAP_WRITETOCLEAN,
	COS_TRAP_ATOMICTOCLEAN,
};

static inline unsigned cos_trap_code(const struct cos_context *context) { return context->es >> 12 & 0x1f; }
/* Field RWX of ES: 0 no memory access, 1 fetch, 2 write, 4 read, 6 atomic. */
static inline unsigned cos_trap_access(const struct cos_context *context) { return context->es >> 39 & 7; }
/* Bytes of the bundle that trapped. */
static inline unsigned cos_trap_bundle_bytes(const struct cos_context *context)
{
	return 4 * (context->es >> 50 & 0xf);
}

/*
 * Called for a trap of this core before it is reported as a crash; true = handled, go on with `context`. One hook a
 * core; NULL removes it. Returns the hook before.
 */
typedef bool (*cos_trap_hook)(struct cos_context *context);
cos_trap_hook cos_trap_set_hook(cos_trap_hook hook);

/* Prints the context as a crash would, without ending anything. */
void cos_context_dump(const struct cos_context *context);

/*
 * Handlers of core interrupt lines (mppa/soc.h), one for each line, the same for all cores of the cluster. They run on
 * the core's exception stack with interrupts off.
 */
typedef void (*cos_irq_handler)(unsigned line, void *argument);
void cos_irq_attach(unsigned line, cos_irq_handler handler, void *argument);
/* For this core. `priority` 1..3; of several pending lines the highest goes first. */
void cos_irq_enable(unsigned line, unsigned priority);
void cos_irq_disable(unsigned line);

#endif
