import type { Part } from '../support/planted-node.ts';
import type { Told } from '../support/planted-programs.ts';

const file = '/opt/back';

/** How a service does until what it lacks is back: it would take it up, and only a new start lets it. */
export const untilBack = (well: Told, does: Told): Told => ({ ...well, until: { file, does } });

/** It comes back once the service has said so much. */
export const back = (service: string, text: string): Part => ({
  ready: [{ file: `/var/log/${service}.err`, text, times: 1 }],
  after: [`touch ${file}`],
});
