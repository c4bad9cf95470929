/* ELF files in memory and how their segments come to a cluster. */
#ifndef COS_ELF_IMAGE_H
#define COS_ELF_IMAGE_H

#include <stddef.h>

/* Copies the segments of a KV3 executable; physical addresses below 16 MiB are offsets in the window of `cluster`.
 * NULL, or what is wrong with the file. */
const char *elf_image_load(const void *file, size_t size, unsigned cluster);

#endif
