import { simulate } from '../test/simulation/world.js';
import { laws } from '../test/simulation/witness.js';
const from=Number(process.argv[2]??1), count=Number(process.argv[3]??1);
const t=Date.now(); const bad: any={};
let sim=0, jobs=0, runs=0; const faults=new Map<string,number>();
for (let seed=from; seed<from+count; seed++){
  const e=await simulate(seed);
  sim+=e.simulatedMs; jobs+=e.jobs; runs+=e.runs;
  for (const [k,v] of e.faults) faults.set(k,(faults.get(k)??0)+v);
  if (count===1) { for (const l of e.lines) if(l.told.level!=='debug'||process.argv[4]) console.log((l.atMs/1000).toFixed(3).padStart(8), l.who.padEnd(10), l.told.msg); }
  if (e.broken) { (bad[e.broken.law]??=[]).push(seed); if ((bad[e.broken.law].length)<=2) console.log(seed, laws[e.broken.law],':',e.broken.how.slice(0,1200)); }
}
console.log({ms:Date.now()-t, simS:sim/1000, jobs, runs, bad, faults:Object.fromEntries(faults)});
