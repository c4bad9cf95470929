set(MPPA_BDEV_SOURCES bdev.c channel.c io.c reset.c stat.c modules/bdev_delay.c modules/bdev_error.c
  modules/bdev_malloc.c modules/bdev_null.c modules/bdev_nvme.c modules/bdev_passthru.c modules/bdev_raid0.c
  modules/bdev_split.c modules/stacked.c)
