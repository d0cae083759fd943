import { defineCheck, type Verdict } from '../core/check.ts';
import type { Stack } from '../core/stack.ts';
import { isUp } from '../probes/stack-members.ts';
import {
  compose,
  engineUnknown,
  fileUnknown,
  needFile,
  needMembers,
  needOffers,
  stackNode,
  type Declared,
} from './stack-view.ts';

export const stackNetwork = defineCheck({
  name: 'stack.network',
  summary: 'The external network of the stack exists, and its containers are on it',
  layer: 'container',
  rule: 'Critical when an external network of the stack does not exist in the engine, or a running container is not on the one that its service declares; degraded when the declared `network` is in the file no external one.',
  unseen: 'Whether names of other stacks can be found on it.',
  subjects: stackNode,
  needs: (stack, node) => ({
    file: needFile(stack, node),
    members: needMembers(stack, node),
    offers: needOffers(stack, node),
  }),
  evaluate({ file, members, offers }, stack): readonly Verdict[] {
    if (!file.read) return [fileUnknown(stack)];
    const external = externalIn(file);
    const { network } = stack;
    if (network !== undefined && !external.some(({ name }) => name === network))
      return [
        {
          status: 'degraded',
          summary: `${network} is to be the network of the stack, and ${stack.file} names no external network of that name.`,
          next: [
            {
              say: `Declare it there: networks: ${network}: external: true. Compose makes one of its own else, on which nothing of the other stacks is.`,
            },
          ],
        },
      ];
    if (external.length === 0) return [{ status: 'not_applicable', summary: 'The stack has no external network.' }];
    if (!offers.reachable) return [engineUnknown(offers)];
    if (!members.reachable) return [engineUnknown(members)];
    const absent = external.filter(({ name }) => !offers.networks.includes(name));
    if (absent.length > 0)
      return absent.map(({ name }) => ({
        status: 'critical',
        subject: `network:${name}`,
        summary: `The external network ${name} does not exist: compose starts nothing of the stack.`,
        restartHelps: 'after-fix',
        next: [{ say: `Make it, or start the stack that owns it first: docker network create ${name}` }],
      }));
    const apart = members.members.filter(isUp).flatMap((member): Verdict[] => {
      const declared = file.services.find(({ name }) => name === member.service)?.networks ?? [];
      const wanted = external.filter(({ key }) => declared.includes(key)).map(({ name }) => name);
      const missing = wanted.filter((name) => !member.networks.some((each) => each.name === name));
      return missing.length === 0 ? [] : [notOn(member.service, missing.join(', '), stack)];
    });
    if (apart.length > 0) return apart;
    const names = external.map(({ name }) => name).join(', ');
    return [
      {
        status: 'ok',
        summary: `The external network ${names} is there, and the running containers of the stack are on it.`,
      },
    ];
  },
});

const externalIn = ({ networks }: Declared) =>
  networks.filter(({ external }) => external).map(({ key, name }) => ({ key, name: name ?? key }));

const notOn = (service: string, networks: string, stack: Stack): Verdict => ({
  status: 'critical',
  subject: `container:${service}`,
  summary: `${service} runs and is not on ${networks}: no other stack finds it by its name.`,
  restartHelps: 'no',
  next: [
    {
      say: `Create it anew, a network is given when it is created: ${compose(stack, null, `up -d --force-recreate --no-deps ${service}`)}`,
    },
  ],
});
