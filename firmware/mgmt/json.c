/* Framing and parsing of JSON, see mgmt/json.h. */
#include "mgmt/json.h"

#include <string.h>

/* --- Framing -------------------------------------------------------------------------------------------------------
 */

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

enum json_frame json_framer_take(struct json_framer *framer, char byte)
{
	if (framer->in_string) {
		if (framer->escaped)
			framer->escaped = false;
		else if (byte == '\\')
			framer->escaped = true;
		else if (byte == '"')
			framer->in_string = false;
		return JSON_FRAME_MORE;
	}
	if (byte == '{' || byte == '[') {
		framer->started = true;
		return ++framer->depth > JSON_MAX_DEPTH ? JSON_FRAME_BAD : JSON_FRAME_MORE;
	}
	if (!framer->started)
		return is_space(byte) ? JSON_FRAME_MORE : JSON_FRAME_BAD;
	if (byte == '"')
		framer->in_string = true;
	if ((byte == '}' || byte == ']') && --framer->depth == 0) {
		*framer = (struct json_framer){0};
		return JSON_FRAME_COMPLETE;
	}
	return JSON_FRAME_MORE;
}

/* --- Parsing -------------------------------------------------------------------------------------------------------
 */

struct parser {
	const char *at, *end;
	struct json_value *values;
	uint32_t count, capacity;
	int error;
};

static bool fail(struct parser *parser, int error)
{
	if (!parser->error)
		parser->error = error;
	return false;
}

static void skip_space(struct parser *parser)
{
	while (parser->at < parser->end && is_space(*parser->at))
		parser->at++;
}

static bool take(struct parser *parser, char c)
{
	if (parser->at == parser->end || *parser->at != c)
		return false;
	parser->at++;
	return true;
}

static struct json_value *new_value(struct parser *parser, enum json_type type)
{
	struct json_value *value;

	if (parser->count == parser->capacity) {
		fail(parser, JSON_TOO_LARGE);
		return NULL;
	}
	value = &parser->values[parser->count++];
	*value = (struct json_value){.text = parser->at, .span = 1, .type = (uint8_t)type};
	return value;
}

int json_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits of \uXXXX, or -1. */
static int hex4(const char *at, const char *end)
{
	int value = 0;

	if (end - at < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		const int digit = json_hex_digit(at[i]);

		if (digit < 0)
			return -1;
		value = value << 4 | digit;
	}
	return value;
}

/* Bytes of the UTF-8 sequence at `at`, 0 if it is none (RFC 3629: shortest form, no surrogates, up to 10FFFFh). */
static unsigned utf8_length(const char *at, const char *end)
{
	const unsigned char *b = (const unsigned char *)at;
	const unsigned length = b[0] < 0x80   ? 1
				: b[0] < 0xc2 ? 0
				: b[0] < 0xe0 ? 2
				: b[0] < 0xf0 ? 3
				: b[0] < 0xf5 ? 4
					      : 0;

	if (!length || end - at < (ptrdiff_t)length)
		return 0;
	for (unsigned i = 1; i < length; i++)
		if ((b[i] & 0xc0) != 0x80)
			return 0;
	if ((b[0] == 0xe0 && b[1] < 0xa0) || (b[0] == 0xed && b[1] > 0x9f) || (b[0] == 0xf0 && b[1] < 0x90) ||
	    (b[0] == 0xf4 && b[1] > 0x8f))
		return 0;
	return length;
}

static bool skip_escape(struct parser *parser)
{
	if (parser->at == parser->end)
		return false;
	if (*parser->at == 'u') {
		if (hex4(parser->at + 1, parser->end) < 0)
			return false;
		parser->at += 5;
		return true;
	}
	return *parser->at && strchr("\"\\/bfnrt", *parser->at) ? (parser->at++, true) : false;
}

