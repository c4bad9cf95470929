set(MPPA_NVMF_SOURCES admin.c command.c ctrlr.c events.c fabrics.c features.c group.c identify.c io.c io_ranges.c limits.c
  log_page.c methods.c methods_show.c namespace.c qpair.c queue_commands.c remote.c subsystem.c target.c)
