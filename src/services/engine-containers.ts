import { z } from 'zod';
import type { Asking } from '../core/probe.ts';
import { askEngine, type EngineDown, type EnginePlace } from './engine-answer.ts';

const label = (name: string) => `com.docker.compose.${name}`;

const rowSchema = z.object({
  Id: z.string(),
  Names: z.array(z.string()).nullish(),
  Image: z.string(),
  ImageID: z.string().nullish(),
  /** `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`. */
  State: z.string(),
  Status: z.string().nullish(),
  Created: z.number().nullish(),
  Labels: z.record(z.string(), z.string()).nullish(),
});

/** A container as the list of its engine has it. */
export interface EngineContainer {
  readonly id: string;
  readonly name: string;
  /** As it was asked for: `ollama/ollama:0.5`. */
  readonly image: string;
  /** `sha256:…` of what the name meant when it was made. */
  readonly imageId: string | null;
  readonly state: string;
  /** `Up 2 hours (healthy)`, `Exited (137) 3 minutes ago` */
  readonly status: string;
  /** Epoch seconds. */
  readonly createdAt: number | null;
  /** Null for one that compose did not make. */
  readonly compose: ComposeLabels | null;
}

/** What compose writes on each container. Source: labels of docker compose 2 and of docker-compose 1.29. */
export interface ComposeLabels {
  readonly project: string;
  readonly service: string;
  /** Its place among the replicas of its service. */
  readonly number: number | null;
  /** Of `compose run`, and no replica of its service. */
  readonly oneOff: boolean;
  /** Absolute paths. */
  readonly configFiles: readonly string[];
  readonly workingDir: string | null;
}

export type EngineContainers =
  | EngineDown
  | {
      readonly reachable: true;
      readonly via: string;
      readonly clock: number | null;
      /** How long it took. */
      readonly ms: number;
      readonly containers: readonly EngineContainer[];
    };

/** All containers, also those that have ended: one question, the same for everybody. Errors: `OUTPUT_UNREADABLE`. */
export function* engineContainers({ server, become }: EnginePlace): Asking<EngineContainers> {
  const answer = yield* askEngine({ server, become }, '/containers/json?all=true', z.array(rowSchema));
  if (!answer.reachable) return answer;
  const { via, clock, ms, value } = answer;
  return { reachable: true, via, clock, ms, containers: (value ?? []).map(containerIn) };
}

function containerIn(row: z.infer<typeof rowSchema>): EngineContainer {
  const name = row.Names?.[0]?.replace(/^\//, '') ?? row.Id.slice(0, 12);
  return {
    id: row.Id,
    name,
    image: row.Image,
    imageId: row.ImageID ?? null,
    state: row.State,
    status: row.Status ?? '',
    createdAt: row.Created ?? null,
    compose: composeIn(row.Labels ?? {}),
  };
}

function composeIn(labels: Readonly<Record<string, string>>): ComposeLabels | null {
  const project = labels[label('project')];
  const service = labels[label('service')];
  if (project === undefined || service === undefined) return null;
  const workingDir = labels[label('project.working_dir')] ?? null;
  const files = labels[label('project.config_files')]?.split(',').filter((file) => file !== '') ?? [];
  const number = Number(labels[label('container-number')] ?? Number.NaN);
  return {
    project,
    service,
    number: Number.isInteger(number) ? number : null,
    oneOff: labels[label('oneoff')]?.toLowerCase() === 'true',
    // docker-compose 1 wrote them as they were given to it.
    configFiles: files.map((file) => (file.startsWith('/') || workingDir === null ? file : `${workingDir}/${file}`)),
    workingDir,
  };
}
