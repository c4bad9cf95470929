/* Which bdevs there are, who has them open, who claims them, how they go. */
#include <errno.h>
#include <string.h>

#include "cos/arena.h"
#include "cos/cpu.h"
#include "cos/reactor.h"
#include "cos/ring.h"
#include "internal.h"

/* How often a bdev that goes looks whether its last channel is put, microseconds. */
#define LAST_CHANNEL_US 50

struct cos_spinlock bdev_lock;
static struct bdev *bdevs;

static struct bdev *find(const char *name)
{
	struct bdev *bdev = bdevs;

	while (bdev && strcmp(bdev->name, name) != 0)
		bdev = bdev->next;
	return bdev;
}

struct bdev *bdev_get_by_name(const char *name)
{
	cos_spin_lock(&bdev_lock);
	struct bdev *bdev = find(name);

	cos_spin_unlock(&bdev_lock);
	return bdev;
}

struct bdev *bdev_first(void) { return cos_load_acquire(&bdevs); }
struct bdev *bdev_next(struct bdev *bdev) { return bdev->next; }

const char *bdev_name(const struct bdev *bdev) { return bdev->name; }
const char *bdev_product(const struct bdev *bdev) { return bdev->product; }
const char *bdev_module_name(const struct bdev *bdev) { return bdev->module->name; }
uint32_t bdev_block_size(const struct bdev *bdev) { return bdev->block_size; }
uint64_t bdev_num_blocks(const struct bdev *bdev) { return cos_load_acquire(&bdev->blocks); }
const uint8_t *bdev_uuid(const struct bdev *bdev) { return bdev->uuid; }
bool bdev_has_write_cache(const struct bdev *bdev) { return bdev->write_cache; }
uint32_t bdev_optimal_boundary(const struct bdev *bdev) { return bdev->optimal_boundary; }
unsigned bdev_level(const struct bdev *bdev) { return bdev->level + 1; }

const char *bdev_claimed_by(const struct bdev *bdev)
{
	const struct bdev_module *claim = cos_load_acquire(&bdev->claim);

	return claim ? claim->name : NULL;
}

bool bdev_io_type_supported(const struct bdev *bdev, enum bdev_io_type type)
{
	return bdev->fn->io_type_supported(bdev->context, type);
}

static int set_identity(struct bdev *bdev, const char *name, const uint8_t *uuid)
{
	const size_t length = strlen(name);

	if (!length || length >= sizeof bdev->name)
		return -EINVAL;
	memcpy(bdev->name, name, length + 1);
	if (uuid)
		memcpy(bdev->uuid, uuid, sizeof bdev->uuid);
	return 0;
}

int bdev_register(struct bdev *bdev, const char *name, const uint8_t *uuid)
{
	int error = bdev_core_register();

	if (!error)
		error = set_identity(bdev, name, uuid);
	if (error)
		return error;
	if (!bdev->product || !bdev->module || !bdev->fn->submit || !bdev->fn->io_type_supported ||
	    bdev->block_size < 512 || !bdev->blocks || (bdev->block_size & (bdev->block_size - 1)) ||
	    (bdev->split_on_boundary && !bdev->optimal_boundary))
		return -EINVAL;
	if (bdev->split_on_boundary || bdev->max_blocks || bdev->max_zeroes)
		bdev->level++; /* its I/Os can have children at its own device */
	bdev->home = cos_core_id();
	error = cos_io_device_register(bdev, bdev->name, sizeof(struct bdev_channel) + bdev->fn->channel_bytes,
				       bdev_channel_create, bdev_channel_destroy);
	if (error)
		return error;
	cos_spin_lock(&bdev_lock);
	if (find(bdev->name)) {
		error = -EEXIST;
	} else {
		bdev->next = bdevs;
		__atomic_store_n(&bdevs, bdev, __ATOMIC_RELEASE);
	}
	cos_spin_unlock(&bdev_lock);
	if (error)
		cos_io_device_unregister(bdev);
	return error;
}

/* Runs on the core that opened. */
static void deliver(void *arg1, void *arg2)
{
	struct bdev_desc *desc = arg1;
	const enum bdev_event event = (enum bdev_event)(uintptr_t)arg2;

	if (!desc->closed && desc->event)
		desc->event(event, desc->bdev, desc->arg);
	cos_spin_lock(&bdev_lock);
	const bool unused = --desc->events == 0 && desc->closed;

	cos_spin_unlock(&bdev_lock);
	if (unused)
		cos_free(desc);
}

/* Tells everybody who has it open. With the lock held: a descriptor cannot go meanwhile. */
static void notify(struct bdev *bdev, enum bdev_event event)
{
	for (struct bdev_desc *desc = bdev->descs; desc; desc = desc->next) {
		desc->events++;
		cos_event_call(desc->home, deliver, desc, (void *)(uintptr_t)event);
	}
}

void bdev_notify_blocks(struct bdev *bdev, uint64_t blocks)
{
	cos_spin_lock(&bdev_lock);
	__atomic_store_n(&bdev->blocks, blocks, __ATOMIC_RELEASE);
	notify(bdev, BDEV_EVENT_RESIZE);
	cos_spin_unlock(&bdev_lock);
}

