import type { Fault } from '../fault.ts';
import { gpuFaults } from './gpu.ts';
import { modelFaults } from './model.ts';
import { nodeFaults } from './node.ts';
import { serviceFaults } from './service.ts';

export const faults: readonly Fault[] = [...modelFaults, ...serviceFaults, ...gpuFaults, ...nodeFaults];

/** Undefined for a name that there is not. */
export const faultNamed = (name: string): Fault | undefined => faults.find((fault) => fault.name === name);
