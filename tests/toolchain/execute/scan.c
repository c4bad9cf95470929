/* The scanf family. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void integers(void)
{
	int a = 0, b = 0, c = 0, n = 0;
	unsigned u = 0;
	long l = 0;
	unsigned char h = 0;

	CHECK(sscanf(" 12,-34 0x1f", "%d,%d %i", &a, &b, &c) == 3 && a == 12 && b == -34 && c == 31);
	CHECK(sscanf("017 ff 4294967295", "%i%x%u", &a, &b, &u) == 3 && a == 15 && b == 255 && u == 4294967295u);
	CHECK(sscanf("-9223372036854775808 300", "%ld %hhu", &l, &h) == 2 && l == (long)(1ul << 63) && h == 44);
	CHECK(sscanf("12345678", "%3d%2d%n", &a, &b, &n) == 2 && a == 123 && b == 45 && n == 5);
	CHECK(sscanf("7 8 9", "%*d %d", &a) == 1 && a == 8);
	CHECK(sscanf("x", "%d", &a) == 0);
	CHECK(sscanf("", "%d", &a) == EOF && sscanf("   ", "%d", &a) == EOF);
	CHECK(sscanf("5:x", "%d:%d", &a, &b) == 1 && a == 5);
	CHECK(sscanf("50%", "%d%%", &a) == 1 && a == 50);
	CHECK(sscanf("+-5", "%d", &a) == 0);
}

static void floats(void)
{
	float f = 0;
	double d = 0, e = 0;

	CHECK(sscanf("1.5 -2.25e3 0x1p-4", "%f %lf %lg", &f, &d, &e) == 3 && f == 1.5f && d == -2250 && e == 0.0625);
	CHECK(sscanf("inf nan", "%lf %lf", &d, &e) == 2 && isinf(d) && isnan(e));
	CHECK(sscanf(".", "%lf", &d) == 0);
}

static void texts(void)
{
	char word[16], rest[16], two[3] = {0};

	CHECK(sscanf("  hello world", "%s %15[a-z]", word, rest) == 2 && !strcmp(word, "hello") &&
	      !strcmp(rest, "world"));
	CHECK(sscanf("key=value;", "%15[^=]=%15[^;]", word, rest) == 2 && !strcmp(word, "key") &&
	      !strcmp(rest, "value"));
	CHECK(sscanf("ab cd", "%2c%3s", two, word) == 2 && two[0] == 'a' && two[1] == 'b' && !strcmp(word, "cd"));
	CHECK(sscanf("]x", "%[]x]", word) == 1 && !strcmp(word, "]x"));
}

int main(void)
{
	integers();
	floats();
	texts();
	return 0;
}