static void destruct(struct bdev *bdev)
{
	void (*done)(void *) = bdev->unregistered;
	void *arg = bdev->unregistered_arg;

	if (bdev->fn->destruct)
		bdev->fn->destruct(bdev->context);
	if (done)
		done(arg);
}

struct last_channel {
	struct bdev *bdev;
	struct cos_poller *poller;
};

static int wait_for_last_channel(void *arg)
{
	struct last_channel *wait = arg;

	if (cos_io_device_unregister(wait->bdev) == -EBUSY)
		return COS_POLLER_IDLE;
	cos_poller_unregister(&wait->poller);
	destruct(wait->bdev);
	cos_free(wait);
	return COS_POLLER_BUSY;
}

/* Nobody has it open any more. */
static void finish(void *arg1, void *arg2)
{
	struct bdev *bdev = arg1;

	(void)arg2;
	if (cos_io_device_unregister(bdev) != -EBUSY) {
		destruct(bdev);
		return;
	}
	/* Other cores are still putting theirs. */
	struct last_channel *wait = cos_zalloc(COS_SMEM, sizeof *wait, COS_CACHE_LINE);

	if (wait)
		wait->poller = cos_poller_register(wait_for_last_channel, wait, LAST_CHANNEL_US);
	if (!wait || !wait->poller) {
		cos_free(wait);
		cos_event_call(bdev->home, finish, bdev, NULL); /* no memory to wait with: ask again and again */
		return;
	}
	wait->bdev = bdev;
}

void bdev_unregister(struct bdev *bdev, void (*done)(void *arg), void *arg)
{
	cos_spin_lock(&bdev_lock);
	if (bdev->removing) {
		cos_spin_unlock(&bdev_lock);
		return;
	}
	bdev->removing = true;
	bdev->unregistered = done;
	bdev->unregistered_arg = arg;
	for (struct bdev **at = &bdevs; *at; at = &(*at)->next) {
		if (*at == bdev) {
			*at = bdev->next;
			break;
		}
	}
	notify(bdev, BDEV_EVENT_REMOVE);
	const bool unused = !bdev->descs;

	cos_spin_unlock(&bdev_lock);
	/* By an event: the caller may still be inside the module's code. */
	if (unused)
		cos_event_call(bdev->home, finish, bdev, NULL);
}

int bdev_open(const char *name, bool write, bdev_event_fn event, void *arg, struct bdev_desc **out)
{
	struct bdev_desc *desc = cos_zalloc(COS_SMEM, sizeof *desc, COS_CACHE_LINE);
	int error = 0;

	if (!desc)
		return -ENOMEM;
	cos_spin_lock(&bdev_lock);
	struct bdev *bdev = find(name);

	if (!bdev) {
		error = -ENODEV;
	} else if (write && bdev->claim) {
		error = -EPERM;
	} else {
		*desc = (struct bdev_desc){
			.bdev = bdev,
			.next = bdev->descs,
			.event = event,
			.arg = arg,
			.home = cos_core_id(),
			.write = write,
		};
		bdev->descs = desc;
	}
	cos_spin_unlock(&bdev_lock);
	if (error)
		cos_free(desc);
	else
		*out = desc;
	return error;
}

void bdev_close(struct bdev_desc *desc)
{
	struct bdev *bdev = desc->bdev;

	cos_spin_lock(&bdev_lock);
	for (struct bdev_desc **at = &bdev->descs; *at; at = &(*at)->next) {
		if (*at == desc) {
			*at = desc->next;
			break;
		}
	}
	desc->closed = true;
	const bool unused = !desc->events, last = bdev->removing && !bdev->descs;

	cos_spin_unlock(&bdev_lock);
	if (unused)
		cos_free(desc); /* otherwise the event on its way does */
	if (last)
		cos_event_call(bdev->home, finish, bdev, NULL);
}

struct bdev *bdev_desc_bdev(const struct bdev_desc *desc) { return desc->bdev; }

struct cos_io_channel *bdev_get_channel(struct bdev_desc *desc)
{
	return cos_load_acquire(&desc->bdev->removing) ? NULL : cos_get_io_channel(desc->bdev);
}

int bdev_claim(struct bdev_desc *desc, struct bdev_module *module)
{
	struct bdev *bdev = desc->bdev;
	bool other_writer = false;

	cos_spin_lock(&bdev_lock);
	for (const struct bdev_desc *other = bdev->descs; other; other = other->next)
		other_writer |= other != desc && other->write;
	const int error = bdev->claim || other_writer ? -EPERM : 0;

	if (!error) {
		bdev->claim = module;
		desc->write = true;
	}
	cos_spin_unlock(&bdev_lock);
	return error;
}

void bdev_release(struct bdev *bdev, struct bdev_module *module)
{
	cos_spin_lock(&bdev_lock);
	if (bdev->claim == module)
		bdev->claim = NULL;
	cos_spin_unlock(&bdev_lock);
}
