import { definePlaybook } from '../core/playbook.ts';
import { ofLog, ofService, startStopped } from './of-service.ts';

/** Source: the field's playbook for an api that crashes over and over under its manager. */
export const apiRecover = definePlaybook({
  name: 'api_recover',
  title: 'Recover an api that crashes over and over',
  summary:
    'An api is down, crashes or hangs. What it says last tells who must mend it: the image, the command, the settings or the code. It is restarted only where that helps, and left alone while only what it needs is down.',
  kinds: ['api'],
  symptoms: [
    { check: 'service.running', status: ['critical'] },
    { check: 'service.flap', status: ['critical'] },
    { check: 'service.health', status: ['critical'] },
    { check: 'service.health', restartHelps: ['no'] },
    { check: 'service.log', status: ['critical'] },
    { check: 'service.files', status: ['critical'] },
    { check: 'service.ports', status: ['critical'] },
  ],
  diagnose: [
    { asks: 'Does its manager answer?', checks: ['manager.reach'] },
    { asks: 'Has its disk room?', checks: ['node.disk'] },
    { asks: 'Is its code in the image?', checks: ['service.files'] },
    { asks: 'Does its manager run it as its configuration says?', checks: ['service.config', 'service.limits'] },
    { asks: 'Is its log free of known trouble?', checks: ['service.log'] },
    { asks: 'Has it the settings that it must have?', checks: ['service.env'] },
    { asks: 'Can it reach its queue?', checks: ['tmp.reach'] },
    { asks: 'Is its port its own?', checks: ['service.ports'] },
    { asks: 'Does it run?', checks: ['service.running'] },
    { asks: 'Does it stay up?', checks: ['service.flap'] },
    { asks: 'Does it answer, and what it needs as well?', checks: ['service.health'] },
  ],
  remedies: [
    {
      name: 'deploy_its_code',
      when: [ofService('service.files', { status: ['critical'] })],
      because:
        'The code of {service} is not where it must be, so this is the wrong image or a deploy that did not end: {finding}.',
      keep: ['service.files', 'service.log'],
      person: [
        'Deploy an image of {service} that holds its code; restarting it changes nothing, and code is not mended on the node.',
      ],
    },
    {
      name: 'load_its_config',
      when: [ofService('service.config')],
      because: 'Its manager does not run it as its configuration says: {finding}.',
      person: ['{next}', 'Only then see whether {service} is well: a restart alone starts what was loaded before.'],
    },
    {
      name: 'correct_its_command',
      when: [ofLog('AP-PATH', 'AP-ATTR', 'AP-FMT')],
      because: 'What it is told to load does not fit the layout of the code: {finding}.',
      keep: ['service.log', 'service.files'],
      person: [
        'Compare module and application in the command of {service} with the files in its directory, and correct the command.',
        'If the file of that module is not there, the image lacks the code: deploy another one.',
      ],
    },
    {
      name: 'build_its_image_anew',
      when: [ofLog('AP-DEP', 'AP-NAME', 'LL-SO')],
      because: 'What it needs is not installed with it, or in another version: {finding}.',
      person: [
        'Build the image of {service} from its pinned requirements and deploy that; see first which python its command uses.',
      ],
    },
    {
      name: 'mend_its_code',
      when: [ofLog('AP-SYNTAX')],
      because: 'Its code does not parse: {finding}.',
      person: [
        'Undo the last edit of the file that the traceback names, and deploy that; code is not mended on the node.',
      ],
    },
    {
      name: 'add_its_settings',
      when: [ofService('service.*', { signature: ['AP-ENV'] })],
      because: 'It was started without a setting that it needs: {finding}.',
      person: [
        'Add it where the manager sets the environment of {service}, have the manager load that, then start {service}.',
      ],
    },
    {
      name: 'correct_its_settings',
      when: [ofService('service.env', { status: ['critical'] })],
      because: 'It runs with other settings than it must: {finding}.',
      person: ['{next}'],
    },
    {
      name: 'open_its_files',
      when: [ofLog('AP-PERM')],
      because: 'Its user may not use a file: {finding}.',
      person: [
        'Compare the user of {service} with owner and mode of that file and of every folder above it, and correct them.',
      ],
    },
    {
      name: 'free_its_port',
      when: [ofService('service.ports', { status: ['critical'], says: ['is held by', 'share port'] })],
      because: 'Another program holds its port: {finding}.',
      keep: ['service.ports'],
      person: ['See that the named process is nobody’s work any more and end it; then start {service}.'],
    },
    {
      name: 'mend_what_it_needs',
      when: [ofLog('TP-*', 'OS-*')],
      because: 'It ends because it can not reach or use something else: {finding}.',
      person: ['{next}', 'Start {service} again once that works.'],
    },
    {
      name: 'leave_it_alone',
      when: [ofService('service.health', { restartHelps: ['no'] })],
      because: '{service} itself is up: {finding}.',
      person: ['{next}'],
    },
    startStopped,
    {
      name: 'restart',
      when: [ofService('service.*', { status: ['critical'] })],
      because: 'Nothing known says that a restart would not help: {finding}.',
      keep: ['service.log', 'service.health', 'service.flap'],
      do: [{ action: 'service.restart', args: { service: '{service}' } }],
    },
    {
      name: 'read_its_traceback',
      when: [ofService('service.*', { status: ['critical'] })],
      because: 'It does not come up, and what ends it is not known: {finding}.',
      keep: ['service.log', 'service.flap'],
      person: [
        'Read the first error in the log of {service} since its last start; restarting it over and over changes nothing.',
      ],
    },
  ],
});
