import { startFarm } from './farm.ts';
const one = await startFarm(1);
try {
const { singleNode, farAway } = await import('./single-node.ts');
console.log(await singleNode(one));
console.log(await farAway(one));
} finally { one.stop(); }
