/** A playbook to begin with: all that there is, each with what it means, and nothing wrong in it. */
export const playbookStarter = (
  name: string,
): string => `# What calls for it, what is looked at, what helps when, and what is left to a person.
#   rackhand playbook check            says what is wrong in it
#   rackhand playbook plan ${name} NODE   says what it would do
# docs/playbooks.md explains every key; rackhand playbook print NAME shows a whole one.
name: ${name}
title: Bring a service back
summary: What it is for, in a sentence or two for whoever must choose between playbooks.

# Kinds of services that it is for. Without them it is for the node as a whole, and {service} stands for nothing.
kinds: [api, worker, llama, whisper, ollama, comfyui, other]

# What else must be given. {version} then stands for it, and it is given as --version 7.1.
# inputs:
#   version: The version that is to run afterwards

# One of them calls for it. Without any it does what fits whenever it is asked for.
symptoms:
  - check: service.running
  - check: service.health

# What is looked at, as questions that yes answers well. Conditions can be about these checks alone.
diagnose:
  - asks: Is there room on its disks?
    checks: [node.disk]
  - asks: Does it run?
    checks: [manager.reach, service.running, service.flap]
  - asks: Is its log free of known trouble?
    checks: [service.log]
  - asks: Does it answer?
    checks: [service.health]

# What helps when. All of \`when\` must fit and none of \`unless\`; of those that fit, the one whose findings lie lowest
# goes first (disk, GPU, model, service), then the one that stands first. Each is done at most once.
remedies:
  # What only a person can do ends the run, and tells them.
  - name: make_room
    when: [{ check: node.disk, status: [critical], of: node }]
    because: 'To start it again would not help while a disk is full: {finding}.'
    person: ['Make room on {node}, then run this once more.']

  - name: restart
    # critical and degraded where no status is said; a finding that only follows from another one does not count.
    when: [{ check: service.*, of: service }]
    # Known lines of logs, by their ids or families of them: LL-OOM, LL-*.
    unless: [{ check: service.log, signature: [OS-ENOSPC], consequence: true }]
    because: '{service} is not well, and nothing below it is in its way: {finding}.'
    # Evidence that is on disk before anything is done.
    keep: [service.log]
    # In order; approved, proven and taken back together. rackhand playbook print shows what other actions take.
    do:
      - action: service.restart
        args: { service: '{service}' }

# At most so many remedies in one run, and none is begun later than that.
# most: 3
# withinSeconds: 3600
`;
