import { defineSignatures, type KernelSignature } from '../../core/signature.ts';

const services = ['kernel'] as const;

/** What the kernel says of the machine: tasks, CPUs, memory, the PCIe bus, tables that are full. */
export const kernel = defineSignatures<KernelSignature>([
  {
    id: 'OS-HUNG',
    services,
    about: 'machine',
    status: 'critical',
    holds: 'minutes',
    pattern: /INFO: task (?<on>\S+):\d+ blocked (?:in I\/O wait )?for more than \d+ seconds/,
    meaning: 'A task is stuck inside the kernel',
    advice:
      'It waits for a disk, a network mount or a driver and can not be killed: mend what it waits for, do not start a second one.',
    restartHelps: 'no',
    examples: [
      'INFO: task nvidia-smi:4242 blocked for more than 120 seconds.',
      'INFO: task kworker/u64:3:981 blocked for more than 245 seconds.',
    ],
    source: 'Linux kernel/hung_task.c; node-problem-detector, gpud',
  },
  {
    id: 'OS-LOCKUP',
    services,
    about: 'machine',
    status: 'critical',
    holds: 'minutes',
    pattern:
      /BUG: soft lockup - (?<on>CPU#\d+) stuck for|Watchdog detected hard LOCKUP on cpu \d+|rcu: INFO: rcu_\w+ (?:self-)?detected (?:expedited )?stalls? on/,
    meaning: 'A CPU does not come back from the kernel',
    advice:
      'Save what the node shows, then drain and reboot it; a driver or the host below a virtual machine is stuck.',
    restartHelps: 'no',
    examples: [
      'watchdog: BUG: soft lockup - CPU#11 stuck for 26s! [nvidia-smi:4242]',
      'NMI watchdog: Watchdog detected hard LOCKUP on cpu 7',
      'rcu: INFO: rcu_sched detected stalls on CPUs/tasks:',
    ],
    source: 'Linux kernel/watchdog.c, kernel/rcu/tree_stall.h; gpud cpu',
  },
  {
    id: 'OS-BUG',
    services,
    about: 'machine',
    status: 'critical',
    holds: 'hours',
    pattern:
      /^kernel BUG at |^BUG: (?:unable to handle|kernel NULL pointer|Bad page)|^Oops: |general protection fault, (?:maybe|probably)|^Kernel panic - not syncing/,
    meaning: 'The kernel or a driver crashed',
    advice:
      'Keep the lines after it for whoever maintains the driver, then drain and reboot: what runs now may be damaged.',
    restartHelps: 'no',
    examples: [
      'kernel BUG at mm/slub.c:315!',
      'BUG: unable to handle page fault for address: ffffb9c1c0a3f000',
      'Oops: 0000 [#1] PREEMPT SMP NOPTI',
    ],
    source: 'Linux arch/x86/mm/fault.c; node-problem-detector KernelOops',
  },
  {
    id: 'OS-MCE',
    services,
    about: 'machine',
    status: 'critical',
    holds: 'hours',
    pattern:
      /\[Hardware Error\]:.{0,80}(?:\bUncorrected|\bfatal\b|Processor context corrupt)|EDAC (?<on>\w+): \d+ UE /i,
    meaning: 'A processor, its memory or its bus reported an error that could not be corrected',
    advice: 'Drain the node and have its memory and processor checked; results of the last hours may be wrong.',
    restartHelps: 'no',
    examples: [
      '{1}[Hardware Error]: event severity: fatal',
      'mce: [Hardware Error]: Machine check: Processor context corrupt',
      'EDAC MC0: 1 UE memory read error on CPU_SrcID#0_MC#0_Chan#1_DIMM#0',
    ],
    source: 'Linux arch/x86/kernel/cpu/mce, drivers/firmware/efi/cper.c, drivers/edac',
  },
  {
    id: 'OS-CE',
    services,
    about: 'machine',
    status: 'degraded',
    holds: 'hours',
    pattern: /EDAC (?<on>\w+): \d+ CE |mce: \[Hardware Error\]: Machine check events logged/,
    meaning: 'The host memory or a processor corrected an error',
    advice: 'One is no harm; where they repeat, have the memory module of that channel replaced.',
    restartHelps: 'no',
    examples: [
      'EDAC MC1: 1 CE memory read error on CPU_SrcID#1_MC#0_Chan#0_DIMM#0 (channel:0 slot:0)',
      'mce: [Hardware Error]: Machine check events logged',
    ],
    source: 'Linux drivers/edac, arch/x86/kernel/cpu/mce; rasdaemon',
  },
  {
    id: 'OS-AER-FATAL',
    services,
    about: 'machine',
    status: 'critical',
    holds: 'hours',
    pattern:
      /(?:^|\s)(?<on>[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.\d): (?:AER: )?(?:Uncorrect(?:ed|able) \(Fatal\)|PCIe Bus Error: severity=Uncorrect(?:ed|able) \(Fatal\))/,
    meaning: 'A PCIe link failed for good',
    advice:
      'See which device stands behind this port (lspci -t): drain the node; a reseat or a cold power cycle is often needed.',
    restartHelps: 'no',
    examples: [
      'pcieport 0000:00:03.0: AER: Uncorrected (Fatal) error received',
      'pcieport 0000:80:01.1: PCIe Bus Error: severity=Uncorrectable (Fatal), type=Transaction Layer, (Receiver ID)',
    ],
    source: 'Linux drivers/pci/pcie/aer.c; public reports',
  },
  {
    id: 'OS-AER',
    services,
    about: 'machine',
    status: 'degraded',
    holds: 'hours',
    least: 10,
    pattern:
      /(?:^|\s)(?<on>[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.\d): (?:AER: )?(?:(?:Multiple )?(?:Correct(?:ed|able)|Uncorrect(?:ed|able) \(Non-Fatal\)) error|PCIe Bus Error: severity=(?:Correct|Uncorrect(?:ed|able) \(Non))/,
    meaning: 'A PCIe link needs many corrections',
    advice: 'Compare with the other ports; a riser, a cable or the slot is bad, and it may get worse.',
    restartHelps: 'no',
    examples: [
      'pcieport 0000:00:01.0: AER: Corrected error received: 0000:01:00.0',
      'pcieport 0000:00:1c.5: AER: Multiple Corrected error received: 0000:00:1c.5',
      'nvme 0000:01:00.0: PCIe Bus Error: severity=Corrected, type=Physical Layer, (Receiver ID)',
    ],
    source: 'Linux drivers/pci/pcie/aer.c',
  },
  {
    id: 'OS-OOM',
    services,
    about: 'memory',
    status: 'critical',
    holds: 'hours',
    pattern:
      /^oom-kill:constraint=\w+,|[Oo]ut of memory: Kill(?:ed)? process \d+ \(|^Killed process \d+,? (?:UID \d+, )?\(/,
    meaning: 'The kernel killed a process because memory was used up',
    advice: 'See node.oom: it tells whose process it was, and whether the node or a control group was full.',
    restartHelps: 'after-fix',
    examples: [
      'oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/oomlab,task_memcg=/oomlab,task=python3,pid=28760,uid=0',
      'Memory cgroup out of memory: Killed process 28760 (python3) total-vm:71048kB, anon-rss:61184kB, file-rss:6664kB, shmem-rss:0kB, UID:0 pgtables:184kB oom_score_adj:0',
      'Out of memory: Killed process 1234 (llama-server) total-vm:1kB',
      'Killed process 4711, UID 1000, (python) total-vm:8393464kB, anon-rss:7968000kB, file-rss:0kB',
    ],
    source: 'recorded: Linux 6.18, a memory cgroup of 60 MiB; Linux 3.10 mm/oom_kill.c',
  },
  {
    id: 'OS-FILEMAX',
    services,
    about: 'machine',
    status: 'critical',
    holds: 'minutes',
    pattern: /VFS: file-max limit \d+ reached/,
    meaning: 'The node has no file handles left',
    advice: 'Find the process with the most open files and restart that one; then raise fs.file-max.',
    restartHelps: 'maybe',
    examples: ['VFS: file-max limit 65536 reached'],
    source: 'Linux fs/file_table.c; gpud os',
  },
  {
    id: 'OS-CONNTRACK',
    services,
    about: 'machine',
    status: 'degraded',
    holds: 'minutes',
    pattern: /nf_conntrack: (?:\S+ )?table full, dropping packet/,
    meaning: 'The firewall tracks too many connections and drops packets',
    advice: 'Raise net.netfilter.nf_conntrack_max, or find who opens that many connections.',
    restartHelps: 'no',
    examples: ['nf_conntrack: table full, dropping packet', 'nf_conntrack: nf_conntrack: table full, dropping packet'],
    source: 'Linux net/netfilter/nf_conntrack_core.c',
  },
]);
