/*
 * Functions of the endpoint as NVMe controllers, on the control core: what the host reads behind BAR 0, and what it
 * does there and in configuration space, which comes as events.
 *
 *   0x0000  registers. The host's writes go to memory and become events; CAP, VS and CSTS cannot be written
 *   0x1000  doorbells: those of the admin queue are events, the others go to the data plane
 *   0x2000  MSI-X table; writes become events
 *   0x3000  pending bits
 */
#include "internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cos/arena.h"
#include "cos/cpu.h"
#include "drivers/pcie_phy.h"

#define EVENT_SLOTS_LOG2 10
#define WINDOWS 7u
#define RINGS_LOG2 4u
#define REGISTERS 0x0000u
#define DOORBELLS 0x1000u
#define TABLE 0x2000u
#define PENDING 0x3000u
#define DOORBELL_SHIFT 3 /* log2 of the bytes of a function's admin doorbells */

static struct emulation_config config;
static struct function functions[EMULATION_FUNCTIONS];
static uint8_t *registers;	   /* a page each */
static COS_SHARED uint64_t shadow; /* in cluster 0: doorbells, a page each */
static COS_SHARED uint32_t control_ready;
static volatile uint32_t *admin_doorbells; /* two each */
static struct pcie_ring events;
static bool lossy; /* events were lost: registers count until the ring is empty */

const struct emulation_config *emulation_get_config(void) { return &config; }
struct function *emulation_function_at(unsigned number) { return &functions[number]; }
unsigned emulation_function_number(const struct function *function) { return (unsigned)(function - functions); }
struct function *emulation_function_of(const struct nvmf_ctrlr *ctrlr) { return nvmf_ctrlr_private(ctrlr); }

/* Of a doorbell of the data plane, whose window begins behind the admin queue. */
static volatile uint32_t *shadow_of(unsigned function, uint32_t offset)
{
	const uint64_t base = *(const volatile uint64_t *)cos_remote(CONTROL_CLUSTER, &shadow);

	return cos_local_pointer(base + function * PAGE_BYTES + offset - 8);
}

uint32_t emulation_shadow(unsigned function, uint32_t offset) { return *shadow_of(function, offset); }

void emulation_shadow_clear(unsigned function, uint32_t offset)
{
	if (offset < 8)
		admin_doorbells[2 * function + offset / 4] = 0;
	else
		*shadow_of(function, offset) = 0;
}

/* --- Registers ------------------------------------------------------------------------------------------------------
 */

static volatile uint32_t *reg32(unsigned function, unsigned offset)
{
	return (volatile uint32_t *)(registers + (uint64_t)function * PAGE_BYTES + offset);
}

static uint64_t reg64(unsigned function, unsigned offset)
{
	return *(volatile uint64_t *)(registers + (uint64_t)function * PAGE_BYTES + offset);
}

/* The registers that the host cannot change, from the controller. */
static void show(unsigned function)
{
	const struct nvmf_ctrlr *ctrlr = functions[function].ctrlr;
	static const uint16_t offsets[] = {NVME_REG_CAP, NVME_REG_CAP + 4, NVME_REG_VS, NVME_REG_CSTS};

	for (unsigned i = 0; i < sizeof offsets / sizeof *offsets; i++)
		*reg32(function, offsets[i]) = (uint32_t)nvmf_ctrlr_read(ctrlr, offsets[i], 4);
}

static void registers_changed(struct nvmf_ctrlr *ctrlr)
{
	const struct function *function = emulation_function_of(ctrlr);

	/* Not while it is being created. */
	if (function && function->ctrlr)
		show(emulation_function_number(function));
}

static void register_written(unsigned function, uint16_t offset, uint32_t value)
{
	struct nvmf_ctrlr *ctrlr = functions[function].ctrlr;

	switch (offset) {
	case NVME_REG_INTMS:
	case NVME_REG_INTMC:
	case NVME_REG_CC:
	case NVME_REG_NSSR:
		nvmf_ctrlr_write(ctrlr, offset, value, 4);
		break;
	default:
		/* 64-bit registers may be written in halves: what memory says counts. */
		nvmf_ctrlr_write(ctrlr, NVME_REG_AQA, *reg32(function, NVME_REG_AQA), 4);
		nvmf_ctrlr_write(ctrlr, NVME_REG_ASQ, reg64(function, NVME_REG_ASQ), 8);
		nvmf_ctrlr_write(ctrlr, NVME_REG_ACQ, reg64(function, NVME_REG_ACQ), 8);
	}
}

/* --- Events ---------------------------------------------------------------------------------------------------------
 */

static void written(struct core *core, unsigned function, uint16_t offset, uint32_t value)
{
	if (offset < DOORBELLS)
		register_written(function, offset, value);
	else if (offset < TABLE)
		emulation_doorbell(core, function, offset - DOORBELLS, value);
	else
		emulation_vectors_written(core, function);
}

