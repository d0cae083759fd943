import { itsService } from '../checks/verify-model.ts';
import { OpsError } from '../core/errors.ts';
import type { Node } from '../core/node.ts';
import type { Finding } from '../core/report.ts';
import { modelFileSchema, serviceSchema, type Service } from '../core/service.ts';

/**
 * The node with the one model at `path`: of the services that declare it, of all those left where one was `named`, or
 * of none. Errors: `USAGE` for a path that is not absolute.
 */
export function withModelAt(node: Node, path: string, named: boolean): Node {
  const model = modelFileSchema.safeParse({ path });
  if (!model.success || /[\0\n]/.test(path))
    throw new OpsError('USAGE', `path: ${JSON.stringify(path)} is no absolute path on the node.`);
  const only = (service: Service): Service => ({
    ...service,
    models: [service.models.find((each) => each.path === path) ?? model.data],
  });
  const declaring = node.services.filter(({ models }) => models.some((each) => each.path === path));
  const standIn: Service = { ...serviceSchema.parse({ manager: 'none' }), name: itsService, become: node.become };
  const chosen = named ? node.services : declaring.length > 0 ? declaring : [standIn];
  return { ...node, services: chosen.map(only) };
}

/** A finding on a file that no service declares belongs to none. */
export function withoutStandIn({ service, ...finding }: Finding): Finding {
  return service === undefined || service === itsService ? finding : { ...finding, service };
}
