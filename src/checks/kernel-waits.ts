/** Where in the kernel a process sleeps, and whom it waits for there. */
interface KernelWait {
  readonly pattern: RegExp;
  /** Names of kernel functions that it is about, and no row before it. */
  readonly examples: readonly string[];
  readonly whom: 'fuse' | 'nfs' | 'driver' | 'storage';
}

/**
 * The first row that fits counts. Sources: recorded waits on FUSE; names of functions in Linux (fs/fuse, net/sunrpc,
 * fs/nfs, mm/filemap.c, fs/ext4, fs/xfs, block, drivers/gpu). The NVIDIA driver is judged by `gpu.wedged`.
 */
export const kernelWaits: readonly KernelWait[] = [
  {
    pattern: /^(?:request_wait_answer|fuse_|__fuse_|flush_bg_queue)/,
    examples: ['request_wait_answer', 'fuse_dev_do_read', '__fuse_simple_request'],
    whom: 'fuse',
  },
  {
    pattern: /^(?:rpc_|nfs_|nfs4_|__rpc_|call_|cifs_|wait_for_response|ceph_|cl_sync_io|ll_)/,
    examples: [
      'rpc_wait_bit_killable',
      'nfs_wait_bit_killable',
      'nfs4_proc_lock',
      'wait_for_response',
      'ceph_mdsc_do_request',
    ],
    whom: 'nfs',
  },
  {
    pattern: /^(?:amdgpu_|kfd_|kgd2kfd|drm_|dma_fence|ttm_|vfio_)/,
    examples: ['amdgpu_device_gpu_recover', 'dma_fence_default_wait', 'vfio_pci_core_disable'],
    whom: 'driver',
  },
  {
    pattern:
      /^(?:folio_wait|wait_on_page|__lock_page|io_schedule|wait_on_buffer|__wait_on_buffer|blk_|submit_bio_wait|jbd2_|ext4_|xfs_|btrfs_|balance_dirty_pages|do_get_write_access|filemap_|bit_wait_io|rq_qos_wait|wbt_wait)/,
    examples: [
      'folio_wait_bit_common',
      'wait_on_page_bit',
      'io_schedule',
      'jbd2_log_wait_commit',
      'xfs_log_force',
      'balance_dirty_pages',
    ],
    whom: 'storage',
  },
];

export const waitsFor = (kernelFunction: string): KernelWait['whom'] | undefined =>
  kernelWaits.find(({ pattern }) => pattern.test(kernelFunction))?.whom;
