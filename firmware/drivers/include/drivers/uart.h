/* The chip's UARTs (DesignWare APB). Polled; nothing here locks. */
#ifndef DRIVERS_UART_H
#define DRIVERS_UART_H

#include <stddef.h>

/* 8N1 with FIFOs at MPPA_REFERENCE_HZ / 16 / divisor baud; divisor 1 .. 65535. */
void uart_init(unsigned uart, unsigned divisor);
/* Waits for room in the FIFO. */
void uart_put(unsigned uart, char c);
void uart_write(unsigned uart, const char *text, size_t length);
/* -1 if nothing was received. */
int uart_get(unsigned uart);
/* Waits until the last character has left. */
void uart_drain(unsigned uart);

#endif
