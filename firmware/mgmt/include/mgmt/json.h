/*
 * JSON (RFC 8259) in bounded memory: a framer for streams, a parser that makes an array of values, a writer.
 *
 * The parser leaves the text alone: values point into it. Nothing is allocated; what does not fit is an error.
 */
#ifndef MGMT_JSON_H
#define MGMT_JSON_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_MAX_DEPTH 16

/* --- Framing -------------------------------------------------------------------------------------------------------
 */

/* Finds the ends of objects and arrays in a stream. Zero-initialised = at the start of a value. */
struct json_framer {
	uint32_t depth;
	bool in_string, escaped, started;
};

enum json_frame { JSON_FRAME_MORE, JSON_FRAME_COMPLETE, JSON_FRAME_BAD };
/* Takes one byte. COMPLETE: a value ends with it, the framer is at the start of the next. BAD: what starts here is
 * neither object nor array, or is nested too deeply; the stream is to be given up. */
enum json_frame json_framer_take(struct json_framer *framer, char byte);

/* --- Parsing -------------------------------------------------------------------------------------------------------
 */

enum json_type { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/*
 * A value; an array's elements follow it, an object's members follow it as name, value, name, value.
 * `text`, `length`: what it is in the text; of a string without the quotes, escapes as they are.
 */
struct json_value {
	const char *text;
	uint32_t length;
	uint32_t count; /* elements, members */
	uint32_t span;	/* values from this one to the end of its last descendant, this one included */
	uint8_t type;	/* enum json_type */
};

enum json_error { JSON_INVALID = -1, JSON_TOO_LARGE = -2 };
/* Parses one value, with nothing but white space around it. The number of values, or an enum json_error; *where is then
 * the offset of the first byte that is not understood. */
int json_parse(const char *text, uint32_t length, struct json_value *values, uint32_t capacity, uint32_t *where);

/* The value after this one and its descendants. */
static inline const struct json_value *json_next(const struct json_value *value) { return value + value->span; }
/* A member of an object, or NULL. */
const struct json_value *json_member(const struct json_value *object, const char *name);
/* Whether a string, its escapes replaced, is `text`. */
bool json_string_is(const struct json_value *value, const char *text);

/* The value in C's terms. False if it is of another type or does not fit. Strings are terminated and contain no zero
 * character. */
bool json_get_string(const struct json_value *value, char *out, size_t bytes);
bool json_get_u64(const struct json_value *value, uint64_t *out);
bool json_get_bool(const struct json_value *value, bool *out);

/* Value of a hexadecimal digit, or -1. */
int json_hex_digit(char c);

/* --- Writing -------------------------------------------------------------------------------------------------------
 */

/* Commas are put by the writer. If the buffer is too small `overflow` is set and nothing more is written. */
struct json_writer {
	char *buffer;
	uint32_t size, length;
	bool overflow, comma;
};

/* `name` NULL: an element of an array or the value itself, otherwise a member of an object. */
void json_open_object(struct json_writer *writer, const char *name);
void json_close_object(struct json_writer *writer);
void json_open_array(struct json_writer *writer, const char *name);
void json_close_array(struct json_writer *writer);
void json_string(struct json_writer *writer, const char *name, const char *text);
void json_u64(struct json_writer *writer, const char *name, uint64_t value);
void json_i64(struct json_writer *writer, const char *name, int64_t value);
void json_bool(struct json_writer *writer, const char *name, bool value);
void json_null(struct json_writer *writer, const char *name);
/* `text` is JSON already. */
void json_raw(struct json_writer *writer, const char *name, const char *text, uint32_t length);
/* "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx" */
void json_uuid(struct json_writer *writer, const char *name, const uint8_t uuid[16]);
/* Upper case hexadecimal digits. */
void json_hex(struct json_writer *writer, const char *name, const uint8_t *bytes, uint32_t count);

#endif
