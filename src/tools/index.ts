// Made by `npm run gen`.
import type { AnyTool } from '../core/tool.ts';
import { fleetList } from './fleet-list.ts';
import { nodeTriage } from './node-triage.ts';

export const tools: readonly AnyTool[] = [fleetList, nodeTriage];
