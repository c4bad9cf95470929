set(MPPA_NET_SOURCES buf.c checksum.c ether.c icmp.c ip.c stack.c udp.c tcp/tcp_congestion.c tcp/tcp_conn.c
  tcp/tcp_cookie.c tcp/tcp_input.c tcp/tcp_options.c tcp/tcp_output.c tcp/tcp_recovery.c tcp/tcp_timer.c)
