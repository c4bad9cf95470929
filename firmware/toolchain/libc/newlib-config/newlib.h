/* What newlib's configure would find out. */
#define _LITE_EXIT 1
#define _MB_LEN_MAX 1
