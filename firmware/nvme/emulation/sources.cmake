set(MPPA_EMULATION_SOURCES bounce.c core.c execute.c fetch.c functions.c interrupts.c post.c prp.c queues.c sgl.c)
