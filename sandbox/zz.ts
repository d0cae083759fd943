import { writeFileSync } from 'node:fs';
import { startSandbox } from './index.ts';
const s = await startSandbox();
writeFileSync(
  '/tmp/sb/info',
  JSON.stringify({ fleet: s.fleetPath, model: s.model, whole: s.wholeModel, folder: s.folder }),
);
process.on('SIGTERM', () => void s.stop().then(() => process.exit(0)));
setInterval(() => {}, 1000);
