/* Loads from the address argv[1]; ends with 0 if somebody answers. */
#include <stdlib.h>

#include "chip.h"

int main(int argc, char** argv) {
  read64(strtoull(argv[argc - 1], 0, 0));
  finish(0);
}
