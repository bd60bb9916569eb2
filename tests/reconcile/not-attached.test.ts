import { expect, test } from '@jest/globals';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { reconcileResource } from '../../shared/reconcile/reconcile.ts';
import { verifyRun } from '../../shared/reconcile/verify.ts';
import { planRun } from '../../shared/runs/plan.ts';
import { updateCentralAccount } from '../../shared/runs/update.ts';
import type { ResourceChange } from '../../shared/store/ports.ts';
import { people, small } from '../flows/configurations.ts';
import { created } from '../flows/events.ts';
import { fault, refuse } from '../flows/faults.ts';
import { due, makeReady, named, type World, world } from '../flows/flows-fixture.ts';
import { attachedTo, leaveOver, policiesOf } from '../flows/unattached-policies.ts';

const configuration = small(['people']);
const former = Array.from({ length: 20 }, (_, index) => String(600_000_000_000 + index));

let runs = 0;

const reconcile = (of: World, planned: Partial<ResourceChange> = {}) => {
  runs += 1;
  return reconcileResource(of.services, {
    runId: `run-${runs}`,
    revision: 1,
    planned: { resource: people, planned: 'change', plannedGeneration: 99, ...planned },
  });
};

/** For these accounts alone. */
const only = (...accounts: readonly string[]): Configuration => ({
  ...configuration,
  grants: configuration.grants.map((grant) => ({ ...grant, for: { accounts } })),
});

const denied = refuse('AccessDenied', 'no', 403);

/** Accounts of the organization, until a configuration names them no more. */
const crowded = (organization: World['organization']): void => {
  for (const id of former) organization.addAccount({ id, name: id });
};

test('accounts of a policy that is not attached lose nothing by its removal, so none is withheld', async () => {
  const of = await world({ configuration });
  leaveOver(of, 1, former);
  leaveOver(of, 2, former);

  const change = await reconcile(of);

  expect(change).toMatchObject({ outcome: 'written', before: {}, added: due(of)[people] });
  expect(change).not.toHaveProperty('removed');
  expect(change).not.toHaveProperty('error');
  expect({ all: policiesOf(of), attached: attachedTo(of) }).toEqual({ all: ['1'], attached: ['1'] });
  expect(named(of)).toEqual(due(of));
});

test('a removal that was allowed and died before the policy was deleted is ended, whatever is allowed now', async () => {
  const of = await world({ configuration, prepare: crowded });
  await reconcile(of);
  const nobody = only('999999999999');
  const safety = { ...nobody.safety, removalShare: 1 };
  await makeReady({ ...of, configuration: { ...nobody, safety } });
  fault(of, 'DeletePolicy', denied);
  const died = await reconcile(of);
  const left = { all: policiesOf(of), attached: attachedTo(of) };
  await makeReady({ ...of, configuration: nobody });

  const ended = await reconcile(of);

  expect(died.outcome).toBe('failed');
  expect(left).toEqual({ all: ['1'], attached: [] });
  expect(ended).toMatchObject({ outcome: 'written', before: {}, after: {} });
  expect(policiesOf(of)).toEqual([]);
});

test('what is left over of a grant that was taken out goes without a person', async () => {
  const of = await world({ configuration: small(['people', 'bucket']) });
  leaveOver(of, 1, former);
  await reconcile(of);
  leaveOver(of, 2, former);
  await makeReady({ ...of, configuration: small(['bucket']) });

  const change = await reconcile(of);

  expect(change).toMatchObject({ outcome: 'written', after: {} });
  expect(policiesOf(of)).toEqual([]);
});

test('where a policy was made and not attached, its accounts have nothing yet, and gain it by the next run', async () => {
  const of = await world({ configuration });
  fault(of, 'AttachGroupPolicy', denied);
  const died = await reconcile(of);
  of.organization.resetCalls();

  const change = await reconcile(of);

  expect(died.outcome).toBe('failed');
  expect(change).toMatchObject({ outcome: 'written', before: {}, added: due(of)[people] });
  expect(named(of)).toEqual(due(of));
  expect(policyWrites(of)).toEqual(['AttachGroupPolicy']);
});

test('a policy that is not attached and says too much is rewritten before it is attached', async () => {
  const of = await world({ configuration });
  leaveOver(of, 1, [...former, '888888888888']);

  await reconcile(of);

  expect(policyWrites(of)).toEqual(['CreatePolicyVersion', 'AttachGroupPolicy']);
  expect(named(of)).toEqual(due(of));
});

test('an account is verified only by what is attached', async () => {
  const of = await world({ configuration });
  const { id } = created(of);
  await makeReady(of);
  const revision = (await of.store.registry.account(id))?.revision ?? 0;
  const accounts = [{ accountId: id, revision }];
  await of.store.runs.put({ runId: 'run', status: 'running', startedAt: '', accountIds: [id] });
  await planRun(of.services, { runId: 'run', cause: 'created', accounts });
  await updateCentralAccount(of.services, { runId: 'run', central: 'security', revision });
  const verify = () => verifyRun(of.services, { runId: 'run', accounts });
  const [change] = await of.store.runs.changes('run');
  const { after, ...bare } = change as ResourceChange;
  await of.store.runs.putChange('run', { ...bare, outcome: 'unchanged' });
  const good = await verify();
  for (const group of of.organization.world.groups.values()) group.attached.clear();

  const bad = await verify();

  expect(good).toEqual({ verified: 1, missing: [] });
  expect(bad.missing).toEqual([expect.stringMatching(/cannot assume .* with MFA: no statement allows it/)]);
});

test('beside an attached policy, one that is not attached is used for those for whom that has no room', async () => {
  const sharded = small(['people'], '\nlimits: { managedPolicyCharacters: 1024 }');
  const of = await world({ configuration: sharded, prepare: crowded });
  await reconcile(of);
  const all = policiesOf(of);
  const [last] = attachedTo(of).slice(-1);
  for (const { attached } of of.organization.world.groups.values())
    for (const arn of attached) if (arn.endsWith(`-${last}`)) attached.delete(arn);
  const lost = (due(of)[people] ?? []).filter((id) => !named(of)[people]?.includes(id));

  const change = await reconcile(of);

  expect(all.length).toBeGreaterThan(1);
  expect(lost.length).toBeGreaterThan(0);
  expect(change).toMatchObject({ outcome: 'written', added: lost });
  expect({ all: policiesOf(of), attached: attachedTo(of) }).toEqual({ all, attached: all });
  expect(named(of)).toEqual(due(of));
});

test('others detach what was restored: the second time it is contested', async () => {
  const of = await world({ configuration });
  const detach = () => {
    of.clock.advance(10 * 60_000);
    for (const group of of.organization.world.groups.values()) group.attached.clear();
  };
  await reconcile(of);
  detach();

  const first = await reconcile(of);
  detach();
  const second = await reconcile(of);

  expect(first.outcome).toBe('written');
  expect(second).toMatchObject({ outcome: 'contested', error: { name: 'ContestedError' } });
  expect(attachedTo(of)).toEqual([]);
});

const policyWrites = ({ organization }: World): readonly string[] =>
  organization.calls
    .filter(({ service, operation }) => service === 'iam' && !/^(List|Get)/.test(operation))
    .map(({ operation }) => operation);