static void set_master(struct core *core, unsigned function, bool on)
{
	const struct message message = {.op = OP_MASTER, .function = (uint8_t)function, .flag = on};

	functions[function].master = on;
	emulation_broadcast(function, &message);
	if (core->functions[function])
		emulation_operation(core, &message);
}

static void function_reset(unsigned function)
{
	for (unsigned offset = 0; offset < NVME_REG_CMBLOC; offset += 4)
		*reg32(function, offset) = 0;
	emulation_vectors_reset(function);
	nvmf_ctrlr_function_reset(functions[function].ctrlr);
	show(function);
}

static void handle(struct core *core, const struct mppa_pcie_record *record)
{
	const unsigned f = record->function;

	if (record->event == MPPA_PCIE_EVENT_LINK) {
		for (unsigned i = 0; !record->data && i < EMULATION_FUNCTIONS; i++)
			if (functions[i].ctrlr)
				function_reset(i);
		return; /* the counts of resets go on; a needless reset after lost events does no harm */
	}
	if (f >= EMULATION_FUNCTIONS)
		return;
	if (record->event == MPPA_PCIE_EVENT_MASTER)
		set_master(core, f, record->data);
	if (!functions[f].ctrlr)
		return;
	switch (record->event) {
	case MPPA_PCIE_EVENT_WRITE:
		written(core, f, record->offset, record->data);
		break;
	case MPPA_PCIE_EVENT_MSIX:
		emulation_vectors_control(core, f, record->data);
		break;
	case MPPA_PCIE_EVENT_RESET:
		functions[f].status = pcie_endpoint_status(f);
		function_reset(f);
		break;
	default:
		break;
	}
}

/* Events of a function were lost: brings it in line with what registers and configuration space say now. */
static void catch_up(struct core *core, unsigned f)
{
	const uint32_t status = pcie_endpoint_status(f);
	const volatile uint32_t *doorbell = &admin_doorbells[2 * f];

	if ((status ^ functions[f].status) >> 8)
		function_reset(f);
	functions[f].status = status;
	set_master(core, f, status & 1);
	emulation_vectors_control(core, f, status >> 1 & 3);
	register_written(f, NVME_REG_AQA, 0);
	register_written(f, NVME_REG_CC, *reg32(f, NVME_REG_CC));
	if (core->functions[f] && core->functions[f]->sq[0]) {
		emulation_doorbell(core, f, 0, doorbell[0]);
		emulation_doorbell(core, f, 4, doorbell[1]);
	}
}

static void catch_up_all(struct core *core)
{
	pcie_ring_discard(&events);
	for (unsigned f = 0; f < EMULATION_FUNCTIONS; f++)
		if (functions[f].ctrlr)
			catch_up(core, f);
	lossy = !pcie_ring_empty(&events);
}

int emulation_events_poll(void *arg)
{
	struct core *core = arg;
	struct mppa_pcie_record record;

	if (pcie_ring_empty(&events))
		return emulation_poll(core);
	while (!lossy && pcie_ring_next(&events, &record))
		handle(core, &record);
	if (!lossy)
		lossy = pcie_ring_release(&events);
	if (lossy)
		catch_up_all(core);
	emulation_poll(core);
	return COS_POLLER_BUSY;
}

/* --- Transport ------------------------------------------------------------------------------------------------------
 */

static int number_of(const struct nvmf_address *address)
{
	char *end;
	const long number = strtol(address->traddr, &end, 10);

	return end != address->traddr && *end == 0 && number >= 0 && number < EMULATION_FUNCTIONS ? (int)number
												  : -EINVAL;
}

static bool is_control(void) { return cos_cluster_id() == CONTROL_CLUSTER; }

static int attach(struct nvmf_transport *transport, struct nvmf_subsystem *subsystem,
		  const struct nvmf_address *address)
{
	const int number = number_of(address);
	int error;

	if (number < 0 || !is_control())
		return number < 0 ? number : 0;
	struct function *function = &functions[number];

	if (function->ctrlr)
		return -EEXIST;
	error = nvmf_ctrlr_create(subsystem, transport, address, function, &function->ctrlr);
	if (error)
		return error;
	show((unsigned)number);
	/* Functions begin with different rings, so that few queues each make use of all. */
	pcie_endpoint_open((unsigned)number, 0, WINDOWS, emulation_first_ring((unsigned)number), RINGS_LOG2);
	return 0;
}

static void destroyed(void *function) { ((struct function *)function)->ctrlr = NULL; }

static void detach(struct nvmf_transport *transport, struct nvmf_subsystem *subsystem,
		   const struct nvmf_address *address)
{
	const int number = number_of(address);

	(void)transport, (void)subsystem;
	if (number < 0 || !is_control() || !functions[number].ctrlr)
		return;
	pcie_endpoint_close((unsigned)number);
	nvmf_ctrlr_destroy(functions[number].ctrlr, destroyed, &functions[number]);
}

