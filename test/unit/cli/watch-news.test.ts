import { describe, expect, test } from 'vitest';
import { createNews, statesOf, unseen, type NodeState } from '../../../src/cli/watch-news.ts';
import { finding } from '../../support/finding.ts';

const ok: NodeState = { node: 'gpu-1', status: 'ok', causes: [] };
const full: NodeState = {
  node: 'gpu-1',
  status: 'critical',
  causes: [
    finding({ check: 'node.disk', status: 'critical', summary: 'The disk is full.', next: [{ say: 'Make room.' }] }),
  ],
};
const slow: NodeState = { ...full, status: 'degraded', causes: [finding({ check: 'node.load', status: 'degraded' })] };
const always = () => true;
const data = (status: 'critical' | 'unknown') => ({ nodes: [{ node: 'gpu-1', status }] });
const heard = (steady: number, states: readonly NodeState[], mayTell: (state: NodeState) => boolean = always) => {
  const news = createNews({ steady });
  return states.map((state) => news.of([state], mayTell).map(({ said }) => said));
};

describe('what is news', () => {
  test('a change of state is told once, and that it is over', () => {
    expect(heard(1, [ok, full, full, ok, ok])).toEqual([
      [],
      ['gpu-1 is critical: The disk is full.'],
      [],
      ['gpu-1 is ok again.'],
      [],
    ]);
  });

  test('what is wrong at the first look is told, what is well is not', () => {
    expect(heard(1, [full])).toEqual([['gpu-1 is critical: The disk is full.']]);
    expect(heard(1, [ok])).toEqual([[]]);
  });

  test('it has to be seen so often in a row, and what came and went is not told', () => {
    expect(heard(2, [ok, full, ok, full, full, ok, ok])).toEqual([
      [],
      [],
      [],
      [],
      ['gpu-1 is critical: The disk is full.'],
      [],
      ['gpu-1 is ok again.'],
    ]);
  });

  test('another cause is news, the same one in other words is not', () => {
    const fuller = { ...full, causes: full.causes.map((each) => ({ ...each, summary: 'The disk is fuller.' })) };
    const both = { ...full, causes: [...full.causes, ...slow.causes] };
    const news = createNews({ steady: 1 });
    const told = [full, fuller, both, { ...slow }].map((state) => news.of([state], always));
    expect(told.map((each) => each.length)).toEqual([1, 0, 1, 1]);
    expect(told[3]?.[0]).toMatchObject({ was: 'critical', is: 'degraded', over: ['node.disk node'] });
    expect(told[0]?.[0]?.next).toEqual([{ say: 'Make room.' }]);
  });

  test('what may wait is told when it may, if it still differs then', () => {
    let isQuiet = true;
    const mayTell = ({ status }: NodeState) => status === 'critical' || !isQuiet;
    const news = createNews({ steady: 1 });
    const told = (state: NodeState) => news.of([state], mayTell).map(({ is }) => is);
    expect(told(slow)).toEqual([]);
    expect(told(full)).toEqual(['critical']);
    expect(told(slow)).toEqual([]);
    isQuiet = false;
    expect(told(slow)).toEqual(['degraded']);
    expect(told(slow)).toEqual([]);
  });

  test('a node that can not be looked at is not known, and each node has its own news', () => {
    const news = createNews({ steady: 1 });
    news.of([ok, { ...ok, node: 'gpu-2' }], always);
    expect(news.of([unseen('gpu-1', 'No route.'), { ...ok, node: 'gpu-2' }], always)).toMatchObject([
      { node: 'gpu-1', said: 'gpu-1 is not fully known: No route.', is: 'unknown' },
    ]);
  });
});

test('the causes of a node are what leads, or what is as bad where nothing is a cause', () => {
  const blind = finding({ check: 'service.health', status: 'unknown', service: 'llama', role: 'finding' });
  const mild = finding({ check: 'node.load', status: 'degraded', role: 'finding' });
  const [cause] = full.causes;
  const follows = finding({ check: 'service.health', status: 'critical', service: 'llama', role: 'consequence' });
  expect(
    statesOf({ data: data('critical'), findings: cause === undefined ? [] : [cause, follows] })[0]?.causes,
  ).toEqual([cause]);
  expect(statesOf({ data: data('unknown'), findings: [blind, mild] })[0]?.causes).toEqual([blind]);
});
