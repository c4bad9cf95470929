/*
 * I/O devices and channels, as in SPDK: a device is anything that work is submitted to (an NVMe controller, a bdev, a
 * crypto unit), known by a unique pointer. A channel is a core's private context for it: queues, pools, counters, so
 * that submitting needs no locks. Channels are counted; the second get on a core gives the same channel.
 */
#ifndef COS_IO_CHANNEL_H
#define COS_IO_CHANNEL_H

#include <stddef.h>
#include <stdint.h>

struct cos_io_channel;

/* Called on the core that gets (puts) its first (last) channel. Non-zero refuses the channel. */
typedef int (*cos_channel_create_fn)(void *io_device, void *context);
typedef void (*cos_channel_destroy_fn)(void *io_device, void *context);

/* `context_bytes` of cleared memory come with each channel. 0, or a negative errno (-EEXIST, -ENOMEM). Any core. */
int cos_io_device_register(void *io_device, const char *name, size_t context_bytes, cos_channel_create_fn create,
			   cos_channel_destroy_fn destroy);
/* 0, -ENODEV, or -EBUSY while a core still has a channel. */
int cos_io_device_unregister(void *io_device);

/* The calling core's channel, or NULL. */
struct cos_io_channel *cos_get_io_channel(void *io_device);
void cos_put_io_channel(struct cos_io_channel *channel);
/* The memory that came with the channel. */
void *cos_io_channel_context(struct cos_io_channel *channel);
void *cos_io_channel_device(struct cos_io_channel *channel);

/* Calls fn(channel, arg) on every core that has a channel of the device, one after the other; done(arg) on this core at
 * the end. */
typedef void (*cos_channel_fn)(struct cos_io_channel *channel, void *arg);
void cos_for_each_channel(void *io_device, cos_channel_fn fn, void *arg, void (*done)(void *arg));

#endif
