set(MPPA_BDEV_SOURCES bdev.c channel.c io.c reset.c stat.c modules/bdev_malloc.c modules/bdev_null.c
  modules/bdev_nvme.c)
