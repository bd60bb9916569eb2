import { measureBurst } from './burst/measure.ts';
const g = globalThis as unknown as Record<string, unknown>;
g.trace = (a: string) => { console.log(((Date.now() - Date.parse('2026-03-02T09:00:00Z'))/1000).toFixed(1), a); };
const m = await measureBurst(Number(process.argv[2]), 1);
console.log(m.lasted);