static struct nvmf_transport transport = {
	.name = "PCIE",
	.trtype = NVMF_TRTYPE_PCIE,
	.memory_based = true,
	.sgls = 1, /* any alignment */
	.vid = 0x1d95,
	.ssvid = 0x1d95,
	.defaults = {.max_queue_depth = QUEUE_ENTRIES,
		     .max_io_qpairs = 32,
		     .max_io_size = MAX_TRANSFER,
		     .io_unit_size = MAX_TRANSFER,
		     .max_aq_depth = 256},
	.attach = attach,
	.detach = detach,
	.complete = emulation_complete,
	.create_cq = emulation_create_cq,
	.create_sq = emulation_create_sq,
	.delete_cq = emulation_delete_cq,
	.delete_sq = emulation_delete_sq,
	.enable = emulation_enable,
	.reset = emulation_reset,
	.coalescing_changed = emulation_coalescing_changed,
	.registers_changed = registers_changed,
};

struct nvmf_transport *emulation_transport(void) { return &transport; }

/* --- Start ----------------------------------------------------------------------------------------------------------
 */

static void set_windows(uint64_t regs, uint64_t admin, uint64_t table, uint64_t pending)
{
	const struct pcie_window window[WINDOWS] = {
		{NVME_REG_INTMS, NVME_REG_CC + 4 - NVME_REG_INTMS, MPPA_PCIE_WINDOW_EVENT, regs + NVME_REG_INTMS,
		 PAGE_SHIFT},
		{NVME_REG_NSSR, NVME_REG_CMBLOC - NVME_REG_NSSR, MPPA_PCIE_WINDOW_EVENT, regs + NVME_REG_NSSR,
		 PAGE_SHIFT},
		{REGISTERS, PAGE_BYTES, MPPA_PCIE_WINDOW_READ_ONLY, regs, PAGE_SHIFT},
		{DOORBELLS, 1u << DOORBELL_SHIFT, MPPA_PCIE_WINDOW_EVENT, admin, DOORBELL_SHIFT},
		{DOORBELLS + 8, PAGE_BYTES - 8, MPPA_PCIE_WINDOW_DOORBELL, 0, 0},
		{TABLE, VECTORS * 16, MPPA_PCIE_WINDOW_EVENT, table, TABLE_SHIFT},
		{PENDING, 1u << PBA_SHIFT, MPPA_PCIE_WINDOW_READ_ONLY, pending, PBA_SHIFT},
	};

	for (unsigned w = 0; w < WINDOWS; w++)
		pcie_endpoint_set_window(w, &window[w]);
}

static int start_control(void)
{
	uint64_t regs, admin, table, pending;
	struct core *core;

	registers = cos_dma_alloc(COS_SMEM, EMULATION_FUNCTIONS * PAGE_BYTES, PAGE_BYTES, &regs);
	admin_doorbells = cos_dma_alloc(COS_SMEM, EMULATION_FUNCTIONS << DOORBELL_SHIFT, PAGE_BYTES, &admin);
	if (!registers || !admin_doorbells ||
	    !cos_dma_alloc(COS_SMEM, EMULATION_FUNCTIONS * PAGE_BYTES, PAGE_BYTES, &shadow) ||
	    !emulation_vectors_init(&table, &pending))
		return -ENOMEM;
	pcie_phy_init(config.lanes_mode);
	pcie_endpoint_init(shadow);
	set_windows(regs, admin, table, pending);
	core = emulation_core_open(true);
	if (!core || !pcie_ring_open(&events, MPPA_PCIE_RING_EVENTS, EVENT_SLOTS_LOG2, 0))
		return -ENOMEM;
	core->poller = cos_poller_register(emulation_events_poll, core, 0);
	return core->poller ? 0 : -ENOMEM;
}

static void on_message(const struct cos_msg *msg, void *arg)
{
	const struct message *message = (const struct message *)msg->data;

	(void)arg;
	if (message->op < OP_DONE || message->op == OP_DOORBELL)
		emulation_operation(emulation_core(), message);
	else
		emulation_control_message(message, OWNER(msg->cluster, msg->core));
}

int emulation_init(const struct emulation_config *wanted)
{
	if (wanted->clusters < 1 || wanted->clusters >= MPPA_CLUSTERS || wanted->cores < 1 || wanted->cores > MPPA_PES)
		return -EINVAL;
	config = *wanted;
	pcie_map_registers();
	pcie_endpoint_map_host();
	cos_msg_register(K200LP_MSG_EMULATION, on_message, NULL);
	if (is_control()) {
		const int error = start_control();

		__atomic_store_n(&control_ready, 1, __ATOMIC_RELEASE);
		return error;
	}
	while (!cos_load_acquire(cos_remote(CONTROL_CLUSTER, &control_ready)))
		cos_reactor_poll();
	emulation_vectors_find();
	return 0;
}

void emulation_link(bool on) { pcie_link_enable(0, on); }
