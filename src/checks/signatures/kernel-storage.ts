import { defineSignatures, type KernelSignature } from '../../core/signature.ts';

const services = ['kernel'] as const;
const about = 'storage' as const;

/** What the kernel says of disks, filesystems and file servers. */
export const kernelStorage = defineSignatures<KernelSignature>([
  {
    id: 'OS-RO',
    services,
    about,
    status: 'critical',
    holds: 'boot',
    pattern:
      /\((?<on>[^)]+)\): Remounting filesystem read-only|XFS \((?<xfs>[^)]+)\): (?:Filesystem has been shut down|Corruption of in-memory data.{0,20}[Ss]hutting down)|BTRFS \w+ \(device (?<btrfs>[^)]+)\):.{0,60}forced readonly/,
    over: /\((?<on>[^)]+)\): re-mounted \S+ r\/w/,
    meaning: 'A filesystem met an error and takes no more writes',
    advice:
      'Save what is on it; a person must check the disk and the filesystem before it is mounted for writing again.',
    restartHelps: 'no',
    examples: [
      'EXT4-fs (nvme0n1p1): Remounting filesystem read-only',
      'XFS (sdb1): Filesystem has been shut down due to log error (0x2).',
      'BTRFS info (device sdc): forced readonly',
    ],
    source: 'Linux fs/ext4/super.c, fs/xfs, fs/btrfs; node-problem-detector, gpud disk',
  },
  {
    id: 'OS-FSERR',
    services,
    about,
    status: 'degraded',
    holds: 'hours',
    pattern:
      /EXT4-fs error \(device (?<on>[^)]+)\)|XFS \((?<xfs>[^)]+)\): (?:[Mm]etadata (?:corruption|I\/O error)|log I\/O error)|BTRFS (?:error|critical) \(device (?<btrfs>[^) ]+)/,
    meaning: 'A filesystem found itself damaged',
    advice: 'Look for I/O errors of its disk before it; plan a filesystem check while nothing uses it.',
    restartHelps: 'no',
    examples: [
      'EXT4-fs error (device sda1): ext4_find_entry:1455: inode #2: comm python3: reading directory lblock 0',
      'XFS (dm-0): metadata I/O error in "xfs_da_read_buf+0xd9/0x130 [xfs]" at daddr 0x8 len 8 error 5',
      'BTRFS error (device nvme1n1): bdev /dev/nvme1n1 errs: wr 0, rd 12, flush 0, corrupt 0, gen 0',
    ],
    source: 'Linux fs/ext4, fs/xfs, fs/btrfs; gpud disk',
  },
  {
    id: 'OS-BLKIO',
    services,
    about,
    status: 'degraded',
    holds: 'hours',
    // Drives without a medium complain whenever somebody looks at them.
    pattern:
      /(?:I\/O|critical (?:medium|target)|protection) error, dev (?<on>(?!fd\d|sr\d|loop)[\w-]+),|Buffer I\/O error on dev(?:ice)? (?<buffer>(?!fd\d|sr\d|loop)[\w-]+),/,
    meaning: 'A disk fails to read or write',
    advice: 'See the health of the disk (smartctl, nvme smart-log) and copy what is on it; keep services off it.',
    restartHelps: 'no',
    examples: [
      'blk_update_request: I/O error, dev sdb, sector 12345678 op 0x0:(READ) flags 0x80700 phys_seg 1 prio class 0',
      'critical medium error, dev nvme0n1, sector 1953525160 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 2',
      'Buffer I/O error on dev dm-2, logical block 0, async page read',
    ],
    source: 'Linux block/blk-core.c, fs/buffer.c; gpud disk',
  },
  {
    id: 'OS-NVMEGONE',
    services,
    about,
    status: 'critical',
    holds: 'boot',
    pattern:
      /nvme (?<on>nvme\d+): (?:Device not ready; aborting|Removing after probe failure|Disabling device after reset failure|Removing \(probe failure)/,
    meaning: 'An NVMe disk stopped answering and was given up',
    advice: 'A cold power cycle may bring it back for long enough to copy it; then it is to be replaced.',
    restartHelps: 'no',
    examples: [
      'nvme nvme2: Device not ready; aborting reset, CSTS=0x1',
      'nvme nvme0: Removing after probe failure status: -19',
    ],
    source: 'Linux drivers/nvme/host/pci.c; gpud disk',
  },
  {
    id: 'OS-NVME',
    services,
    about,
    status: 'degraded',
    holds: 'hours',
    pattern:
      /nvme (?<on>nvme\d+): (?:I\/O (?:tag )?\d+ .{0,60}timeout|controller is down; will reset|Abort status: 0x)/,
    meaning: 'An NVMe disk answers too late',
    advice: 'See its health (nvme smart-log) and its temperature; a disk that does this often is about to fail.',
    restartHelps: 'no',
    examples: [
      'nvme nvme1: I/O 423 QID 7 timeout, aborting',
      'nvme nvme0: I/O tag 192 (a0c0) opcode 0x2 (I/O Cmd) QID 5 timeout, aborting req_op:READ(0) size:131072',
      'nvme nvme0: controller is down; will reset: CSTS=0xffffffff, PCI_STATUS=0x10',
    ],
    source: 'Linux drivers/nvme/host/pci.c',
  },
  {
    id: 'OS-NFS',
    services,
    about,
    status: 'critical',
    holds: 'hours',
    pattern: /nfs: server (?<on>\S+) not responding, (?:still trying|timed out)/,
    over: /nfs: server (?<on>\S+) OK/,
    meaning: 'A file server does not answer',
    advice:
      'See whether the node reaches the server; whatever touches a mount of it hangs until it answers or is unmounted lazily.',
    restartHelps: 'no',
    examples: [
      'nfs: server 10.0.0.5 not responding, still trying',
      'nfs: server files.internal not responding, timed out',
    ],
    source: 'Linux fs/nfs, net/sunrpc; gpud nfs',
  },
]);
