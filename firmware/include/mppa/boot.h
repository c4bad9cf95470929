/* How the simulator hands a system to the firmware: what boot ROM and first-stage loader leave behind on silicon, in a
 * format of ours. C and C++; loader and firmware both use this file.
 *
 * The image of cluster 0 is in place (segments at their physical addresses, arguments in its argument area). Its RM
 * starts at the image's entry point with
 *   $r0 = MPPA_BOOT_MAGIC, $r1 = physical address of struct mppa_boot_table.
 * All other cores are in reset. The images of the other clusters lie in DDR as the ELF files they are, as if read from
 * flash; the RM of cluster 0 copies their segments (addresses below 16 MiB are offsets in the target's window, all
 * others are absolute), writes their arguments, sets the boot address and starts their RM by the FTU. Table and files
 * occupy the end of DDR from `reserved` on; whoever has consumed the images may reuse that memory. */
#ifndef MPPA_BOOT_H
#define MPPA_BOOT_H

#include <stdint.h>

#define MPPA_BOOT_MAGIC 0x544F4F424150504Dull /* "MPPABOOT" */
#define MPPA_BOOT_MAX_IMAGES 5

struct mppa_boot_image {
  uint32_t cluster;        /* 0..4 */
  uint32_t argc;           /* number of arguments, the program's name included */
  uint64_t elf;            /* physical address of the ELF file, 4 KiB aligned; 0 for cluster 0: in place */
  uint64_t elf_size;       /* bytes */
  uint64_t entry;          /* entry point of the file */
  uint64_t arguments;      /* physical address of argc zero-terminated strings, one behind the other */
  uint64_t arguments_size; /* bytes of all strings with their zeros */
};

struct mppa_boot_table {
  uint64_t magic;        /* MPPA_BOOT_MAGIC */
  uint32_t size;         /* bytes of this structure */
  uint32_t images;       /* entries of image[] in use, by rising cluster */
  uint64_t ddr;          /* physical address of DDR */
  uint64_t ddr_size;     /* bytes */
  uint64_t reserved;     /* physical address from which on DDR is occupied by the table and the files */
  uint64_t clock_hz;     /* frequency of cores, fabric and NoC */
  uint64_t timestamp_hz; /* of the DSU timestamp */
  uint64_t smem_size;    /* bytes of SMEM of a cluster */
  struct mppa_boot_image image[MPPA_BOOT_MAX_IMAGES];
};

#endif
