set(MPPA_MGMT_SOURCES bdev_methods.c channel.c framework.c json.c json_write.c nvme_methods.c replicate.c request.c server.c stacked_methods.c)
