#include "drivers/uart.h"

#include "cos/mmio.h"
#include "mppa/soc.h"
#include "mppa/soc_regs.h"

void uart_init(unsigned uart, unsigned divisor)
{
	const uintptr_t base = MPPA_UART_BASE(uart);

	cos_write32(base + MPPA_UART_IER, 0);
	cos_write32(base + MPPA_UART_LCR, MPPA_UART_LCR_8N1 | MPPA_UART_LCR_DLAB);
	cos_write32(base + MPPA_UART_THR, divisor & 0xff);
	cos_write32(base + MPPA_UART_IER, divisor >> 8);
	cos_write32(base + MPPA_UART_LCR, MPPA_UART_LCR_8N1);
	cos_write32(base + MPPA_UART_FCR, 1);
}

void uart_put(unsigned uart, char c)
{
	const uintptr_t base = MPPA_UART_BASE(uart);

	while (!(cos_read32(base + MPPA_UART_LSR) & MPPA_UART_LSR_THRE))
		;
	cos_write32(base + MPPA_UART_THR, (unsigned char)c);
}

void uart_write(unsigned uart, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\n')
			uart_put(uart, '\r');
		uart_put(uart, text[i]);
	}
}

int uart_get(unsigned uart)
{
	const uintptr_t base = MPPA_UART_BASE(uart);

	if (!(cos_read32(base + MPPA_UART_LSR) & MPPA_UART_LSR_RX))
		return -1;
	return (int)(cos_read32(base + MPPA_UART_THR) & 0xff);
}

void uart_drain(unsigned uart)
{
	while (!(cos_read32(MPPA_UART_BASE(uart) + MPPA_UART_LSR) & MPPA_UART_LSR_TEMT))
		;
}
