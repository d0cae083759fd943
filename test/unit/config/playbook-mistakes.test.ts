import { expect, test } from 'vitest';
import { fleetWith, saidOf } from '../../support/playbook-text.ts';

/** A playbook that is right, one line for each place at which the table plants a mistake. */
const right = `name: llama_mend
title: Mend llama
summary: For a llama that is not well.
kinds: [llama]
inputs: { version: What is to run }
symptoms: [{ check: service.health }]
diagnose: [{ asks: 'Is it well?', checks: [service.health, service.log, model.*] }]
remedies:
  - name: deploy
    when: [{ check: model.complete }]
    because: '{model} is broken: {finding}.'
    do: [{ action: command.run, args: { name: deploy } }]
  - name: restart
    when: [{ check: service.*, signature: [LL-*] }]
    because: Version {version} of {service} needs it.
    keep: [service.log]
    do: [{ action: service.restart, args: { service: '{service}' } }]
  - name: ask
    because: Nothing else helps {node}.
    person: ['Ask the owner of {node}.']
`;

test('the playbook of the table is right as it is', async () => {
  const fleet = await fleetWith({ 'a.yaml': right }).read();
  expect(saidOf(fleet)).toBeUndefined();
  expect(fleet.playbooks).toMatchObject([{ name: 'llama_mend', most: 3, remedies: [{}, {}, { person: [{}] }] }]);
});