static bool parse_string(struct parser *parser)
{
	struct json_value *value;

	if (!take(parser, '"'))
		return fail(parser, JSON_INVALID);
	value = new_value(parser, JSON_STRING);
	if (!value)
		return false;
	while (parser->at < parser->end && *parser->at != '"') {
		const unsigned length = utf8_length(parser->at, parser->end);

		if (!length || (unsigned char)*parser->at < 0x20)
			return fail(parser, JSON_INVALID);
		parser->at += length;
		if (parser->at[-1] == '\\' && !skip_escape(parser))
			return fail(parser, JSON_INVALID);
	}
	value->length = (uint32_t)(parser->at - value->text);
	return take(parser, '"') || fail(parser, JSON_INVALID);
}

static bool skip_digits(struct parser *parser)
{
	const char *start = parser->at;

	while (parser->at < parser->end && *parser->at >= '0' && *parser->at <= '9')
		parser->at++;
	return parser->at > start;
}

static bool parse_number(struct parser *parser)
{
	struct json_value *value = new_value(parser, JSON_NUMBER);

	if (!value)
		return false;
	take(parser, '-');
	if (!take(parser, '0') && !skip_digits(parser))
		return fail(parser, JSON_INVALID);
	if (take(parser, '.') && !skip_digits(parser))
		return fail(parser, JSON_INVALID);
	if (take(parser, 'e') || take(parser, 'E')) {
		if (!take(parser, '+'))
			take(parser, '-');
		if (!skip_digits(parser))
			return fail(parser, JSON_INVALID);
	}
	value->length = (uint32_t)(parser->at - value->text);
	return true;
}

static bool parse_word(struct parser *parser, const char *word, enum json_type type)
{
	const size_t length = strlen(word);
	struct json_value *value;

	if ((size_t)(parser->end - parser->at) < length || memcmp(parser->at, word, length) != 0)
		return fail(parser, JSON_INVALID);
	value = new_value(parser, type);
	if (!value)
		return false;
	value->length = (uint32_t)length;
	parser->at += length;
	return true;
}

static bool parse_value(struct parser *parser, unsigned depth);

static bool parse_members(struct parser *parser, struct json_value *container, char close, unsigned depth)
{
	const bool object = container->type == JSON_OBJECT;

	parser->at++;
	skip_space(parser);
	if (take(parser, close))
		return true;
	do {
		skip_space(parser);
		if (object) {
			if (!parse_string(parser))
				return false;
			skip_space(parser);
			if (!take(parser, ':'))
				return fail(parser, JSON_INVALID);
			skip_space(parser);
		}
		if (!parse_value(parser, depth))
			return false;
		container->count++;
		skip_space(parser);
	} while (take(parser, ','));
	return take(parser, close) || fail(parser, JSON_INVALID);
}

static bool parse_container(struct parser *parser, unsigned depth)
{
	const bool object = *parser->at == '{';
	struct json_value *container = new_value(parser, object ? JSON_OBJECT : JSON_ARRAY);

	if (!container)
		return false;
	if (depth == JSON_MAX_DEPTH)
		return fail(parser, JSON_TOO_LARGE);
	if (!parse_members(parser, container, object ? '}' : ']', depth + 1))
		return false;
	container->span = (uint32_t)(&parser->values[parser->count] - container);
	container->length = (uint32_t)(parser->at - container->text);
	return true;
}

/* One recursion for each level of nesting, which is limited. */
static bool parse_value(struct parser *parser, unsigned depth)
{
	if (parser->at == parser->end)
		return fail(parser, JSON_INVALID);
	switch (*parser->at) {
	case '{':
	case '[':
		return parse_container(parser, depth);
	case '"':
		return parse_string(parser);
	case 't':
		return parse_word(parser, "true", JSON_TRUE);
	case 'f':
		return parse_word(parser, "false", JSON_FALSE);
	case 'n':
		return parse_word(parser, "null", JSON_NULL);
	default:
		return parse_number(parser);
	}
}

