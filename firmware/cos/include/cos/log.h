/*
 * Log rings and tracepoints: a record is a few stores into the core's own ring; formatting happens on the host. A ring
 * keeps the last COS_LOG_RECORDS records. Crashes and panics print the rings of their core; `cos_decode.py` turns the
 *hex lines into text with the format strings of the ELF file.
 *
 *	COS_LOG(COS_LOG_WARNING, "queue %u is full, %u jobs", queue, jobs);
 *	COS_TRACE(MY_GROUP, "poll took %lu cycles", cycles);
 *
 * Arguments are integers and pointers, at most six; strings are not followed.
 */
#ifndef COS_LOG_H
#define COS_LOG_H

#include <stdint.h>

#define COS_LOG_RECORDS 32
#define COS_LOG_ARGUMENTS 6

enum cos_log_level { COS_LOG_ERROR, COS_LOG_WARNING, COS_LOG_INFO, COS_LOG_DEBUG, COS_LOG_TRACE };

/* Records above this level are not kept; COS_LOG_INFO at boot. For all cores of the cluster. */
extern enum cos_log_level cos_log_threshold;
/* Tracepoints whose group has a bit here are recorded; 0 at boot. For all cores of the cluster. */
extern uint32_t cos_trace_groups;

struct cos_log_record {
	uint64_t cycles; /* cos_cycles() of the core */
	uint32_t format; /* address of the string */
	uint8_t level, arguments;
	uint16_t number; /* counts the core's records */
	uint64_t argument[COS_LOG_ARGUMENTS];
};

void cos_log_write(enum cos_log_level level, const char *format, unsigned arguments, const uint64_t *argument);

/* Prints the ring of a core of this cluster, oldest record first, as lines
 *	@log <cluster> <core> <number> <cycles> <level> <format address> <arguments...>          (all hexadecimal) */
void cos_log_dump(unsigned core);

/* Checks the format against the arguments; never called. */
void cos_log_check(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define COS_LOG_RECORD(level, format, ...)                                                                             \
	do {                                                                                                           \
		const uint64_t cos_log_arguments_[] = {0, ##__VA_ARGS__};                                              \
		_Static_assert(sizeof cos_log_arguments_ / 8 <= COS_LOG_ARGUMENTS + 1, "too many arguments");          \
		if (0)                                                                                                 \
			cos_log_check(format, ##__VA_ARGS__);                                                          \
		cos_log_write(level, format, sizeof cos_log_arguments_ / 8 - 1, cos_log_arguments_ + 1);               \
	} while (0)

#define COS_LOG(level, format, ...)                                                                                    \
	do {                                                                                                           \
		if ((level) <= cos_log_threshold)                                                                      \
			COS_LOG_RECORD(level, format, ##__VA_ARGS__);                                                  \
	} while (0)

#define COS_TRACE(group, format, ...)                                                                                  \
	do {                                                                                                           \
		if (cos_trace_groups & (group))                                                                        \
			COS_LOG_RECORD(COS_LOG_TRACE, format, ##__VA_ARGS__);                                          \
	} while (0)

#endif
