#!/usr/bin/env node
// Written so that old versions can read it, and tell what they lack, before anything newer is loaded.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if ((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 24) {
  void import('./cli/main.ts').then(({ main }) => main());
} else {
  process.stderr.write(`error: rackhand needs Node 20.19, 22.12 or 24 and newer; this is ${process.version}.\n`);
  process.exitCode = 78;
}
