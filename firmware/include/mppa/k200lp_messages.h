/* Message types of the storage node's firmware between the cores of the chip (cos/reactor.h, cos_msg_send). Types below
 * COS_MSG_USER (8) are ClusterOS's. Each library numbers its own operations inside the payload. */
#ifndef MPPA_K200LP_MESSAGES_H
#define MPPA_K200LP_MESSAGES_H

enum k200lp_message {
  K200LP_MSG_NVME = 8,       /* firmware/nvme: queue pairs of SSDs */
  K200LP_MSG_BDEV = 9,       /* firmware/bdev */
  K200LP_MSG_NVMF = 10,      /* firmware/nvmf: admin commands and queues of the target */
  K200LP_MSG_MGMT = 11,      /* firmware/mgmt: replication of management requests */
  K200LP_MSG_EMULATION = 12, /* firmware/nvme/emulation: queues of emulated controllers */
  K200LP_MSG_NVMF_TCP = 13,  /* firmware/nvmf/tcp */
};

#endif
