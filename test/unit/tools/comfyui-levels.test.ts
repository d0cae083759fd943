import { expect, test } from 'vitest';
import { comfyuiOnly, gpuOf, levelStates, levels } from '../../../src/tools/comfyui-levels.ts';
import { finding } from '../../support/finding.ts';
import { testNode } from '../../support/node.ts';

const found = (check: string, status: 'ok' | 'critical' | 'unknown' | 'not_applicable', summary = check) =>
  finding({ check, status, summary });

test('a node that was not reached is no level that is well', () => {
  const states = levelStates([found('node.reach', 'unknown', 'It is gone.')], levels);
  expect(states).toEqual(
    Object.fromEntries(levels.map((level) => [level, { status: 'unknown', says: 'It is gone.' }])),
  );
});

test('each level says what is worst in it, and what is not declared is not called well', () => {
  const all = [
    found('service.running', 'ok'),
    found('service.ports', 'ok'),
    found('comfyui.api', 'critical', 'Nothing listens.'),
    found('comfyui.api', 'critical', 'Nor there.'),
    found('comfyui.nodes', 'not_applicable', 'No log is known.'),
  ];
  expect(levelStates(all, levels)).toEqual({
    installation: { status: 'not_applicable', says: 'No log is known.' },
    runtime: { status: 'ok', says: 'All 2 checks hold.' },
    functional: { status: 'critical', says: 'Nothing listens. And 1 more.' },
    models: { status: 'not_applicable', says: 'Nothing of it is declared.' },
  });
});

test('the GPU of an instance is told by its name, or by what its environment must hold', () => {
  const declared = { kind: 'comfyui', manager: 'none' };
  const node = testNode({
    services: {
      'comfyui-gpu3': declared,
      second: { ...declared, env: { CUDA_VISIBLE_DEVICES: '1' } },
      both: { ...declared, env: { CUDA_VISIBLE_DEVICES: '0,1' } },
      llama: { kind: 'llama', manager: 'none' },
    },
  });
  expect(comfyuiOnly(node).services.map((service) => [service.name, gpuOf(service)])).toEqual([
    ['comfyui-gpu3', 3],
    ['second', 1],
    ['both', null],
  ]);
});
