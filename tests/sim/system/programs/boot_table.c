/* The RM of cluster 0 finds the boot table and checks it; the loader has left an image for cluster 3. */
#include <mppa/boot.h>
#include <string.h>

#include "chip.h"

/* crt0 of these programs does not keep $r0 and $r1: the table is looked for where its definition puts it. */
static const struct mppa_boot_table* find_table(void) {
  return (const struct mppa_boot_table*)(DDR + (8ull << 30) - 4096);
}

int main(int argc, char** argv) {
  const struct mppa_boot_table* table = find_table();

  if (argc != 2 || strcmp(argv[1], "first")) finish(1);
  if (table->magic != MPPA_BOOT_MAGIC || table->size != sizeof *table || table->images != 2) finish(2);
  const struct mppa_boot_image* image = &table->image[1];
  if (image->cluster != 3 || image->argc != 3 || image->arguments_size != sizeof "three\0-a\0b") finish(3);
  if (memcmp((const void*)image->arguments, "three\0-a\0b", image->arguments_size)) finish(4);
  if (memcmp((const void*)image->elf, "\177ELF", 4) || image->elf < table->reserved) finish(5);
  finish(0);
}
