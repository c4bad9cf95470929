/* Reached through clang's own <limits.h>, which has the limits of the types. */
#ifndef _LIMITS_H
#define _LIMITS_H

#define PATH_MAX 256
#define SSIZE_MAX __LONG_MAX__
#define MB_LEN_MAX 1

#endif
