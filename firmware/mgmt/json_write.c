/* Writing JSON, see mgmt/json.h. */
#include <string.h>

#include "mgmt/json.h"

static void put(struct json_writer *writer, const char *text, uint32_t length)
{
	if (writer->overflow || length > writer->size - writer->length) {
		writer->overflow = true;
		return;
	}
	memcpy(writer->buffer + writer->length, text, length);
	writer->length += length;
}

static void put_quoted(struct json_writer *writer, const char *text)
{
	static const char kHex[] = "0123456789abcdef";

	put(writer, "\"", 1);
	for (; *text; text++) {
		const unsigned char c = (unsigned char)*text;
		const char control[] = {'\\', 'u', '0', '0', kHex[c >> 4], kHex[c & 15]};

		if (c < 0x20) {
			put(writer, control, sizeof(control));
			continue;
		}
		if (c == '"' || c == '\\')
			put(writer, "\\", 1);
		put(writer, text, 1);
	}
	put(writer, "\"", 1);
}

/* What comes before any value: a comma if it is not the first, its name. */
static void begin(struct json_writer *writer, const char *name)
{
	if (writer->comma)
		put(writer, ",", 1);
	if (name) {
		put_quoted(writer, name);
		put(writer, ":", 1);
	}
	writer->comma = true;
}

void json_raw(struct json_writer *writer, const char *name, const char *text, uint32_t length)
{
	begin(writer, name);
	put(writer, text, length);
}

static void open(struct json_writer *writer, const char *name, const char *bracket)
{
	begin(writer, name);
	put(writer, bracket, 1);
	writer->comma = false;
}

static void close(struct json_writer *writer, const char *bracket)
{
	put(writer, bracket, 1);
	writer->comma = true;
}

void json_open_object(struct json_writer *writer, const char *name) { open(writer, name, "{"); }
void json_close_object(struct json_writer *writer) { close(writer, "}"); }
void json_open_array(struct json_writer *writer, const char *name) { open(writer, name, "["); }
void json_close_array(struct json_writer *writer) { close(writer, "]"); }

void json_string(struct json_writer *writer, const char *name, const char *text)
{
	begin(writer, name);
	put_quoted(writer, text);
}

void json_u64(struct json_writer *writer, const char *name, uint64_t value)
{
	char digits[20];
	uint32_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + value % 10);
	while (value /= 10);
	json_raw(writer, name, digits + at, sizeof(digits) - at);
}

void json_i64(struct json_writer *writer, const char *name, int64_t value)
{
	if (value >= 0) {
		json_u64(writer, name, (uint64_t)value);
		return;
	}
	begin(writer, name);
	put(writer, "-", 1);
	writer->comma = false;
	json_u64(writer, NULL, -(uint64_t)value);
}

void json_bool(struct json_writer *writer, const char *name, bool value)
{
	json_raw(writer, name, value ? "true" : "false", value ? 4 : 5);
}

void json_null(struct json_writer *writer, const char *name) { json_raw(writer, name, "null", 4); }

static void put_hex(struct json_writer *writer, const uint8_t *bytes, uint32_t count, const char *digits)
{
	for (uint32_t i = 0; i < count; i++) {
		const char text[] = {digits[bytes[i] >> 4], digits[bytes[i] & 15]};

		put(writer, text, sizeof(text));
	}
}

void json_uuid(struct json_writer *writer, const char *name, const uint8_t uuid[16])
{
	static const uint8_t kGroups[] = {4, 2, 2, 2, 6};

	begin(writer, name);
	put(writer, "\"", 1);
	for (unsigned i = 0; i < sizeof(kGroups); uuid += kGroups[i++]) {
		if (i)
			put(writer, "-", 1);
		put_hex(writer, uuid, kGroups[i], "0123456789abcdef");
	}
	put(writer, "\"", 1);
}

void json_hex(struct json_writer *writer, const char *name, const uint8_t *bytes, uint32_t count)
{
	begin(writer, name);
	put(writer, "\"", 1);
	put_hex(writer, bytes, count, "0123456789ABCDEF");
	put(writer, "\"", 1);
}
