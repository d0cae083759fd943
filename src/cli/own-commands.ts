import { approve } from './approve.ts';
import { auditShow } from './audit-show.ts';
import { auditVerify } from './audit-verify.ts';
import type { Command } from './command.ts';
import { drill } from './drill.ts';
import { drillAnswer } from './drill-answer.ts';
import { drillMcp } from './drill-mcp.ts';
import { evidence } from './evidence.ts';
import { fleetSchema } from './fleet-schema.ts';
import { fleetTrust } from './fleet-trust.ts';
import { mcp } from './mcp.ts';
import { playbookCheck } from './playbook-check.ts';
import { playbookNew } from './playbook-new.ts';
import { playbookPrint } from './playbook-print.ts';
import { playbookSchema } from './playbook-schema.ts';
import { policyExplain } from './policy-explain.ts';
import { serve } from './serve.ts';
import { watch } from './watch.ts';

/** The commands that are no tools; to find one of them the tools need not be loaded. */
export const ownCommands: readonly Command[] = [
  approve,
  fleetTrust,
  fleetSchema,
  policyExplain,
  playbookCheck,
  playbookNew,
  playbookPrint,
  playbookSchema,
  auditVerify,
  auditShow,
  evidence,
  watch,
  drill,
  drillAnswer,
  drillMcp,
  mcp,
  serve,
];
