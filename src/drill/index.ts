export { faultNamed, faults } from '../../sandbox/faults/index.ts';
export { managerFor } from '../../sandbox/index.ts';
export { drillAll } from './all.ts';
export { drillOnCall } from './on-call.ts';
