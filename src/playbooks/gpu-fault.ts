import { definePlaybook } from '../core/playbook.ts';

/** Checks of the GPUs themselves; whose words say which move it is: see xid-moves.ts and gpu-memory-faults.ts. */
const person = ['{next}'];

/**
 * The gravest move first: of several faults the mildest repair would be for nothing.
 *
 * Source: the field's rules 8.2 and 8.3, its ladder of moves, and what is safe to automate: only the program is ours.
 */
export const gpuFault = definePlaybook({
  name: 'gpu_fault',
  title: 'Mend what a faulty GPU or its driver asks for',
  summary:
    'Says the one move that the faults of a GPU call for: replace it, cut the power, reboot, reset, mend the driver. A person does those; a service that an error of the GPU has hit is restarted.',
  symptoms: [
    { check: 'gpu.hit' },
    { check: 'gpu.xid', status: ['critical'] },
    { check: 'gpu.xid', says: ['dcgmi diag'] },
    { check: 'gpu.xid', says: ['Reset the GPU at a quiet time'] },
    { check: 'gpu.xid', says: ['versions that fit each other'] },
    { check: 'gpu.recovery' },
    { check: 'gpu.ecc', status: ['critical'] },
    { check: 'gpu.sram' },
    { check: 'gpu.remap', status: ['critical'] },
    { check: 'gpu.retired' },
    { check: 'gpu.repair' },
    { check: 'gpu.pci' },
    { check: 'gpu.count' },
    { check: 'gpu.wedged', status: ['critical'] },
    { check: 'gpu.nvml' },
    { check: 'gpu.driver' },
    { check: 'gpu.uvm', status: ['critical'] },
    { check: 'gpu.fabric' },
    { check: 'amd.present', status: ['critical'] },
    { check: 'amd.smi', status: ['critical'] },
    { check: 'amd.klog' },
  ],
  diagnose: [
    { asks: 'Are all GPUs on the bus?', checks: ['gpu.pci', 'gpu.count', 'amd.present'] },
    { asks: 'Does the driver answer?', checks: ['gpu.wedged', 'gpu.nvml', 'gpu.driver', 'gpu.uvm', 'amd.smi'] },
    { asks: 'Does it ask for nothing?', checks: ['gpu.recovery'] },
    { asks: 'Has it reported no error?', checks: ['gpu.xid', 'amd.klog'] },
    {
      asks: 'Is the memory of the GPUs sound?',
      checks: ['gpu.ecc', 'gpu.sram', 'gpu.remap', 'gpu.retired', 'gpu.repair'],
    },
    { asks: 'Have they joined their fabric?', checks: ['gpu.fabric'] },
    { asks: 'Was no service hit that still runs?', checks: ['gpu.hit'] },
    { asks: 'Do the services run?', checks: ['manager.reach', 'service.running'] },
    { asks: 'Do they answer?', checks: ['service.health'] },
  ],
  remedies: [
    {
      name: 'replace',
      when: [{ check: 'gpu.*', of: 'node', says: ['is to be replaced'] }],
      because: 'The GPU is worn out, no reset mends it: {finding}.',
      person,
    },
    {
      name: 'vendor',
      when: [{ check: 'gpu.xid', says: ['contact the vendor'] }],
      because: 'This is for the vendor: {finding}.',
      person,
    },
    {
      name: 'power_cycle',
      when: [{ check: 'gpu.pci', status: ['critical'], says: ['cut its power'] }],
      because: 'The GPU is off the bus, where a warm reboot often leaves it: {finding}.',
      person,
    },
    {
      name: 'as_driver_asks',
      when: [{ check: 'gpu.recovery' }],
      because: 'The driver says itself what it needs, and knows better than any table: {finding}.',
      person,
    },
    {
      name: 'reboot',
      when: [{ check: '*', of: 'node', status: ['critical'], says: ['reboot it'] }],
      because: 'Only a reboot, often a cold one, brings this back: {finding}.',
      person,
    },
    {
      name: 'driver',
      when: [{ check: 'gpu.driver' }],
      because: 'The driver is the trouble, not the GPU: {finding}.',
      person,
    },
    {
      name: 'fabric',
      when: [{ check: 'gpu.fabric' }],
      because: 'The fabric between the GPUs is the trouble: {finding}.',
      person,
    },
    {
      name: 'reset',
      when: [{ check: 'gpu.*', of: 'node', status: ['critical'], says: ['reset'] }],
      because: 'The GPU has to be reset, which ends all that uses it: {finding}.',
      person,
    },
    {
      name: 'reset_later',
      when: [{ check: 'gpu.*', of: 'node', says: ['at a quiet time'] }],
      because: 'It works on, and a repair waits for a quiet time: {finding}.',
      person,
    },
    {
      name: 'test',
      when: [{ check: 'gpu.xid', says: ['dcgmi diag'] }],
      because: 'The GPU itself is suspected: {finding}.',
      person,
    },
    {
      name: 'as_found',
      when: [{ check: '*', of: 'node', status: ['critical'] }],
      because: '{finding}.',
      person,
    },
    {
      name: 'restart_app',
      when: [{ check: 'gpu.hit', restartHelps: ['yes'], of: 'service' }],
      because: '{finding}. The GPU is well; only a start anew gives {service} back what it had there.',
      keep: ['gpu.xid', 'gpu.hit', 'service.running', 'service.health'],
      do: [{ action: 'service.restart', args: { service: '{service}' } }],
    },
    {
      name: 'as_noted',
      when: [{ check: '*', of: 'node' }],
      unless: [{ check: 'gpu.hit', restartHelps: ['yes'] }],
      because: '{finding}.',
      person,
    },
  ],
});
