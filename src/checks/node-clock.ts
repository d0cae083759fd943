import { defineCheck, need, theNode } from '../core/check.ts';
import { durationText } from '../core/format.ts';
import { identity } from '../probes/identity.ts';

export const nodeClock = defineCheck({
  name: 'node.clock',
  summary: 'The clock of the node agrees with the clock here',
  layer: 'boot',
  rule: 'Degraded from `clockDegradedSeconds` between the clock of the node and the one of this machine, critical from `clockCriticalSeconds`; unknown when the answer took too long to compare them.',
  unseen: 'Which of the two clocks is wrong, and whether a time service keeps the node in step.',
  subjects: theNode,
  needs: () => ({ identity: need(identity, {}) }),
  evaluate({ identity: { clockAheadSeconds, clockUncertaintySeconds } }, { thresholds }) {
    if (clockAheadSeconds === null) {
      return { status: 'unknown', summary: "The node's clock can not be read: /proc/stat names no boot time." };
    }
    const { clockDegradedSeconds, clockCriticalSeconds } = thresholds;
    const off = Math.abs(clockAheadSeconds);
    const accuracy = `± ${durationText(clockUncertaintySeconds)}`;
    const said = `The node's clock is ${durationText(off)} ${clockAheadSeconds < 0 ? 'behind' : 'ahead of'} the clock here (${accuracy})`;
    if (off <= clockUncertaintySeconds && clockUncertaintySeconds > clockDegradedSeconds) {
      return {
        status: 'unknown',
        summary: `The answer took too long to compare clocks: ${accuracy}, and ${clockDegradedSeconds} s matter.`,
      };
    }
    if (off >= clockCriticalSeconds) {
      return {
        status: 'critical',
        summary: `${said}, more than ${clockCriticalSeconds} s: TLS and tokens begin to fail.`,
        next: [mend],
      };
    }
    if (off >= clockDegradedSeconds) {
      return { status: 'degraded', summary: `${said}, more than ${clockDegradedSeconds} s.`, next: [mend] };
    }
    return { status: 'ok', summary: `${said}.` };
  },
});

const mend = {
  say: 'See which of the two clocks is wrong; have chrony step the wrong one (chronyc makestep) instead of setting it by hand.',
};
