#include "drivers/mailbox.h"

#include "cos/sync.h"

static struct cos_spinlock lock;
static uint64_t taken[MPPA_MAILBOXES / 64] = {(1ull << MAILBOX_FIRST_FREE) - 1, 0};

int mailbox_alloc(void)
{
	int found = -1;

	cos_spin_lock(&lock);
	for (unsigned word = 0; word < MPPA_MAILBOXES / 64 && found < 0; word++) {
		if (taken[word] == ~0ull)
			continue;
		const unsigned bit = (unsigned)__builtin_ctzll(~taken[word]);

		taken[word] |= 1ull << bit;
		found = (int)(word * 64 + bit);
	}
	cos_spin_unlock(&lock);
	return found;
}

void mailbox_free(unsigned mailbox)
{
	cos_spin_lock(&lock);
	taken[mailbox / 64] &= ~(1ull << mailbox % 64);
	cos_spin_unlock(&lock);
}
