/* String and memory functions against byte loops, for all small sizes and alignments. */
#include "check.h"
#include <ctype.h>
#include <string.h>
#include <strings.h>

static unsigned char a[400], b[400], c[400];

static void reset(void)
{
	for (int i = 0; i < 400; i++)
		a[i] = (unsigned char)(i * 73 + 11), b[i] = c[i] = (unsigned char)(i * 31 + 5);
}
static NOINLINE void slow_copy(unsigned char *to, const unsigned char *from, int n)
{
	for (volatile int i = 0; i < n; i++)
		to[i] = from[i];
}
static int same(void)
{
	for (int i = 0; i < 400; i++)
		if (b[i] != c[i])
			return 0;
	return 1;
}
static void copies(void)
{
	for (int n = 0; n < 300; n += n < 70 ? 1 : 23)
		for (int at = 0; at < 34; at += 3) {
			reset();
			CHECK(memcpy(b + at, a + (at * 7 & 31), n) == b + at);
			slow_copy(c + at, a + (at * 7 & 31), n);
			CHECK(same());
			reset();
			CHECK(memmove(b + at, b + 20, n) == b + at);
			static unsigned char t[400];
			slow_copy(t, c + 20, n), slow_copy(c + at, t, n);
			CHECK(same());
			reset();
			CHECK(memset(b + at, n + at, n) == b + at);
			for (volatile int i = 0; i < n; i++)
				c[at + i] = (unsigned char)(n + at);
			CHECK(same());
			reset();
			CHECK(memcmp(b + at, c + at, n) == 0);
			if (n) {
				c[at + n / 2] ^= 0x80;
				int r = memcmp(b + at, c + at, n);
				CHECK(r && (r < 0) == (b[at + n / 2] < c[at + n / 2]));
				CHECK(memcmp(b + at, c + at, n / 2) == 0);
			}
		}
}
static void lengths(void)
{
	char text[80];
	for (int n = 0; n < 60; n++)
		for (int at = 0; at < 9; at++) {
			memset(text, 'x' | 0x80, sizeof text);
			text[at + n] = 0;
			CHECK(strlen(text + at) == (size_t)n && strnlen(text + at, 20) == (size_t)(n < 20 ? n : 20));
			CHECK(strchr(text + at, 0) == text + at + n && memchr(text + at, 0, 70) == text + at + n);
		}
}
static void texts(void)
{
	char t[64];
	CHECK(strcmp(strcpy(t, "hello"), "hello") == 0 && strcmp(strcat(t, " world"), "hello world") == 0);
	CHECK(strcmp("abc", "abd") < 0 && strcmp("abc", "ab") > 0 && strcmp("\xff", "a") > 0 &&
	      strncmp("abcx", "abcy", 3) == 0);
	CHECK(strchr(t, 'o') == t + 4 && strrchr(t, 'o') == t + 7 && strchr(t, 'z') == 0 && strstr(t, "wor") == t + 6 &&
	      !strstr(t, "war") && strstr(t, "") == t);
	CHECK(strspn(t, "hel") == 4 && strcspn(t, " ") == 5 && strpbrk(t, "xw") == t + 6);
	memset(t, 'z', sizeof t);
	CHECK(strncpy(t, "ab", 5) == t && t[2] == 0 && t[4] == 0 && t[5] == 'z');
	CHECK(strncat(strcpy(t, "ab"), "cdef", 2) == t && !strcmp(t, "abcd") && stpcpy(t, "xyz") == t + 3);
	strcpy(t, ",a,,bc,");
	CHECK(!strcmp(strtok(t, ","), "a") && !strcmp(strtok(NULL, ","), "bc") && strtok(NULL, ",") == NULL);
	CHECK(strcasecmp("HeLLo", "hEllO") == 0 && strncasecmp("abX", "ABy", 2) == 0 && strcasecmp("a", "B") < 0);
	CHECK(!memcmp(mempcpy(t, "123", 3) - 3, "123", 3) && strlcpy(t, "long text", 5) == 9 && !strcmp(t, "long"));
	char *copy = strdup("copied");
	CHECK(copy && !strcmp(copy, "copied"));
	free(copy);
	CHECK(isalpha('q') && !isalpha('1') && isspace('\n') && ispunct('!') && toupper('q') == 'Q' &&
	      tolower('Q') == 'q' && isxdigit('f') && !isxdigit('g'));
	int alpha = 0;
	for (int i = -1; i < 256; i++)
		alpha += !!isalpha(i) + !!isdigit(i) + !!iscntrl(i) + !!isprint(i);
	CHECK(alpha == 52 + 10 + 33 + 95);
}

int main(void)
{
	copies();
	lengths();
	texts();
	return 0;
}
