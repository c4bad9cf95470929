/* The printf family: every conversion and flag. */
#include "check.h"
#include <float.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <string.h>

static int failures;
#define EXPECT(expected, ...)                                                                                          \
	do {                                                                                                           \
		char text_[1400];                                                                                      \
		int n_ = snprintf(text_, sizeof text_, __VA_ARGS__);                                                   \
		if (strcmp(text_, expected) || n_ != (int)strlen(expected)) {                                          \
			printf("%d: got \"%s\" (%d), expected \"%s\"\n", __LINE__, text_, n_, expected);               \
			failures++;                                                                                    \
		}                                                                                                      \
	} while (0)

int main(void)
{
	EXPECT("42 -42 0", "%d %i %d", 42, -42, 0);
	EXPECT("[   42][42   ][00042][+42][ 42]", "[%5d][%-5d][%05d][%+d][% d]", 42, 42, 42, 42, 42);
	EXPECT("[  042][042  ][]", "[%5.3d][%-5.3d][%.0d]", 42, 42, 0);
	EXPECT("-2147483648 4294967295 18446744073709551615", "%d %u %lu", INT_MIN, UINT_MAX, ULONG_MAX);
	EXPECT("-9223372036854775808", "%ld", LONG_MIN);
	EXPECT("ff FF 0xff 0XFF 377 0377 0", "%x %X %#x %#X %o %#o %#x", 255, 255, 255, 255, 255, 255, 0);
	EXPECT("-1 255 -1 65535", "%hhd %hhu %hd %hu", 255, 255, 65535, 65535);
	EXPECT("[a][  a][a  ]", "[%c][%3c][%-3c]", 'a', 'a', 'a');
	EXPECT("[text][  text][text  ][te]", "[%s][%6s][%-6s][%.2s]", "text", "text", "text", "text");
	EXPECT("[   42][42   ]", "[%*d][%*d]", 5, 42, -5, 42);
	EXPECT("100%", "%d%%", 100);
	EXPECT("0x1234", "%p", (void *)0x1234);
	EXPECT("9 8 7", "%zu %jd %td", (size_t)9, (intmax_t)8, (ptrdiff_t)7);
	EXPECT("5000000000", "%" PRId64, (int64_t)5000000000);
	EXPECT("1.500000 -1.500000 0.000000", "%f %f %f", 1.5, -1.5, 0.0);
	EXPECT("2 4 1 0.1 0.12 0.125", "%.0f %.0f %.0f %.1f %.2f %.3f", 1.5, 3.5, 0.75, 0.125, 0.125, 0.125);
	EXPECT("0 2 2 4", "%.0f %.0f %.0f %.0f", 0.5, 1.5, 2.5, 3.5);
	EXPECT("[    3.14][3.14    ][00003.14][+3.14]", "[%8.2f][%-8.2f][%08.2f][%+.2f]", 3.14159, 3.14159, 3.14159,
	       3.14159);
	EXPECT("1.234568e+05 1E-10 1e+100", "%e %.0E %.0e", 123456.789, 1e-10, 1e100);
	EXPECT("100000 1e+06 0.0001 1e-05 123457 0.1", "%g %g %g %g %g %g", 100000.0, 1000000.0, 0.0001, 0.00001,
	       123456.789, 0.1);
	EXPECT("1.00000 1. 1.e+00", "%#g %#.0f %#.0e", 1.0, 1.0, 1.0);
	EXPECT("inf -inf nan INF", "%f %f %g %F", INFINITY, -INFINITY, fabs(NAN), INFINITY);
	EXPECT("[   inf][inf   ]", "[%06f][%-6f]", INFINITY, INFINITY);
	EXPECT("9.99e+02 1.00e+03 10.0", "%.2e %.2e %.1f", 999.4, 999.6, 9.96);
	EXPECT("0.1000000000000000055511151231257827021181583404541015625", "%.55f", 0.1);
	static char longest[400];
	CHECK(snprintf(longest, sizeof longest, "%f", DBL_MAX) == 316);
	EXPECT("17976931348623157081452742373170435679807056752584499659891747680315726078", "%.74s", longest);
	EXPECT("26184124858368.000000", "%s", longest + 295);
	EXPECT("4.940656458412465e-324 2.2250738585072014e-308", "%.15e %.17g", 0x1p-1074, DBL_MIN);
	EXPECT("1.7976931348623157e+308 0.10000000000000001", "%.17g %.17g", DBL_MAX, 0.1);
	EXPECT("0x1p+0 0x1.8p+1 -0x1.999999999999ap-4 0x0p+0 0x1.4p+3", "%a %a %a %a %a", 1.0, 3.0, -0.1, 0.0, 10.0);
	EXPECT("0x1.8p+0 0x2p+0 0X1.ABCP+4", "%.1a %.0a %A", 1.53, 1.5, 0x1.abcp4);
	EXPECT("1 2 3 4 5 6 7 8 9 10 11 12 13 14.5 15", "%d %d %d %d %d %d %d %d %d %d %d %d %d %.1f %d", 1, 2, 3, 4, 5,
	       6, 7, 8, 9, 10, 11, 12, 13, 14.5, 15);
	char small[6];
	CHECK(snprintf(small, sizeof small, "%s", "truncated") == 9 && !strcmp(small, "trunc") &&
	      snprintf(NULL, 0, "%d", 12345) == 5);
	int count, total = sprintf(small, "ab%nc", &count);
	CHECK(count == 2 && total == 3 && printf("%s", "") == 0 && sprintf(small, "%c", 0) == 1);
	CHECK(printf("done %d\n", 1) == 7 && fprintf(stdout, "%s", "x\n") == 2 && puts("puts") >= 0 &&
	      putchar('c') == 'c' && fputs("\n", stdout) >= 0);
	return failures != 0;
}
