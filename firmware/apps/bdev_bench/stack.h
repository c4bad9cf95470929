/* Bdevs on the SSDs', or beside them, for the benchmark to use. */
#ifndef BDEV_BENCH_STACK_H
#define BDEV_BENCH_STACK_H

/* On the RM of each cluster that does I/O, when the SSDs' bdevs are there. `kind`: a module on every SSD (passthru,
 * delay, error, split), raid0 over all of them, or malloc or null beside them. Ends the run if that fails. */
void stack_create(const char *kind);

#endif
