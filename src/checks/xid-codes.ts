import type { XidMove } from './xid-moves.ts';

interface XidCode {
  readonly name: string;
  readonly move: XidMove;
  /** The rest of a sentence. */
  readonly says: string;
}

const copyEngine = 'a copy engine failed while it worked for a program';
const videoDecoder = 'a video decoder failed while it worked for a program';
const imageDecoder = 'an image decoder failed while it worked for a program';
const badCommands = 'a program sent the GPU commands that it can not read';

/**
 * What a driver reports by number, in our words. `move` says what to do: see xid-moves.ts.
 *
 * Source: NVIDIA's Xid catalog for driver 590 as read in November 2026 (numbers, names, classes of action); for 162 to 173,
 * which it lists without an action, gpud and AWS' cluster health check; 64 as DCGM and AWS judge it. The prefix
 * ROBUST_CHANNEL_ is left out of names.
 */
const known: Readonly<Record<number, XidCode>> = {
  8: { name: 'FIFO_ERROR_IDLE_TIMEOUT', move: 'app', says: 'a program got no answer from the GPU in time' },
  11: { name: 'GR_ERROR_MISSING_HW', move: 'app', says: badCommands },
  13: {
    name: 'GR_EXCEPTION',
    move: 'app',
    says: 'a program made the compute engine fail, mostly by a fault of its own',
  },
  25: { name: 'GR_ILLEGAL_NOTIFY', move: 'app', says: badCommands },
  31: { name: 'FIFO_ERROR_MMU_ERR_FLT', move: 'app', says: 'a program reached for GPU memory that it does not have' },
  32: { name: 'PBDMA_ERROR', move: 'app', says: `${badCommands}; where it repeats, the PCIe link spoils them` },
  37: {
    name: 'FECS_ERR_UNIMP_FIRMWARE_METHOD',
    move: 'watch',
    says: 'the firmware was asked for something that it does not know',
  },
  38: { name: 'FECS_ERR_WATCHDOG_TIMEOUT', move: 'watch', says: 'the firmware of the driver missed its watchdog' },
  39: { name: 'CE0_ERROR', move: 'app', says: copyEngine },
  40: { name: 'CE1_ERROR', move: 'app', says: copyEngine },
  41: { name: 'CE2_ERROR', move: 'app', says: copyEngine },
  43: {
    name: 'RESETCHANNEL_VERIF_ERROR',
    move: 'follow',
    says: 'a program was stopped on the GPU, for its own fault or for an earlier Xid',
  },
  44: { name: 'GR_FAULT_DURING_CTXSW', move: 'watch', says: 'a program failed while the GPU switched to another' },
  45: {
    name: 'PREEMPTIVE_REMOVAL',
    move: 'follow',
    says: 'the driver ended a program, because of an earlier error or because the program was stopped',
  },
  46: { name: 'GPU_TIMEOUT_ERROR', move: 'reset', says: 'the GPU stopped working' },
  48: { name: 'GPU_ECC_DBE', move: 'reset', says: 'GPU memory had an error that could not be corrected' },
  54: {
    name: 'SILENT_RUNNING_PWR_REDUCED_CLOCKING',
    move: 'hands',
    says: 'the power cable of the GPU is not connected',
  },
  60: { name: 'SEC2_ERROR', move: 'app', says: 'the security processor failed while it worked for a program' },
  62: { name: 'PMU_HALT_ERROR', move: 'reset', says: 'a controller inside the GPU halted' },
  63: {
    name: 'INFOROM_DRAM_RETIREMENT_EVENT',
    move: 'remap',
    says: 'a failed memory row or page was noted for repair',
  },
  64: {
    name: 'INFOROM_DRAM_RETIREMENT_FAILURE',
    move: 'vendor',
    says: 'a failed memory row or page could not be noted for repair',
  },
  66: {
    name: 'FECS_ERR_REG_ACCESS_VIOLATION',
    move: 'watch',
    says: 'the driver reached for a register that it may not use',
  },
  67: {
    name: 'FECS_ERR_VERIF_VIOLATION',
    move: 'watch',
    says: 'the driver reached for a register that it may not use',
  },
  68: { name: 'NVDEC0_ERROR', move: 'app', says: videoDecoder },
  69: { name: 'GR_CLASS_ERROR', move: 'app', says: 'a program sent the compute engine a command that it refuses' },
  70: { name: 'CE3_ERROR', move: 'app', says: copyEngine },
  71: { name: 'CE4_ERROR', move: 'app', says: copyEngine },
  72: { name: 'CE5_ERROR', move: 'app', says: copyEngine },
  74: { name: 'NVLINK_ERROR', move: 'link', says: 'an NVLink of the GPU failed' },
  75: { name: 'CE6_ERROR', move: 'app', says: copyEngine },
  76: { name: 'CE7_ERROR', move: 'app', says: copyEngine },
  77: { name: 'CE8_ERROR', move: 'app', says: copyEngine },
  78: { name: 'VGPU_START_ERROR', move: 'update', says: 'a virtual GPU could not be started' },
  79: { name: 'GPU_HAS_FALLEN_OFF_THE_BUS', move: 'reboot', says: 'the GPU has fallen off the bus' },
  80: { name: 'PBDMA_PUSHBUFFER_CRC_MISMATCH', move: 'app', says: 'commands on their way to the GPU were spoilt' },
  82: { name: 'NVJPG0_ERROR', move: 'app', says: imageDecoder },
  83: { name: 'NVDEC1_ERROR', move: 'app', says: videoDecoder },
  84: { name: 'NVDEC2_ERROR', move: 'app', says: videoDecoder },
  85: { name: 'CE9_ERROR', move: 'app', says: copyEngine },
  86: { name: 'OFA0_ERROR', move: 'app', says: 'the optical flow engine failed while it worked for a program' },
  88: { name: 'NVDEC3_ERROR', move: 'app', says: videoDecoder },
  89: { name: 'NVDEC4_ERROR', move: 'app', says: videoDecoder },
  92: {
    name: 'EXCESSIVE_SBE_INTERRUPTS',
    move: 'watch',
    says: 'memory errors that were corrected came at a high rate',
  },
  93: {
    name: 'INFOROM_ERASE_LIMIT_EXCEEDED',
    move: 'watch',
    says: 'the memory for settings of the GPU is written too often',
  },
  94: {
    name: 'CONTAINED_ERROR',
    move: 'app',
    says: 'an uncorrected memory error hit one program and was contained to it',
  },
  95: {
    name: 'UNCONTAINED_ERROR',
    move: 'reset',
    says: 'an uncorrected memory error was not contained: every program on the GPU may be wrong',
  },
  96: { name: 'NVDEC5_ERROR', move: 'app', says: videoDecoder },
  97: { name: 'NVDEC6_ERROR', move: 'app', says: videoDecoder },
  98: { name: 'NVDEC7_ERROR', move: 'app', says: videoDecoder },
  99: { name: 'NVJPG1_ERROR', move: 'app', says: imageDecoder },
  100: { name: 'NVJPG2_ERROR', move: 'app', says: imageDecoder },
  101: { name: 'NVJPG3_ERROR', move: 'app', says: imageDecoder },
  102: { name: 'NVJPG4_ERROR', move: 'app', says: imageDecoder },
  103: { name: 'NVJPG5_ERROR', move: 'app', says: imageDecoder },
  104: { name: 'NVJPG6_ERROR', move: 'app', says: imageDecoder },
  105: { name: 'NVJPG7_ERROR', move: 'app', says: imageDecoder },
  106: { name: 'SMBPBI_TEST_MESSAGE', move: 'note', says: 'a test message of the management bus' },
  107: { name: 'SMBPBI_TEST_MESSAGE_SILENT', move: 'note', says: 'a test message of the management bus' },
  109: {
    name: 'CTXSW_TIMEOUT_ERROR',
    move: 'reset',
    says: 'the GPU could not switch from one program to another in time',
  },
  110: { name: 'SEC_FAULT_ERROR', move: 'reset', says: 'the GPU met a security fault' },
  119: {
    name: 'GSP_RPC_TIMEOUT',
    move: 'reset',
    says: 'the firmware of the GPU stopped answering, and every nvidia-smi now waits for it',
  },
  120: { name: 'GSP_ERROR', move: 'reset', says: 'the firmware of the GPU failed' },
  121: { name: 'C2C_ERROR', move: 'watch', says: 'the link between GPU and CPU had an error' },
  126: { name: 'CE10_ERROR', move: 'app', says: copyEngine },
  127: { name: 'CE11_ERROR', move: 'app', says: copyEngine },
  128: { name: 'CE12_ERROR', move: 'app', says: copyEngine },
  129: { name: 'CE13_ERROR', move: 'app', says: copyEngine },
  130: { name: 'CE14_ERROR', move: 'app', says: copyEngine },
  131: { name: 'CE15_ERROR', move: 'app', says: copyEngine },
  132: { name: 'CE16_ERROR', move: 'app', says: copyEngine },
  133: { name: 'CE17_ERROR', move: 'app', says: copyEngine },
  134: { name: 'CE18_ERROR', move: 'app', says: copyEngine },
  135: { name: 'CE19_ERROR', move: 'app', says: copyEngine },
  136: { name: 'ALI_TRAINING_FAIL', move: 'reset', says: 'an NVLink could not be brought up' },
  137: { name: 'NVLINK_PRIV_ERR', move: 'watch', says: 'a program used an NVLink without the right to' },
  139: { name: 'OFA1_ERROR', move: 'app', says: 'the optical flow engine failed while it worked for a program' },
  140: {
    name: 'UNRECOVERABLE_ECC_ERROR_ESCAPE',
    move: 'reset',
    says: 'an uncorrected memory error escaped the repair',
  },
  141: { name: 'FAST_PATH_ERROR', move: 'watch', says: 'the fast path of CUDA had an error' },
  142: { name: 'NVENC3_ERROR', move: 'vendor', says: 'a video encoder failed' },
  143: { name: 'GPU_INIT_ERROR', move: 'reset', says: 'the GPU could not be brought up' },
  144: { name: 'NVLINK_SAW_ERROR', move: 'link', says: 'an NVLink of the GPU reported an error (SAW)' },
  145: { name: 'NVLINK_RLW_ERROR', move: 'link', says: 'an NVLink of the GPU reported an error (RLW)' },
  146: { name: 'NVLINK_TLW_ERROR', move: 'link', says: 'an NVLink of the GPU reported an error (TLW)' },
  147: { name: 'NVLINK_TREX_ERROR', move: 'link', says: 'an NVLink of the GPU reported an error (TREX)' },
  148: { name: 'NVLINK_NVLPW_CTRL_ERROR', move: 'link', says: 'an NVLink of the GPU reported an error (NVLPW)' },
  149: {
    name: 'NVLINK_NETIR_ERROR',
    move: 'link',
    says: 'an NVLink of the GPU lost its connection or reports that it is bad (NETIR)',
  },
  150: { name: 'NVLINK_MSE_ERROR', move: 'link', says: 'an NVLink of the GPU reported an error (MSE)' },
  151: { name: 'KEY_ROTATION_ERROR', move: 'vm', says: 'encryption keys could not be changed' },
  152: { name: 'DLA_SMMU_ERROR', move: 'watch', says: 'a deep learning accelerator met a memory fault' },
  153: { name: 'DLA_TIMEOUT', move: 'watch', says: 'a deep learning accelerator did not answer in time' },
  154: { name: 'GPU_RECOVERY_ACTION_CHANGED', move: 'action', says: 'the driver changed what it asks for' },
  155: { name: 'NVLINK_SW_DEFINED_ERROR', move: 'reset', says: 'an NVLink reported an error that software defines' },
  156: { name: 'RESOURCE_RETIREMENT_EVENT', move: 'remap', says: 'a part of the GPU was noted for retirement' },
  157: { name: 'RESOURCE_RETIREMENT_FAILURE', move: 'vendor', says: 'a part of the GPU could not be retired' },
  158: { name: 'GPU_FATAL_TIMEOUT', move: 'reset', says: 'the GPU did not answer in time and gave up' },
  159: {
    name: 'CHI_NON_DATA_ERROR',
    move: 'watch',
    says: 'the link between GPU and CPU had an error that concerns no data',
  },
  160: { name: 'CHANNEL_RETIREMENT_EVENT', move: 'watch', says: 'a memory channel was noted for retirement' },
  161: { name: 'CHANNEL_RETIREMENT_FAILURE', move: 'watch', says: 'a memory channel could not be retired' },
  162: { name: 'PSHC_REENGAGED', move: 'note', says: 'power smoothing works again' },
  163: { name: 'PSHC_DISENGAGED', move: 'watch', says: 'power smoothing was switched off' },
  164: { name: 'PSHC_LOW_LIFETIME', move: 'watch', says: 'the circuit that smooths power is nearly worn out' },
  165: { name: 'PSHC_ZERO_LIFETIME', move: 'vendor', says: 'the circuit that smooths power is worn out' },
  166: {
    name: 'NVLINK_SECURE_CRYPTO_ERR',
    move: 'reboot',
    says: 'an NVLink carried traffic before its encryption was set up',
  },
  167: {
    name: 'PCIE_FATAL_TIMEOUT',
    move: 'reboot',
    says: 'the PCIe link of the GPU did not answer in time and gave up',
  },
  168: { name: 'REDUCED_GPU_MEMORY_CAPACITY', move: 'reboot', says: 'the GPU came up with less memory than it has' },
  169: { name: 'SEC2_HALT_ERROR', move: 'reboot', says: 'the security processor of the GPU halted' },
  170: { name: 'NVLINK_SECURE_OTHER', move: 'watch', says: 'an NVLink raised an interrupt in confidential mode' },
  171: {
    name: 'UNCORRECTABLE_DRAM_ERROR',
    move: 'detail',
    says: 'the error of Xid 48 is in the memory outside the chip',
  },
  172: {
    name: 'UNCORRECTABLE_SRAM_ERROR',
    move: 'detail',
    says: 'the error of Xid 48 is in the memory inside the chip',
  },
  173: { name: 'C2C_FATAL_LINK_FAILURE', move: 'reboot', says: 'the link between GPU and CPU failed for good' },
};

const unknown: XidCode = {
  name: 'unknown',
  move: 'vendor',
  says: 'an error that the table of the vendor does not explain',
};

/** A number that the catalog does not know or marks as unused is for the vendor, never harmless. */
export const xidCode = (code: number): XidCode => known[code] ?? unknown;

export const knownXids: readonly number[] = Object.keys(known).map(Number);
