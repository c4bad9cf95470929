#include "cos/log.h"

#include <stdio.h>

#include "cos/console.h"
#include "cos/cpu.h"

enum cos_log_level cos_log_threshold = COS_LOG_INFO;
uint32_t cos_trace_groups;

static struct {
	uint32_t written;
	struct cos_log_record record[COS_LOG_RECORDS];
} rings[MPPA_CORES];

void cos_log_write(enum cos_log_level level, const char *format, unsigned arguments, const uint64_t *argument)
{
	const unsigned core = cos_core_id();
	const uint32_t number = rings[core].written++;
	struct cos_log_record *record = &rings[core].record[number % COS_LOG_RECORDS];

	record->cycles = cos_cycles();
	record->format = (uint32_t)(uintptr_t)format; /* images lie below 4 MiB */
	record->level = (uint8_t)level;
	record->arguments = (uint8_t)arguments;
	record->number = (uint16_t)number;
	for (unsigned i = 0; i < arguments; i++)
		record->argument[i] = argument[i];
}

void cos_log_dump(unsigned core)
{
	const uint32_t written = rings[core].written;

	for (uint32_t i = written > COS_LOG_RECORDS ? written - COS_LOG_RECORDS : 0; i < written; i++) {
		const struct cos_log_record *record = &rings[core].record[i % COS_LOG_RECORDS];
		char line[COS_PRINTF_MAX];
		int length = snprintf(line, sizeof line, "@log %x %x %x %lx %x %x", cos_cluster_id(), core,
				      record->number, record->cycles, record->level, record->format);

		for (unsigned a = 0; a < record->arguments; a++)
			length += snprintf(line + length, sizeof line - (size_t)length, " %lx", record->argument[a]);
		cos_printf("%s\n", line);
	}
}
