//===-- KVXSchedule.td - Resources and latencies ------------*- tablegen -*-===//
//
// Units of one bundle as gas enforces them: four TINY units, of which at most
// two may be used as LITE and one as FULL, one MAU, LSU and BCU, one auxiliary
// read port (stores, accumulators) and one auxiliary write port (loads). The
// limit of eight syllables depends on the size of immediates and is counted by
// the packetizer.
//
// Operand cycles: a result ready at the end of stage E<n> has cycle n, an operand
// read at ID, RR, E1 has cycle 0, 1, 2; LLVM's latency is def - use + 1.
//
//===----------------------------------------------------------------------===//

def TINY0 : FuncUnit;
def TINY1 : FuncUnit;
def TINY2 : FuncUnit;
def TINY3 : FuncUnit;
def LITE0 : FuncUnit;
def LITE1 : FuncUnit;
def FULL  : FuncUnit;
def MAU   : FuncUnit;
def LSU   : FuncUnit;
def BCU   : FuncUnit;
def AUXR  : FuncUnit;
def AUXW  : FuncUnit;

def IIC_TINY      : InstrItinClass; // any ALU slot, also MAU's and LSU's
def IIC_LITE      : InstrItinClass;
def IIC_FULL      : InstrItinClass;
def IIC_SFU       : InstrItinClass; // frecw, frsrw
def IIC_MUL       : InstrItinClass;
def IIC_MAC       : InstrItinClass; // (rd, acc, a, b)
def IIC_FPU       : InstrItinClass;
def IIC_FMA       : InstrItinClass; // (rd, acc, a, b)
def IIC_LOAD      : InstrItinClass; // (rd, base, offset)
def IIC_LOADU     : InstrItinClass; // uncached
def IIC_STORE     : InstrItinClass; // (base, offset, data)
def IIC_LOADC     : InstrItinClass; // (rd, acc, condition, cc, base, offset)
def IIC_STOREC    : InstrItinClass; // (condition, cc, base, offset, data)
def IIC_ALOAD     : InstrItinClass; // (rd, base, offset)
def IIC_ATOMIC    : InstrItinClass; // (rd, base, offset, data)
def IIC_CACHE     : InstrItinClass;
def IIC_BCU       : InstrItinClass; // operands read at ID
def IIC_GET       : InstrItinClass;
def IIC_ALL       : InstrItinClass; // alone in its bundle
def IIC_NONE      : InstrItinClass; // no code

def Tiny : InstrStage<1, [TINY0, TINY1, TINY2, TINY3], 0>;
def Lite : InstrStage<1, [LITE0, LITE1], 0>;
class On<FuncUnit u> : InstrStage<1, [u], 0>;
foreach u = [TINY0, TINY1, TINY2, TINY3, LITE0, LITE1, FULL, MAU, LSU, BCU, AUXR, AUXW] in
  def On#u : On<u>;

def KV3Itineraries : ProcessorItineraries<
  [TINY0, TINY1, TINY2, TINY3, LITE0, LITE1, FULL, MAU, LSU, BCU, AUXR, AUXW], [], [
  InstrItinData<IIC_TINY, [Tiny], [1, 1, 1, 1, 1]>,
  InstrItinData<IIC_LITE, [Tiny, Lite], [1, 1, 1, 1, 1]>,
  InstrItinData<IIC_FULL, [Tiny, Lite, OnFULL], [1, 1, 1]>,
  InstrItinData<IIC_SFU, [Tiny, Lite, OnFULL], [13, 1]>,
  InstrItinData<IIC_MUL, [Tiny, OnMAU], [2, 1, 1]>,
  InstrItinData<IIC_MAC, [Tiny, OnMAU, OnAUXR], [2, 2, 1, 1]>,
  InstrItinData<IIC_FPU, [Tiny, OnMAU], [4, 1, 1]>,
  InstrItinData<IIC_FMA, [Tiny, OnMAU, OnAUXR], [4, 1, 1, 1]>,
  InstrItinData<IIC_LOAD, [Tiny, OnLSU, OnAUXW], [3, 1, 1]>,
  InstrItinData<IIC_LOADU, [Tiny, OnLSU, OnAUXW], [11, 1, 1]>,
  InstrItinData<IIC_STORE, [Tiny, OnLSU, OnAUXR], [1, 1, 2]>,
  // The old value of a conditional load's result is not read but kept.
  InstrItinData<IIC_LOADC, [Tiny, OnLSU, OnAUXW], [3, 4, 1, 1, 1, 1]>,
  InstrItinData<IIC_STOREC, [Tiny, OnLSU, OnAUXR], [1, 1, 1, 1, 2]>,
  InstrItinData<IIC_ALOAD, [Tiny, OnLSU, OnAUXW], [13, 1, 1]>,
  InstrItinData<IIC_ATOMIC, [Tiny, OnLSU, OnAUXR, OnAUXW], [13, 1, 1, 2]>,
  InstrItinData<IIC_CACHE, [Tiny, OnLSU], [1, 1, 1]>,
  InstrItinData<IIC_BCU, [OnBCU], [0, 0, 0]>,
  InstrItinData<IIC_GET, [Tiny, Tiny, OnMAU, OnBCU], [1, 0]>,
  InstrItinData<IIC_ALL, [OnTINY0, OnTINY1, OnTINY2, OnTINY3, OnLITE0, OnLITE1, OnFULL, OnMAU,
                          OnLSU, OnBCU, OnAUXR, OnAUXW], [1, 0, 0]>
]>;

def KV3Model : SchedMachineModel {
  let IssueWidth = 4;
  let MicroOpBufferSize = 0; // in order
  let LoadLatency = 3;
  let HighLatency = 13;
  // Read by the early if-converter only, which weighs half of it against the critical path of a whole
  // trace; chosen by measurement (state machine, sorting, interpreter).
  let MispredictPenalty = 36;
  let PostRAScheduler = 0;   // scheduled and bundled together by KVXVLIWPacketizer
  let CompleteModel = 0;
  let Itineraries = KV3Itineraries;
}
