import { definePlaybook } from '../core/playbook.ts';

/** Source: the field's rule 8.7, "disk full by caches", and what is safe to automate: no file is ever deleted. */
export const diskFree = definePlaybook({
  name: 'disk_free',
  title: 'Make room on a full disk',
  summary:
    'A disk runs full: packs the log of a declared service that fills it. Caches, images, models and whatever else is large are named with their sizes, and a person decides; no file is deleted.',
  symptoms: [{ check: 'node.disk' }, { check: 'log.size' }],
  diagnose: [
    { asks: 'Is there room on the disks?', checks: ['node.disk'] },
    { asks: 'Is no log of a service a good part of what fills them?', checks: ['log.size'] },
    { asks: 'Can the disks be used?', checks: ['mount.alive', 'mount.writable'] },
    { asks: 'Do the services run?', checks: ['manager.reach', 'service.running'] },
    { asks: 'Do they answer?', checks: ['service.health'] },
  ],
  remedies: [
    {
      name: 'disk_first',
      when: [{ check: 'mount.*', of: 'node' }],
      because: 'The disk itself is not well, so nothing is written to it: {finding}.',
      person: ['{next}'],
    },
    {
      name: 'pack_log',
      when: [{ check: 'log.size' }],
      because: '{finding}. Packed it takes a tenth or less, and {service} goes on writing.',
      keep: ['node.disk', 'log.size'],
      do: [{ action: 'log.rotate', args: { service: '{service}', path: '{log}' } }],
    },
    {
      name: 'close_deleted',
      when: [{ check: 'node.disk', says: ['still has open'] }],
      because: 'Files that are deleted hold the room until their program lets go of them: {finding}.',
      person: ['{next}'],
    },
    {
      name: 'mount_it',
      when: [{ check: 'node.disk', says: ['the node must have it'] }],
      because: '{finding}.',
      person: ['{next}'],
    },
    {
      name: 'decide',
      when: [{ check: 'node.disk' }],
      because: 'What fills it is not ours to take away: {finding}.',
      person: ['{next}'],
    },
  ],
  most: 5,
});
