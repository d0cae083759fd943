import { expect, test } from 'vitest';
import type { Finding } from '../../src/core/report.ts';
import { causeSentence } from '../../src/checks/cause-sentence.ts';

const finding = (service: string, more: Partial<Finding> = {}): Finding => ({
  node: 'gpu-1',
  check: 'service.running',
  subject: `service:${service}`,
  service,
  status: 'critical',
  summary: `${service} is down.`,
  layer: 'inference',
  role: 'cause',
  evidence: [],
  ...more,
});
const llama = finding('llama');
const api = finding('api', { role: 'consequence', layer: 'api', of: 'service.running service:llama' });
const cron = finding('cron');
const unseen: Finding = {
  node: 'gpu-1',
  check: 'gpu.count',
  subject: 'node',
  status: 'unknown',
  summary: 'Not known.',
  layer: 'gpu',
  role: 'consequence',
  of: 'service.running service:llama',
  evidence: [],
};

test.each<[string, Finding[], string]>([
  ['nothing', [], ''],
  ['one cause', [llama], 'llama is down'],
  ['a cause and who suffers', [llama, api], 'llama is down; api suffers from it'],
  ['what is left unknown of the node does not suffer', [llama, unseen], 'llama is down'],
  [
    'a tie is said to be one',
    [llama, cron, api],
    '2 causes weigh the same: (1) llama is down; (2) cron is down; api suffers from them',
  ],
  [
    'a tie with one reason',
    [
      finding('llama', { signature: 'OS-DNS', summary: 'llama: no name is resolved.' }),
      finding('cron', { signature: 'OS-DNS' }),
    ],
    'llama and cron have the same trouble, so look for one reason: llama: no name is resolved',
  ],
  [
    'a milder one and one in a higher layer are no tie',
    [llama, finding('worker', { layer: 'worker' }), finding('whisper', { status: 'degraded' })],
    'llama is down; apart from that: worker and whisper',
  ],
  [
    'a trouble of one kind in two layers is one trouble',
    [finding('worker', { signature: 'OS-DNS' }), finding('web', { signature: 'OS-DNS', layer: 'api' })],
    'worker and web have the same trouble, so look for one reason: worker is down',
  ],
  [
    'what is seen of the cause from another side does not suffer from it',
    [
      llama,
      finding('llama', { check: 'service.health', role: 'consequence', of: 'service.running service:llama' }),
      api,
    ],
    'llama is down; api suffers from it',
  ],
  [
    'many that weigh the same',
    ['a', 'b', 'c', 'd', 'e'].map((name) => finding(name)),
    '5 causes weigh the same: (1) a is down; (2) b is down; (3) c is down; and 2 more',
  ],
  [
    'what is not known has no cause',
    [finding('llama', { status: 'unknown', role: 'finding', summary: 'llama: not known.' })],
    'llama: not known',
  ],
])('%s', (_, trouble, sentence) => expect(causeSentence(trouble)).toBe(sentence));
