import { measureBurst } from './burst/measure.ts';

for (const n of process.argv.slice(2).map(Number)) {
  const m = await measureBurst(n, 1);
  console.log(
    n,
    'lasted',
    m.lasted / 1000,
    'slow',
    m.slowest / 1000,
    'mid',
    m.middle / 1000,
    'lost',
    m.lost.length,
    'failed',
    m.failed.length,
    m.failed.slice(0, 3),
    'trans',
    m.transitions,
    'retries',
    m.retries,
    'fn',
    m.mostFunctions,
    m.refusedInvocations,
    'reg',
    m.registryUnits,
    m.refusedQueries,
    'sec',
    m.seconds.toFixed(1),
  );
  console.log('calls', [...m.calls].map(([k, v]) => `${k} ${v.calls}/${v.refused}`).join(', '));
  console.log('writes', [...m.writes].map(([k, v]) => `${k}=${v}`).join(', '));
  console.log('reads', [...m.reads].map(([k, v]) => `${k}=${v}`).join(', '));
}
