#include "elf_image.h"

#include <stdint.h>
#include <string.h>

#include "mppa/soc.h"

#define EM_KVX 256
#define PT_LOAD 1

struct elf_header {
	unsigned char ident[16];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, program_headers, section_headers;
	uint32_t flags;
	uint16_t size, program_header_size, program_header_count, section_header_size, section_header_count, names;
};

struct program_header {
	uint32_t type, flags;
	uint64_t offset, vaddr, paddr, file_size, memory_size, align;
};

const char *elf_image_load(const void *file, size_t size, unsigned cluster)
{
	const struct elf_header *elf = file;
	const char *bytes = file;

	if (size < sizeof *elf || memcmp(elf->ident, "\177ELF\2\1", 6) != 0)
		return "not a 64-bit little-endian ELF file";
	if (elf->machine != EM_KVX)
		return "not for this processor";
	if (elf->program_header_size != sizeof(struct program_header) || elf->program_headers > size ||
	    elf->program_header_count > (size - elf->program_headers) / sizeof(struct program_header))
		return "damaged program headers";
	const struct program_header *segment = (const void *)(bytes + elf->program_headers);

	for (unsigned i = 0; i < elf->program_header_count; i++, segment++) {
		if (segment->type != PT_LOAD)
			continue;
		if (segment->offset > size || segment->file_size > size - segment->offset ||
		    segment->file_size > segment->memory_size)
			return "a segment exceeds the file";
		uint64_t target = segment->paddr;
		if (target < MPPA_CLUSTER_WINDOW)
			target += MPPA_CLUSTER_BASE(cluster);
		memcpy((void *)target, bytes + segment->offset, segment->file_size);
		memset((char *)target + segment->file_size, 0, segment->memory_size - segment->file_size);
	}
	return NULL;
}
