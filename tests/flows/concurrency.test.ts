import { concurrentFlows } from './concurrent/flows.ts';
import { inMemory } from './storage.ts';

concurrentFlows('with the store in memory', async () => inMemory());
