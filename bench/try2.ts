import { measureBurst } from './burst/measure.ts';
const g = globalThis as unknown as Record<string, unknown>;
const why = new Map<string, number>();
g.trace = (a: string) => { why.set(a, (why.get(a) ?? 0) + 1); };
const m = await measureBurst(Number(process.argv[2]), 1);
console.log(m.lasted, why);