int json_parse(const char *text, uint32_t length, struct json_value *values, uint32_t capacity, uint32_t *where)
{
	struct parser parser = {.at = text, .end = text + length, .values = values, .capacity = capacity};

	skip_space(&parser);
	if (parse_value(&parser, 0)) {
		skip_space(&parser);
		if (parser.at == parser.end)
			return (int)parser.count;
	}
	*where = (uint32_t)(parser.at - text);
	return parser.error ? parser.error : JSON_INVALID;
}

/* --- Access ----------------------------------------------------------------------------------------------------------
 */

const struct json_value *json_member(const struct json_value *object, const char *name)
{
	const struct json_value *member = object + 1;

	if (object->type != JSON_OBJECT)
		return NULL;
	for (uint32_t i = 0; i < object->count; i++, member = json_next(member + 1))
		if (json_string_is(member, name))
			return member + 1;
	return NULL;
}

/* Appends a character in UTF-8. */
static char *put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		*out++ = (char)c;
	} else if (c < 0x800) {
		*out++ = (char)(0xc0 | c >> 6);
		*out++ = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*out++ = (char)(0xe0 | c >> 12);
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
		*out++ = (char)(0x80 | (c & 0x3f));
	} else {
		*out++ = (char)(0xf0 | c >> 18);
		*out++ = (char)(0x80 | (c >> 12 & 0x3f));
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
		*out++ = (char)(0x80 | (c & 0x3f));
	}
	return out;
}

/* The character of an escape, whose backslash has been read; *at moves behind it. 0: none that a C string can hold. */
static uint32_t escaped_character(const char **at, const char *end)
{
	static const char kEscapes[] = "b\bf\fn\nr\rt\t";
	const char letter = *(*at)++;
	const char *known = strchr(kEscapes, letter);
	int high, low;

	if (letter != 'u')
		return known ? (uint32_t)known[1] : (uint32_t)letter;
	high = hex4(*at, end);
	*at += 4;
	if (high < 0xd800 || high > 0xdfff)
		return (uint32_t)high;
	if (high > 0xdbff || end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u')
		return 0;
	low = hex4(*at + 2, end);
	*at += 6;
	if (low < 0xdc00 || low > 0xdfff)
		return 0;
	return 0x10000 + ((uint32_t)(high - 0xd800) << 10) + (uint32_t)(low - 0xdc00);
}

bool json_get_string(const struct json_value *value, char *out, size_t bytes)
{
	const char *at = value->text, *end = value->text + value->length;
	char *const limit = out + bytes;

	if (value->type != JSON_STRING)
		return false;
	while (at < end) {
		uint32_t c;

		if (*at != '\\') {
			if (limit - out < 2)
				return false;
			*out++ = *at++;
			continue;
		}
		at++;
		c = escaped_character(&at, end);
		if (c == 0 || limit - out < (c < 0x80 ? 2 : c < 0x800 ? 3 : c < 0x10000 ? 4 : 5))
			return false;
		out = put_utf8(out, c);
	}
	*out = 0;
	return true;
}

bool json_string_is(const struct json_value *value, const char *text)
{
	char name[64];

	return json_get_string(value, name, sizeof(name)) && strcmp(name, text) == 0;
}

bool json_get_u64(const struct json_value *value, uint64_t *out)
{
	uint64_t sum = 0;

	if (value->type != JSON_NUMBER)
		return false;
	for (uint32_t i = 0; i < value->length; i++) {
		const unsigned digit = (unsigned)(value->text[i] - '0');

		if (digit > 9 || sum > (UINT64_MAX - digit) / 10)
			return false;
		sum = sum * 10 + digit;
	}
	*out = sum;
	return true;
}

bool json_get_bool(const struct json_value *value, bool *out)
{
	*out = value->type == JSON_TRUE;
	return value->type == JSON_TRUE || value->type == JSON_FALSE;
}
