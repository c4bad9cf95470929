#include "cos/console.h"

#include <stdio.h>
#include <stdlib.h>

#include "cos/cpu.h"
#include "cos/log.h"
#include "cos/mmio.h"
#include "drivers/uart.h"
#include "internal.h"
#include "mppa/sim_port.h"

#define CONSOLE_UART 0
#define ABORT_STATUS 134

void cos_console_write(const char *text, size_t length)
{
	const uint64_t interrupts = cos_irq_save();

	cos_spin_lock(&cos_chip()->console);
	uart_write(CONSOLE_UART, text, length);
	cos_spin_unlock(&cos_chip()->console);
	cos_irq_restore(interrupts);
}

void cos_vprintf(const char *format, va_list arguments)
{
	char text[COS_PRINTF_MAX];
	const int length = vsnprintf(text, sizeof text, format, arguments);

	if (length > 0)
		cos_console_write(text, (size_t)length < sizeof text ? (size_t)length : sizeof text - 1);
}

void cos_printf(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	cos_vprintf(format, arguments);
	va_end(arguments);
}

void cos_panic(const char *format, ...)
{
	char text[COS_PRINTF_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	cos_printf("*** cluster %u core %u: panic: %s\n", cos_cluster_id(), cos_core_id(), text);
	cos_log_dump(cos_core_id());
	cos_exit(ABORT_STATUS);
}

void cos_exit(int status)
{
	cos_irq_save();
	uart_drain(CONSOLE_UART);
	kvx_fence();
	cos_write64(MPPA_SIM_PORT_ADDRESS + MPPA_SIM_PORT_EXIT, (uint32_t)status & 0xff);
	kvx_fence();
	for (;;) {
		__kvx_builtin_wfxl(KVX_SFR_WS, KVX_WFX(0, 7));
		__kvx_builtin_stop();
	}
}

/* What the C library and the compiler call. */
void _exit(int status) { cos_exit(status); }
void exit(int status) { cos_exit(status); }
void abort(void) { cos_exit(ABORT_STATUS); }
