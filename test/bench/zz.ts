import { startFarm } from './farm.ts'; import { wholeFanOut } from './whole-triage.ts';
const f=await startFarm(200); try{ const r = await wholeFanOut(f); console.log(r.figure,'|',r.goal,'|',r.seen,'|',r.reached);} catch (e) { console.log(String(e).slice(0,600)); } finally {f.stop();}
process.exit(0);
