// SystemC's library wants a function sc_main for the main() it brings along. Programs here have a main() of their own
// and elaborate systems themselves, so this one is never called.
#include <systemc>

int sc_main(int, char*[]) { return 0; }
