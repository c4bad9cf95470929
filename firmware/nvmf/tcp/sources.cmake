set(MPPA_NVMF_TCP_SOURCES tcp/address.c tcp/connection.c tcp/copy.c tcp/digest.c tcp/memory.c tcp/receive.c tcp/request.c tcp/send.c
  tcp/transport.c)
