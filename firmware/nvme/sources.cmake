set(MPPA_NVME_SOURCES driver/admin.c driver/ctrlr.c driver/io.c driver/messages.c driver/qpair.c driver/queues.c
  driver/setup.c)
