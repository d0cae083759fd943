import { definePlaybook } from '../core/playbook.ts';

/** Source: the seed's rollback pattern. */
export const rollback = definePlaybook({
  name: 'rollback',
  title: 'Take a run back, and see that it helped',
  summary:
    'Takes back what one run changed on a node and nothing else, in reverse; restarts only the services that this concerns, then asks after health and queues again. Logs and evidence of both runs are kept.',
  inputs: { run: 'The run to take back, as run_list names it' },
  diagnose: [
    { asks: 'Do the services run?', checks: ['manager.reach', 'service.running', 'service.flap'] },
    { asks: 'Do they answer?', checks: ['service.health', 'service.ports'] },
    { asks: 'Are their logs free of known trouble?', checks: ['service.log'] },
    { asks: 'Are their models there?', checks: ['model.present', 'model.complete'] },
    { asks: 'Do the GPU services hold their GPU?', checks: ['gpu.attached'] },
    {
      asks: 'Do workers of this node poll their queues?',
      checks: ['tmp.reach', 'tmp.pollers', 'tmp.worker', 'tmp.backlog'],
    },
  ],
  remedies: [
    {
      name: 'take_back',
      because:
        'What run {run} changed is taken back, only that; why it was needed is to be found out before it is done again.',
      keep: ['service.running', 'service.flap', 'service.health', 'service.log', 'tmp.pollers', 'tmp.backlog'],
      undoes: '{run}',
    },
    {
      name: 'not_that',
      after: ['take_back'],
      when: [{ check: '*', status: ['critical', 'degraded'] }],
      because: 'Run {run} is taken back, and {node} is still not well: {finding}.',
      person: ['Triage {node} as it is now. The logs and the evidence of both runs are kept: rackhand run show {run}.'],
    },
    {
      name: 'not_told',
      after: ['take_back'],
      when: [{ check: '*', status: ['unknown'] }],
      because: 'Run {run} is taken back; whether that helped can not be told: {finding}.',
      person: ['See {node} yourself before it takes work.'],
    },
  ],
});
