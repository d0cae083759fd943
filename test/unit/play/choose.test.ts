import { describe, expect, test } from 'vitest';
import { definePlaybook } from '../../../src/core/playbook.ts';
import type { Finding } from '../../../src/core/report.ts';
import { choose, type Case } from '../../../src/play/choose.ts';
import { finding } from '../../support/finding.ts';
import { testNode } from '../../support/node.ts';

const node = testNode({
  services: {
    llama: { kind: 'llama', manager: 'none' },
    api: { kind: 'api', manager: 'none', needs: ['llama'] },
  },
});
const playbook = definePlaybook({
  name: 'llama_recover',
  title: 'Recover',
  summary: 'Recovers.',
  kinds: ['llama', 'api'],
  inputs: { ticket: 'The ticket' },
  symptoms: [{ check: 'service.*' }, { check: 'model.*', status: ['critical'] }],
  diagnose: [{ asks: 'Well?', checks: ['service.*', 'model.*', 'node.disk'] }],
  remedies: [
    {
      name: 'restart',
      when: [{ check: 'service.running', status: ['critical'] }],
      unless: [{ check: 'service.log', signature: ['AP-*'] }],
      because: '{service} on {node} is down, for {ticket}.',
      do: [{ action: 'service.restart', args: { service: '{service}' } }],
    },
    {
      name: 'resync',
      when: [{ check: 'model.*', status: ['critical'] }],
      because: '{finding}: copy it again.',
      do: [{ action: 'model.resync', args: { service: '{service}', path: '{model}', force: true } }],
    },
    {
      name: 'image',
      when: [{ check: 'service.log', signature: ['AP-PATH'] }],
      because: 'Wrong image.',
      person: ['Deploy {unknown}.'],
    },
  ],
});
const about = (name: string, ...findings: readonly Finding[]): Case => ({
  playbook,
  node: 'gpu-1',
  service: node.services.find((each) => each.name === name),
  services: node.services,
  inputs: { ticket: 'T-1' },
  findings,
});
const none: ReadonlySet<string> = new Set();
const down = finding({ check: 'service.running', status: 'critical', service: 'llama' });
const cut = finding({
  check: 'model.complete',
  status: 'critical',
  service: 'llama',
  subject: 'model:/m.gguf',
  layer: 'model',
  summary: '/m.gguf is truncated.',
});

describe('what a playbook chooses', () => {
  test('nothing where none of its symptoms shows, also when something else is loud', () => {
    const full = finding({ check: 'node.disk', status: 'critical' });
    const other = finding({ check: 'service.running', status: 'critical', service: 'api' });
    const fine = finding({ check: 'service.running', status: 'ok', service: 'llama' });
    expect(choose(about('llama', full, other, fine), none)).toEqual({ is: 'well' });
  });

  test('it does not call well what could not be looked at', () => {
    const blind = finding({ check: 'service.health', status: 'unknown', service: 'llama' });
    const others = finding({ check: 'service.health', status: 'unknown', service: 'api' });
    expect(choose(about('llama', blind, others), none)).toEqual({ is: 'unknown', findings: [blind] });
    expect(choose(about('llama', others), none)).toEqual({ is: 'well' });
    const besides = finding({ check: 'node.disk', status: 'unknown' });
    expect(choose(about('llama', besides), none)).toEqual({ is: 'well' });
  });

  test('the lowest failing layer goes first, whatever the order, filled with what was found', () => {
    const verdict = choose(about('llama', down, cut), none);
    expect(verdict).toMatchObject({
      is: 'remedy',
      choice: {
        because: '/m.gguf is truncated: copy it again.',
        steps: [{ action: 'model.resync', args: { service: 'llama', path: '/m.gguf', force: true } }],
        person: [],
      },
    });
  });

  test('what was tried is not chosen again, and then it is left to a person', () => {
    const second = choose(about('llama', down, cut), new Set(['resync']));
    expect(second).toMatchObject({ is: 'remedy', choice: { because: 'llama on gpu-1 is down, for T-1.' } });
    expect(choose(about('llama', down, cut), new Set(['resync', 'restart']))).toMatchObject({ is: 'person' });
  });

  test('a consequence is no reason to do anything', () => {
    const follows = { ...down, role: 'consequence' as const, of: 'model.complete model:/m.gguf' };
    const one = about('llama', follows, cut);
    expect(choose(one, none)).toMatchObject({ is: 'remedy', choice: { remedy: { name: 'resync' } } });
    expect(choose(one, new Set(['resync']))).toEqual({ is: 'person', findings: [follows, cut] });
  });

  test('what follows from another service is sent there', () => {
    const apiDown = finding({
      check: 'service.running',
      status: 'critical',
      service: 'api',
      role: 'consequence',
      of: 'service.running service:llama',
    });
    expect(choose(about('api', apiDown, down), none)).toEqual({ is: 'elsewhere', cause: down });
  });

  test('what is only told of the past calls for it before a change, and not after it', () => {
    const flapped = finding({ check: 'service.flap', status: 'critical', service: 'llama' });
    expect(choose(about('llama', flapped), none)).toEqual({ is: 'person', findings: [flapped] });
    expect(choose(about('llama', flapped), none, new Set(['restart']))).toEqual({ is: 'well' });
  });

  test('a remedy of which something is not known is passed over', () => {
    const vague = { ...cut, subject: 'service:llama' };
    expect(choose(about('llama', down, vague), none)).toMatchObject({ choice: { remedy: { name: 'restart' } } });
  });

  test('what a finding says of what helps is handed on, and nothing in its place where it says nothing', () => {
    const log = finding({ check: 'service.log', status: 'critical', service: 'llama', signature: 'AP-PATH' });
    const quoting = {
      ...playbook,
      remedies: playbook.remedies.map((remedy) => ({
        ...remedy,
        ...(remedy.name === 'image' && { person: ['Deploy it.', '{next}'] }),
      })),
    };
    const told = (one: Finding) => choose({ ...about('llama', one), playbook: quoting }, none);
    expect(told(log)).toMatchObject({ choice: { person: ['Deploy it.'] } });
    const helpful = { ...log, next: [{ say: 'Read it.' }, { say: 'Mend it.' }] };
    expect(told(helpful)).toMatchObject({ choice: { person: ['Deploy it.', 'Read it. Mend it.'] } });
  });

  test('what speaks against a remedy holds it back, and what only a person may comes without steps', () => {
    const log = finding({ check: 'service.log', status: 'critical', service: 'llama', signature: 'AP-PATH' });
    expect(choose(about('llama', down, log), none)).toMatchObject({
      is: 'remedy',
      choice: { remedy: { name: 'image' }, steps: [], person: ['Deploy {unknown}.'] },
    });
  });
});
