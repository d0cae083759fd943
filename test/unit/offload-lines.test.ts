import { describe, expect, test } from 'vitest';
import { offloadLines, offloadSaid } from '../../src/checks/offload-lines.ts';

const log = (text: string) => [{ source: 'log', text, skippedBytes: 0 }];

describe.each(offloadLines)('$pattern', ({ examples, tells }) => {
  test.each(examples)('%s', (line) => expect(offloadSaid(log(`before\n${line}\nafter`))).toEqual({ tells, line }));
});

test('the last start counts', () => {
  const [cpu, gpu] = ['load_tensors: offloaded 0/33 layers to GPU', 'load_tensors: offloaded 33/33 layers to GPU'];
  expect(offloadSaid(log(`${cpu}\n${gpu}`))?.tells).toBe('gpu');
  expect(offloadSaid(log(`${gpu}\n${cpu}`))?.tells).toBe('cpu');
});

test('a log without such a line says nothing', () =>
  expect(offloadSaid([...log(''), ...log('ready')])).toBeUndefined());
