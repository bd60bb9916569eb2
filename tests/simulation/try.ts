import { play } from '../../simulation/play.ts';
import * as planted from './planted.ts';
const only = process.argv.slice(2);
for (const [name, plant] of Object.entries(planted)) {
  if (only.length > 0 && !only.includes(name)) continue;
  const began = process.cpuUsage();
  let seed = 1;
  for (; seed <= 300; seed += 1) {
    const { violations } = await play({ seed, ...plant() });
    if (violations.length > 0) { console.log(name, 'caught at', seed, violations[0]?.what.slice(0, 160)); break; }
  }
  if (seed > 300) console.log(name, 'NOT CAUGHT');
  const { user } = process.cpuUsage(began);
  console.log('   cpu s', user / 1e6);
}
