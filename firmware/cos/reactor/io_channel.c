#include "cos/io_channel.h"

#include <errno.h>
#include <stdbool.h>

#include "cos/arena.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/reactor.h"
#include "cos/ring.h"
#include "cos/sync.h"

struct device {
	void *io_device;
	const char *name;
	size_t context_bytes;
	cos_channel_create_fn create;
	cos_channel_destroy_fn destroy;
	uint32_t channels; /* of all cores */
	struct device *next;
};

struct cos_io_channel {
	struct device *device;
	uint32_t references;
	struct cos_io_channel *next;
};

static struct device *devices;
static struct cos_spinlock lock;
static struct cos_io_channel *channels[MPPA_CORES]; /* each list belongs to its core */

static struct device *find_device(const void *io_device)
{
	struct device *device = devices;

	while (device && device->io_device != io_device)
		device = device->next;
	return device;
}

int cos_io_device_register(void *io_device, const char *name, size_t context_bytes, cos_channel_create_fn create,
			   cos_channel_destroy_fn destroy)
{
	struct device *device = cos_zalloc(COS_SMEM, sizeof *device, COS_CACHE_LINE);
	int error = 0;

	if (!device)
		return -ENOMEM;
	*device = (struct device){io_device, name, context_bytes, create, destroy, 0, NULL};
	cos_spin_lock(&lock);
	if (find_device(io_device)) {
		error = -EEXIST;
	} else {
		device->next = devices;
		devices = device;
	}
	cos_spin_unlock(&lock);
	if (error)
		cos_free(device);
	return error;
}

int cos_io_device_unregister(void *io_device)
{
	struct device *device = NULL;
	int error = -ENODEV;

	cos_spin_lock(&lock);
	for (struct device **at = &devices; *at; at = &(*at)->next) {
		if ((*at)->io_device != io_device)
			continue;
		error = (*at)->channels ? -EBUSY : 0;
		if (!error) {
			device = *at;
			*at = device->next;
		}
		break;
	}
	cos_spin_unlock(&lock);
	cos_free(device);
	return error;
}

static struct cos_io_channel *find_channel(unsigned core, const void *io_device)
{
	struct cos_io_channel *channel = channels[core];

	while (channel && channel->device->io_device != io_device)
		channel = channel->next;
	return channel;
}

static size_t context_offset(void) { return (sizeof(struct cos_io_channel) + COS_CACHE_LINE - 1) & -COS_CACHE_LINE; }

struct cos_io_channel *cos_get_io_channel(void *io_device)
{
	const unsigned core = cos_core_id();
	struct cos_io_channel *channel = find_channel(core, io_device);

	if (channel) {
		channel->references++;
		return channel;
	}
	cos_spin_lock(&lock);
	struct device *device = find_device(io_device);

	if (device)
		device->channels++; /* keeps the device */
	cos_spin_unlock(&lock);
	if (!device)
		return NULL;
	channel = cos_zalloc(COS_SMEM, context_offset() + device->context_bytes, COS_CACHE_LINE);
	if (channel) {
		channel->device = device;
		channel->references = 1;
		if (!device->create || device->create(io_device, cos_io_channel_context(channel)) == 0) {
			channel->next = channels[core];
			channels[core] = channel;
			return channel;
		}
	}
	cos_free(channel);
	__atomic_fetch_sub(&device->channels, 1, __ATOMIC_RELEASE);
	return NULL;
}

void cos_put_io_channel(struct cos_io_channel *channel)
{
	struct device *device = channel->device;

	if (--channel->references)
		return;
	struct cos_io_channel **at = &channels[cos_core_id()];

	while (*at && *at != channel)
		at = &(*at)->next;
	if (!*at)
		cos_panic("channel of %s put on a core that does not have it", device->name);
	*at = channel->next;
	if (device->destroy)
		device->destroy(device->io_device, cos_io_channel_context(channel));
	cos_free(channel);
	__atomic_fetch_sub(&device->channels, 1, __ATOMIC_RELEASE);
}

void *cos_io_channel_context(struct cos_io_channel *channel) { return (char *)channel + context_offset(); }
void *cos_io_channel_device(struct cos_io_channel *channel) { return channel->device->io_device; }

struct visit {
	void *io_device;
	cos_channel_fn fn;
	void *arg;
	void (*done)(void *arg);
};

static void visit_core(void *arg1, void *arg2)
{
	struct visit *visit = arg1;
	struct cos_io_channel *channel = find_channel(cos_core_id(), visit->io_device);

	(void)arg2;
	if (channel)
		visit->fn(channel, visit->arg);
}

static void visited(void *arg1, void *arg2)
{
	struct visit *visit = arg1;

	(void)arg2;
	if (visit->done)
		visit->done(visit->arg);
	cos_free(visit);
}

void cos_for_each_channel(void *io_device, cos_channel_fn fn, void *arg, void (*done)(void *arg))
{
	struct visit *visit = cos_alloc(COS_SMEM, sizeof *visit, COS_CACHE_LINE);

	if (!visit)
		cos_panic("no memory for a round of the channels");
	*visit = (struct visit){io_device, fn, arg, done};
	/* A core outside the round, such as the RM, visits its own channel first. */
	if (cos_core_id() == MPPA_RM)
		visit_core(visit, NULL);
	cos_for_each_reactor(visit_core, visit, NULL, visited);
}
