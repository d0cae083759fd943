// `npm run drill`: `rackhand drill` of this checkout, with its own pm2.
import { buildWhenOlder, installPackages, program } from './packages.mjs';

installPackages();
buildWhenOlder();
process.argv = [process.execPath, program, 'drill', ...process.argv.slice(2)];
await import(program);
