/* Numbers of the KV3-1 system function registers (kv3-1 register tables of kalray/binutils and kalray/lao). */
#ifndef KVX_SFR_H
#define KVX_SFR_H

#define KVX_SFR_PC 0	   /* Program Counter */
#define KVX_SFR_PS 1	   /* Processing Status */
#define KVX_SFR_PCR 2	   /* Processing Identification Register */
#define KVX_SFR_RA 3	   /* Return Address */
#define KVX_SFR_CS 4	   /* Compute Status */
#define KVX_SFR_CSIT 5	   /* Compute Status arithmetic Interrupt */
#define KVX_SFR_AESPC 6	   /* Arithmetic Exception Saved PC */
#define KVX_SFR_LS 7	   /* Loop Start address */
#define KVX_SFR_LE 8	   /* Loop Exit address */
#define KVX_SFR_LC 9	   /* Loop Counter */
#define KVX_SFR_IPE 10	   /* Inter Process Event */
#define KVX_SFR_MEN 11	   /* Miscellaneous External Notifications */
#define KVX_SFR_PMC 12	   /* Performance Monitor Control Register */
#define KVX_SFR_PM0 13	   /* Performance Monitor 0 */
#define KVX_SFR_PM1 14	   /* Performance Monitor 1 */
#define KVX_SFR_PM2 15	   /* Performance Monitor 2 */
#define KVX_SFR_PM3 16	   /* Performance Monitor 3 */
#define KVX_SFR_PMSA 17	   /* Performance Monitor Saved Address */
#define KVX_SFR_TCR 18	   /* Timer Control Register */
#define KVX_SFR_T0V 19	   /* Timer 0 value */
#define KVX_SFR_T1V 20	   /* Timer 1 value */
#define KVX_SFR_T0R 21	   /* Timer 0 reload value */
#define KVX_SFR_T1R 22	   /* Timer 1 reload value */
#define KVX_SFR_WDV 23	   /* Watchdog Value */
#define KVX_SFR_WDR 24	   /* Watchdog Reload Value */
#define KVX_SFR_ILE 25	   /* Interrupt Owners */
#define KVX_SFR_ILL 26	   /* Interrupt Owners */
#define KVX_SFR_ILR 27	   /* Interrupt Owners */
#define KVX_SFR_MMC 28	   /* Memory Management Control */
#define KVX_SFR_TEL 29	   /* TLB Entry Low */
#define KVX_SFR_TEH 30	   /* TLB Entry High */
#define KVX_SFR_SYO 32	   /* SYscalls Owners */
#define KVX_SFR_HTO 33	   /* Hardware Trap Owners */
#define KVX_SFR_ITO 34	   /* Interrupt Owners */
#define KVX_SFR_DO 35	   /* Debug Owners */
#define KVX_SFR_MO 36	   /* Miscellaneous Owners */
#define KVX_SFR_PSO 37	   /* Processor Status register Owners */
#define KVX_SFR_DC 40	   /* Debug Control */
#define KVX_SFR_DBA0 41	   /* Debug Breakpoint Address 0 */
#define KVX_SFR_DBA1 42	   /* Debug Breakpoint Address 1 */
#define KVX_SFR_DWA0 43	   /* Debug Watchpoint address 0 */
#define KVX_SFR_DWA1 44	   /* Debug Watchpoint address 1 */
#define KVX_SFR_MES 45	   /* Memory Error Status */
#define KVX_SFR_WS 46	   /* Wake-up Status */
#define KVX_SFR_SPC_PL0 64 /*  */
#define KVX_SFR_SPC_PL1 65 /*  */
#define KVX_SFR_SPC_PL2 66 /*  */
#define KVX_SFR_SPC_PL3 67 /*  */
#define KVX_SFR_SPS_PL0 68 /* Shadow Processing Status for Privilege Level 0 */
#define KVX_SFR_SPS_PL1 69 /* Shadow Processing Status for Privilege Level 1 */
#define KVX_SFR_SPS_PL2 70 /* Shadow Processing Status for Privilege Level 2 */
#define KVX_SFR_SPS_PL3 71 /* Shadow Processing Status for Privilege Level 3 */
#define KVX_SFR_EA_PL0 72  /*  */
#define KVX_SFR_EA_PL1 73  /*  */
#define KVX_SFR_EA_PL2 74  /*  */
#define KVX_SFR_EA_PL3 75  /*  */
#define KVX_SFR_EV_PL0 76  /*  */
#define KVX_SFR_EV_PL1 77  /*  */
#define KVX_SFR_EV_PL2 78  /*  */
#define KVX_SFR_EV_PL3 79  /*  */
#define KVX_SFR_SR_PL0 80  /*  */
#define KVX_SFR_SR_PL1 81  /*  */
#define KVX_SFR_SR_PL2 82  /*  */
#define KVX_SFR_SR_PL3 83  /*  */
#define KVX_SFR_ES_PL0 84  /* Exception Syndrome for Privilege Level 0 */
#define KVX_SFR_ES_PL1 85  /* Exception Syndrome for Privilege Level 1 */
#define KVX_SFR_ES_PL2 86  /* Exception Syndrome for Privilege Level 2 */
#define KVX_SFR_ES_PL3 87  /* Exception Syndrome for Privilege Level 3 */
#define KVX_SFR_SYOW 96	   /* SYscalls Owners */
#define KVX_SFR_HTOW 97	   /* Hardware Trap Owners */
#define KVX_SFR_ITOW 98	   /* Interrupt Owners */
#define KVX_SFR_DOW 99	   /* Debug Owners */
#define KVX_SFR_MOW 100	   /* Miscellaneous Owners */
#define KVX_SFR_PSOW 101   /* Processor Status register Owners */
#define KVX_SFR_SPC 128	   /*  */
#define KVX_SFR_SPS 132	   /* Shadow Processing Status */
#define KVX_SFR_EA 136	   /*  */
#define KVX_SFR_EV 140	   /*  */
#define KVX_SFR_SR 144	   /*  */
#define KVX_SFR_ES 148	   /* Exception Syndrome */

/* Fields of PS. */
#define KVX_PS_PL 0x3u
#define KVX_PS_ET (1u << 2)
#define KVX_PS_HTD (1u << 3)
#define KVX_PS_IE (1u << 4)
#define KVX_PS_HLE (1u << 5)
#define KVX_PS_DAUS (1u << 7)
#define KVX_PS_ICE (1u << 8)
#define KVX_PS_USE (1u << 9)
#define KVX_PS_DCE (1u << 10)
#define KVX_PS_MME (1u << 11)
#define KVX_PS_IL_SHIFT 12
#define KVX_PS_V64 (1u << 16)

/* Operand of wfxl/wfxm: bits of the lower (upper) half to set and to clear. */
#define KVX_WFX(set, clear) ((unsigned long)(set) << 32 | (unsigned)(clear))

#endif
