import { expect, test } from 'vitest';
import { fleetOf, refusal } from '../../support/fleet-text.ts';

const node = (storage: string) => `
nodes:
  gpu-1:
    comfyui:
      path: /srv/comfy/ComfyUI
      storage: { ${storage} }
`;

test('of the storage of ComfyUI only the run folder must be said', async () => {
  const { nodes } = await fleetOf(node('run: /srv/comfy'));
  expect(nodes[0]?.comfyui?.storage).toEqual({
    run: '/srv/comfy',
    inside: '/basedir',
    uid: 1024,
    gid: 1024,
    shared: [],
    port: 8188,
    firstStartGiB: 25,
    data: {},
  });
});

test.each([
  ['a path that is not absolute', 'run: comfy', 'must be an absolute path'],
  ['a path that ends in a slash', 'run: /srv/comfy/', 'must not end in /'],
  ['a class of data that there is not', 'run: /srv/comfy, data: { /srv/x: precious }', 'authoritative'],
  ['a user by name', 'run: /srv/comfy, uid: comfy', 'number'],
  ['shared models without a place in the container', 'run: /srv/comfy, shared: [{ path: /mnt/models }]', 'inside'],
])('%s is refused', async (_, storage, says) => {
  const { code, message } = await refusal(node(storage));
  expect(code).toBe('CONFIG_INVALID');
  expect(message).toContain(says);
});
