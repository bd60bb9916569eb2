import { inMemory } from '../fixtures/storage.ts';
import { concurrentFlows } from './concurrent/flows.ts';

concurrentFlows('with the store in memory', async () => inMemory());
