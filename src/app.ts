import { userInfo } from 'node:os';
import { join } from 'node:path';
import { approvalDesk, type ApprovalDesk } from './approval-desk.ts';
import { createFleetReader } from './config/fleet-reader.ts';
import { localNode } from './config/local-node.ts';
import { readSettings } from './config/settings.ts';
import { OpsError, opsError } from './core/errors.ts';
import type { Fleet, Node } from './core/node.ts';
import { policySchema } from './core/policy.ts';
import { principalOf, type Face } from './core/principal.ts';
import type { Report } from './core/report.ts';
import { redactDeep } from './core/text.ts';
import type { AnyTool, Evidence } from './core/tool.ts';
import { actions } from './actions/index.ts';
import { checks } from './checks/index.ts';
import { vitals } from './probes/vitals.ts';
import { createAudit } from './engine/audit.ts';
import type { Shown, Wanted } from './engine/audit-show.ts';
import type { AuditState } from './engine/audit-verify.ts';
import { createStores } from './engine/change-stores.ts';
import { createEvidence } from './engine/evidence.ts';
import { createLog } from './engine/log.ts';
import { createEngine } from './engine/ops.ts';
import { selectNodes } from './engine/select-nodes.ts';
import { fleetPlace } from './fleet-place.ts';
import { playbookShelf, type PlaybookShelf } from './playbook-shelf.ts';
import { knownNames } from './known-names.ts';
import { toolInput } from './tool-input.ts';
import type { OfferedKey } from './transport/offered-key.ts';
import { createTransports } from './transport/transports.ts';

export interface CallOptions {
  readonly signal: AbortSignal;
  /** `wrote` are lines that a node wrote: data. */
  onProgress(message: string, wrote?: readonly string[]): void;
  /** Told the id of each run in the moment it begins. */
  onRun?(id: string): void;
}

/** Everything that a face needs. */
export interface App {
  /** Parses the input, runs the tool, redacts the report. Errors: `USAGE` and all of `errors.ts`. */
  call(tool: AnyTool, input: unknown, options: CallOptions): Promise<Report>;
  evidence(id: string): Promise<Evidence | undefined>;
  recentEvidence(): readonly { readonly id: string; readonly title: string }[];
  /** The host key that a node presents, which nobody has to trust yet. */
  offeredKey(nodeName: string): Promise<OfferedKey>;
  /** The rules that hold for a node. Errors: `UNKNOWN_NODE`. */
  policyOf(nodeName: string): Promise<NodePolicy>;
  readonly audit: {
    /** Whether all of it is as it was written, and what stood on a head that was noted; if so, a head to note now. */
    verify(noted: string | undefined): Promise<AuditState & { readonly head: string | undefined }>;
    show(wanted: Wanted): Promise<Shown>;
  };
  /** Who asks through this face. */
  readonly principal: string;
  /** Where persons approve what is planned. */
  readonly approvals: ApprovalDesk;
  readonly playbooks: PlaybookShelf;
  close(): Promise<void>;
}

/** A node with the policy of its fleet. */
export interface NodePolicy extends Pick<Fleet, 'policy' | 'rulePlaces'> {
  readonly node: Node;
}

const noFleet: Fleet = {
  path: 'no fleet file',
  nodes: [],
  secrets: [],
  policy: policySchema.parse({}),
  rulePlaces: [],
  playbooks: [],
  brokenPlaybooks: [],
  workflows: [],
};

