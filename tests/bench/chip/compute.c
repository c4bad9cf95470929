/* PEs that compute, each on its own data in SMEM: checksums, table look-ups, a heap, lists, string comparisons - the
 * mix of a storage stack's data plane. argv[1]: PEs per cluster, argv[2]: clusters. */
#include <stdlib.h>
#include <string.h>

#include "../../sim/system/programs/chip.h"

struct node {
  struct node* next;
  uint32_t key, value;
};

struct job {
  uint8_t block[4096];
  uint8_t copy[4096];
  uint32_t heap[256];
  struct node nodes[256];
  struct node* buckets[64];
  uint32_t crc_table[256];
  uint64_t results;
};
static struct job jobs[PES];
static unsigned pes = PES, clusters = CLUSTERS;

static void make_table(uint32_t* table) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t c = i;
    for (int k = 0; k < 8; k++) c = c & 1 ? 0x82F63B78u ^ c >> 1 : c >> 1;
    table[i] = c;
  }
}

static uint32_t crc(const uint32_t* table, const uint8_t* p, unsigned n) {
  uint32_t c = ~0u;
  while (n--) c = table[(c ^ *p++) & 0xff] ^ c >> 8;
  return ~c;
}

static void sift(uint32_t* heap, unsigned i, unsigned n) {
  for (unsigned child; (child = 2 * i + 1) < n; i = child) {
    if (child + 1 < n && heap[child + 1] > heap[child]) child++;
    if (heap[i] >= heap[child]) return;
    uint32_t t = heap[i];
    heap[i] = heap[child];
    heap[child] = t;
  }
}

static uint32_t sort(uint32_t* heap, unsigned n, uint32_t seed) {
  for (unsigned i = 0; i < n; i++) heap[i] = seed = seed * 1664525 + 1013904223;
  for (unsigned i = n / 2; i--;) sift(heap, i, n);
  for (unsigned i = n; --i;) {
    uint32_t t = heap[0];
    heap[0] = heap[i];
    heap[i] = t;
    sift(heap, 0, i);
  }
  return heap[n / 2];
}

static uint32_t hash(struct job* j, uint32_t seed) {
  uint32_t found = 0;

  memset(j->buckets, 0, sizeof j->buckets);
  for (unsigned i = 0; i < 256; i++) {
    struct node* n = &j->nodes[i];
    n->key = seed = seed * 22695477 + 1;
    n->value = i;
    n->next = j->buckets[n->key >> 26];
    j->buckets[n->key >> 26] = n;
  }
  for (unsigned i = 0; i < 256; i++)
    for (struct node* n = j->buckets[j->nodes[i].key >> 26]; n; n = n->next)
      if (n->key == j->nodes[i].key) found += n->value;
  return found;
}

void kvx_pe_main(unsigned pid) {
  struct job* j = &jobs[pid];

  while (pid >= pes) stop();
  make_table(j->crc_table);
  for (uint32_t round = pid + 1;; round++) {
    for (unsigned i = 0; i < sizeof j->block; i += 4) memcpy(j->block + i, &round, 4);
    memcpy(j->copy, j->block, sizeof j->copy);
    j->results += crc(j->crc_table, j->copy, sizeof j->copy);
    j->results += sort(j->heap, 256, round);
    j->results += hash(j, round);
    j->results += (unsigned)memcmp(j->block, j->copy, sizeof j->copy);
  }
}

int main(int argc, char** argv) {
  if (argc > 1) pes = (unsigned)atoi(argv[1]);
  if (argc > 2) clusters = (unsigned)atoi(argv[2]);
  fence();
  if (own_cid() == 0)
    for (unsigned c = 1; c < clusters; c++) start_cluster(c);
  start_pes(0xffff);
  for (;;) stop();
}
