import { reconcileResource } from '../../shared/reconcile/reconcile.ts';
import type { ResourceChange } from '../../shared/store/ports.ts';
import { bucket } from '../flows/configurations.ts';
import type { TestEnv } from '../flows/flows-fixture.ts';

/** By a run that plans nothing else. */
export const reconcile = (env: TestEnv, planned: Partial<ResourceChange> = {}, revision = 1) =>
  reconcileResource(env.services, { runId: 'run', revision, planned: { resource: bucket, ...planned } });

/** Whether nobody holds the bucket's lease. */
export const isFree = async ({ store, clock }: TestEnv) =>
  (await store.leases.acquire(bucket, 'who asks', clock.now(), clock.now() + 1)).taken;