const table: readonly (readonly [what: string, from: string, to: string, says: string])[] = [
  // By its shape.
  ['a misspelt key', 'symptoms:', 'symtoms:', '6:1: symtoms: unknown key; did you mean `symptoms`?'],
  [
    'a misspelt key of a condition',
    '[{ check: service.health }]',
    '[{ chek: service.health }]',
    '6:14: symptoms[0].chek: unknown key; did you mean `check`?',
  ],
  ['no name', 'name: llama_mend\n', '', '1:1: name: is missing'],
  ['a name that is none', 'llama_mend', 'Llama-Mend', '1:7: name: must be small letters, digits and underscores'],
  ['a name that is too long', 'llama_mend', 'l'.repeat(49), '1:7: name: must be at most 48 characters long'],
  ['an empty title', 'Mend llama', "''", '2:8: title: must not be empty'],
  [
    'a kind that is none',
    '[llama]',
    '[lama]',
    '4:9: kinds[0]: must be api, worker, llama, whisper, ollama, comfyui or other; did you mean `llama`?',
  ],
  [
    'an input that is no word',
    '{ version:',
    '{ the_version:',
    '5:11: inputs.the_version: this name must be small letters',
  ],
  ['no question', /diagnose: .*/.exec(right)?.[0] ?? '', 'diagnose: []', '7:11: diagnose: must not be empty'],
  [
    'a question about nothing',
    '[service.health, service.log, model.*]',
    '[]',
    '7:43: diagnose[0].checks: must not be empty',
  ],
  [
    'what is no name of a check',
    '[service.health, ',
    '[health, ',
    '7:44: diagnose[0].checks[0]: must be a check, or a family of them: model.*',
  ],
  [
    'a status that is none',
    '{ check: model.complete }',
    '{ check: model.complete, status: [bad] }',
    '10:46: remedies[0].when[0].status[0]: must be ok, not_applicable, degraded, unknown or critical',
  ],
  [
    'both something to do and a person',
    'because: Nothing else helps {node}.',
    'because: Nothing else helps.\n    do: [{ action: service.restart, args: { service: llama } }]',
    '20:9: remedies[2].do: must have either something to do, or a run to take back, or what a person must do',
  ],
  [
    'neither',
    "person: ['Ask the owner of {node}.']",
    'person: []',
    '18:5: remedies[2].do: must have either something to do, or a run to take back, or what a person must do',
  ],
  ['too many remedies in a run', 'kinds: [llama]', 'kinds: [llama]\nmost: 13', '5:7: most: must be at most 12'],
  ['a list instead of a playbook', right, '- name: a\n', '1:1: must be a mapping, not a list'],
  ['nothing', right, '# later\n', '1:1: is empty; a playbook begins with `name:`'],
  [
    'no YAML',
    'kinds: [llama]',
    'kinds: [llama',
    '5:1: Flow sequence in block collection must be sufficiently indented and end with a ]',
  ],
  [
    'two documents',
    'name: llama_mend',
    '---\nname: a\n---\nname: llama_mend',
    '3:1: a second document begins here; a playbook is one',
  ],
  [
    'a secret',
    'Mend llama',
    'hf_abcdefghijklmnopqrstuvwxyz',
    '2:8: title: this looks like a secret\nA playbook holds no secrets: what a command needs of them, it reads on its node. This one has leaked.',
  ],
  // By what it names.
  [
    'the name of one that comes with rackhand',
    'llama_mend',
    'gpu_reattach',
    '1:7: name: a built-in playbook is called this; choose another name, like my_gpu_reattach',
  ],
  [
    'the name of a tool',
    'llama_mend',
    'node_triage',
    '1:7: name: a tool is called this; choose another name, like my_node_triage',
  ],
  [
    'the short name of a tool',
    'llama_mend',
    'triage',
    '1:7: name: a tool is called this; choose another name, like my_triage',
  ],
  [
    'the name of a command',
    'llama_mend',
    'approve',
    '1:7: name: a command is called this; choose another name, like my_approve',
  ],
  [
    'a question about a check that is not there',
    '[service.health, ',
    '[service.helth, ',
    '7:44: diagnose[0].checks[0]: there is no such check; did you mean `service.health`?',
  ],
  [
    'a family of checks that is not there',
    'service.log, model.*',
    'service.log, modl.*',
    '7:73: diagnose[0].checks[2]: there is no such check; did you mean `model.*`?',
  ],
  [
    'a symptom by a check that is not there',
    '[{ check: service.health }]',
    '[{ check: service.halth }]',
    '6:21: symptoms[0].check: there is no such check; did you mean `service.health`?',
  ],
  [
    'evidence of a check that is not there',
    'keep: [service.log]',
    'keep: [service.logs]',
    '16:12: remedies[1].keep[0]: there is no such check; did you mean `service.log`?',
  ],
  [
    'a signature that is not there',
    '[LL-*]',
    '[LL-OM]',
    '14:44: remedies[1].when[0].signature[0]: there is no such signature; did you mean `LL-OOM`?',
  ],
  [
    'a family of signatures that is not there',
    '[LL-*]',
    '[LA-*]',
    '14:44: remedies[1].when[0].signature[0]: there is no such signature; did you mean `LL-*`?',
  ],
  [
    'an action that is not there',
    'action: service.restart',
    'action: service.restrt',
    '17:20: remedies[1].do[0].action: there is no such action; did you mean `service.restart`?',
  ],
  [
    'an argument that is not there',
    'args: { service:',
    'args: { servise:',
    '17:45: remedies[1].do[0].args.servise: unknown key; did you mean `service`?',
  ],
  [
    'an argument that is missing',
    "args: { service: '{service}' }",
    'args: {}',
    '17:37: remedies[1].do[0].args.service: service.restart needs service',
  ],
  [
    'an argument of the wrong kind',
    "'{service}' }",
    '1 }',
    '17:54: remedies[1].do[0].args.service: must be text, not a number; put it in quotes',
  ],
  [
    'a value that no knob takes',
    "service.restart, args: { service: '{service}' }",
    "knob.set, args: { service: llama, knob: ctx, to: 'a b' }",
    '17:69: remedies[1].do[0].args.to: must be a number, or one word without quotes and blanks',
  ],
  [
    'an edit that is of neither kind',
    "service.restart, args: { service: '{service}' }",
    'file.edit, args: { service: llama, path: /f, key: A, valeu: b }',
    '17:73: remedies[1].do[0].args.valeu: unknown key; did you mean `value`?',
  ],
  [
    'a command that no node declares',
    'name: deploy }',
    'name: deploi }',
    '12:47: remedies[0].do[0].args.name: no node declares this command; did you mean `deploy`?',
  ],
  [
    'a service that no node declares',
    "service: '{service}'",
    'service: lama',
    '17:54: remedies[1].do[0].args.service: no node declares this service; did you mean `llama`?',
  ],
  // By what would never happen.
  [
    'a symptom that is not looked at',
    '[{ check: service.health }]',
    '[{ check: service.ports }]',
    '6:21: symptoms[0].check: no question of diagnose looks at this, so this never fits',
  ],
  [
    'a condition on what is not looked at',
    'check: model.complete',
    'check: gpu.*',
    '10:21: remedies[0].when[0].check: no question of diagnose looks at this, so this never fits',
  ],
  [
    'evidence of what is not looked at',
    'keep: [service.log]',
    'keep: [gpu.xid]',
    '16:12: remedies[1].keep[0]: no question of diagnose looks at this, so there is nothing to keep',
  ],
  [
    'a placeholder that stands for nothing',
    'Version {version} of {service}',
    'Version {version} of {servce}',
    '15:14: remedies[1].because: {servce} stands for nothing; did you mean `{service}`?',
  ],
  [
    'a placeholder with blanks',
    'Version {version} of {service}',
    'Version {version} of { service }',
    '15:14: remedies[1].because: { service } stands for nothing; did you mean `{service}`?',
  ],
  [
    'a variable of the environment',
    'Ask the owner of {node}.',
    'Look into ${HOME} of {node}.',
    '20:14: remedies[2].person[0]: {HOME} stands for nothing',
  ],
  [
    'a placeholder where nothing is filled in',
    'Is it well?',
    'Is {service} well?',
    '7:20: diagnose[0].asks: {service} is not filled in here',
  ],
  [
    'a model where none is looked for',
    '{ check: model.complete }',
    '{ check: service.log }',
    '11:14: remedies[0].because: {model} is known only where a `when` of the remedy is about a model: model.present',
  ],
  [
    'a finding where none is wanted',
    'helps {node}',
    'helps {finding}',
    '19:14: remedies[2].because: {finding} is of what fits `when`, and this remedy has none',
  ],
  ['an input that nothing uses', 'Version {version}', 'Some version', '5:11: inputs.version: nothing uses {version}'],
  [
    'an input that means something else',
    'version',
    'nodes',
    '5:11: inputs.nodes: nodes has a meaning of its own; choose another name',
  ],
  [
    'two remedies of one name',
    'name: restart',
    'name: deploy',
    '13:11: remedies[1].name: another remedy before it is called this too',
  ],
  [
    'a remedy that waits for one that is not there',
    'name: restart',
    'name: restart\n    after: [deplay]',
    '14:13: remedies[1].after[0]: no other remedy is called this; did you mean `deploy`?',
  ],
  [
    'a remedy that waits for itself',
    'name: restart',
    'name: restart\n    after: [restart]',
    '14:13: remedies[1].after[0]: no other remedy is called this',
  ],
  [
    'a remedy that waits for a person',
    'name: restart',
    'name: restart\n    after: [ask]',
    '14:13: remedies[1].after[0]: ask leaves it to a person, so it is never done',
  ],
  [
    'a remedy that is never come to',
    '  - name: ask',
    '  - name: nobody\n    because: Why.\n    person: [Sleep.]\n  - name: ask',
    '21:11: remedies[3].name: is never come to: nobody stands before it, fits whenever it does, and ends the run with a person',
  ],
];

test.each(table)('%s', async (_, from, to, says) => {
  expect(right).toContain(from);
  const fleet = await fleetWith({ 'a.yaml': right.replaceAll(from, () => to) }).read();
  expect(saidOf(fleet)).toContain(`a.yaml:${says}`);
  expect(fleet.playbooks).toEqual([]);
});

test('each kind of mistake has a row of its own', () => {
  expect(new Set(table.map(([what]) => what)).size).toBe(table.length);
  expect(table.length).toBeGreaterThanOrEqual(30);
});