/** Wires the house. It connects to nothing and reads no fleet file before it is asked something. */
export async function createApp({
  fleetPath,
  face = 'cli',
}: { fleetPath?: string | undefined; face?: Face } = {}): Promise<App> {
  const place = fleetPlace(fleetPath);
  const readFleet = createFleetReader(place, knownNames);
  const local = localNode();
  const transport = createTransports();
  let secrets: readonly string[] = [];
  const settings = readSettings(place);
  const log = createLog(settings.log);
  const evidence = createEvidence(join(settings.state, 'evidence'), () => secrets);
  const principal = principalOf(face, osUser());
  const auditFolder = join(settings.state, 'audit');
  const audit = createAudit({ folder: auditFolder, secrets: () => secrets, warn: (message) => log.warn(message) });
  const stores = createStores(settings.state, {
    actions,
    checks,
    vitals: vitals.steps,
    evidence,
    secrets: () => secrets,
  });
  const engine = createEngine({ transport, local, stores });

  /** This machine can be looked at without a fleet file. */
  const fleetFor = async (input: Readonly<Record<string, unknown>>): Promise<Fleet> => {
    try {
      return await readFleet();
    } catch (thrown) {
      const asked = [input.nodes ?? input.node].flat();
      if (opsError(thrown).code !== 'CONFIG_MISSING' || fleetPath !== undefined || asked.join() !== local.name)
        throw thrown;
      return noFleet;
    }
  };

  const policyOf = async (nodeName: string): Promise<NodePolicy> => {
    const fleet = await fleetFor({ node: nodeName });
    ({ secrets } = fleet);
    const [node, ...more] = selectNodes(fleet, [nodeName], local);
    if (node === undefined || more.length > 0) throw new OpsError('USAGE', `${nodeName} is more than one node.`);
    return { node, policy: fleet.policy, rulePlaces: fleet.rulePlaces };
  };

  return {
    async call(tool, given, { signal, onProgress, onRun }) {
      const input = toolInput(tool, given);
      const fleet = await fleetFor(input);
      ({ secrets } = fleet);
      const start = performance.now();
      const trail = audit.trail({ tool: tool.name, principal });
      const report: Report = await tool
        .run(
          input,
          engine.ops({ fleet, trail, signal, onProgress: safely(onProgress, secrets), ...(onRun && { onRun }) }),
        )
        .catch(async (thrown: unknown): Promise<never> => {
          await trail.end();
          const { code, kind } = opsError(thrown);
          // The face tells whoever asked; here only what is ours to mend stands out.
          log[kind.blame === 'us' ? 'error' : 'info']({ tool: tool.name, code }, 'call failed');
          throw thrown;
        });
      const unwritten = await trail.end();
      log.info({ tool: tool.name, status: report.status, ms: Math.round(performance.now() - start) }, 'call answered');
      const unkept = await evidence
        .save(report.findings.filter(({ status }) => status !== 'ok').flatMap((finding) => finding.evidence))
        // What was found or done is to be heard all the same.
        .then(
          () => [],
          (thrown: unknown) => [`Its evidence goes with this process: ${opsError(thrown).message}`],
        );
      return redactDeep({ ...report, notes: [...report.notes, ...unwritten, ...unkept] }, secrets);
    },
    evidence: (id) => evidence.find(id),
    recentEvidence: () => evidence.recent(),
    async offeredKey(nodeName) {
      const [node] = selectNodes(await readFleet(), [nodeName], local);
      if (node === undefined || node.transport === 'local') throw new OpsError('USAGE', `${nodeName} has no host key.`);
      const { offeredKey } = await import('./transport/offered-key.ts');
      return offeredKey(node);
    },
    policyOf,
    principal,
    approvals: approvalDesk({ store: stores.approvals, policyOf, secrets: () => secrets, now: Date.now }),
    playbooks: playbookShelf(place, readFleet),
    audit: {
      async verify(noted) {
        const { verifyAudit } = await import('./engine/audit-verify.ts');
        const state = await verifyAudit(auditFolder, noted);
        const isWhole = state.troubles.length === 0 && state.files > 0;
        return { ...state, head: isWhole ? await audit.checked(principal).catch(() => undefined) : undefined };
      },
      async show(wanted) {
        const { auditEntries } = await import('./engine/audit-show.ts');
        return await auditEntries(auditFolder, wanted);
      },
    },
    async close() {
      await transport.close();
      await audit.close();
    },
  };
}

/** A container may run as a number that no account has. */
function osUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.()}`;
  }
}

/** What is said while a call goes on is redacted as the report is. */
const safely =
  (say: CallOptions['onProgress'], secrets: readonly string[]): CallOptions['onProgress'] =>
  (message, wrote) =>
    say(redactDeep(message, secrets), redactDeep(wrote, secrets));
