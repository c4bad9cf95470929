/* Addresses as text and as the stack has them. */
#ifndef NVMF_TCP_ADDRESS_H
#define NVMF_TCP_ADDRESS_H

#include "net/net.h"
#include "nvmf/target.h"

/* traddr of an NVMe-oF address; all zero for the unspecified one. False: no IPv4 or IPv6 address. */
bool address_parse(const char *text, struct net_addr *out);
/* trsvcid. False: no number from 1 to 65535. */
bool address_parse_port(const char *text, uint16_t *out);
/* Sets traddr and adrfam. */
void address_set_traddr(struct nvmf_address *address, const struct net_addr *addr);

#endif
