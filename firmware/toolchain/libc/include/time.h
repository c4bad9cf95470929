#ifndef _TIME_H
#define _TIME_H

#define __need_size_t
#define __need_NULL
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef long time_t;
typedef long clock_t;
#define CLOCKS_PER_SEC 1000000L

clock_t clock(void);	     /* the simulator's time of day, microseconds */
time_t time(time_t *target); /* seconds */

#ifdef __cplusplus
}
#endif
#endif
