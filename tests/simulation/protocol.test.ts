import { expect, test } from '@jest/globals';
import { createMemoryStore } from '../../shared/store/memory.ts';
import type { SimulatedCall } from '../../simulator/plugin.ts';
import { createWorld } from '../../simulator/world.ts';
import { createProtocol } from './accounts/protocol.ts';
import { createFaults } from './faults.ts';
import { createDraw, createSeededRandom } from './random.ts';
import { createProcessClock, runInSimulatedTime } from './time.ts';

const accountId = '111122223333';
const roleArn = `arn:aws:iam::${accountId}:role/account-onboarding/spoke`;
const caller = { accountId, roleArn, roleId: 'AROAEXAMPLE', sessionArn: `${roleArn}/run-1` };

const call = (
  service: string,
  operation: string,
  input: object,
): Pick<SimulatedCall, 'service' | 'operation' | 'input'> => ({ service, operation, input });

const group = `assume-role-permission/${accountId}/us-east-1/group/Developers`;
const role = `assume-role-permission/${accountId}/us-east-1/role/Builder`;
const image = `ami-launch-permission/${accountId}/eu-west-1/ami-0123456789abcdef0`;
const policy = 'account-onboarding-sim-group-Developers-2';

/** The rules that a run breaks if it sends a call some time after it took a lease, which lasts three minutes. */
const brokenBySending = (
  sent: ReturnType<typeof call>,
  { lease, owner = 'run-1', after }: { lease: string; owner?: string; after: number },
): Promise<readonly string[]> =>
  runInSimulatedTime(createSeededRandom(1), async () => {
    const broken: string[] = [];
    const protocol = createProtocol({
      world: createWorld({
        organizationId: 'o-exampleorg1',
        managementAccountId: accountId,
        hubAccountId: accountId,
        rootId: 'r-exam',
        clock: createProcessClock(),
        random: createSeededRandom(1),
      }),
      faults: createFaults(createDraw(createSeededRandom(1))),
      violated: (what) => void broken.push(what),
    });
    const { leases } = protocol.around(createMemoryStore());
    await leases.acquire(lease, `${owner}#1`, Date.now(), Date.now() + 180_000);
    await createProcessClock().sleep(after);
    await protocol.interceptor({ ...sent, accountId, region: 'eu-west-1', caller }, async () => ({}));
    return broken;
  });

test.each([
  [group, call('iam', 'CreatePolicy', { PolicyName: policy })],
  [group, call('iam', 'CreatePolicyVersion', { PolicyArn: `arn:aws:iam::${accountId}:policy/${policy}` })],
  [group, call('iam', 'AttachGroupPolicy', { GroupName: 'Developers' })],
  [role, call('iam', 'DetachRolePolicy', { RoleName: 'Builder' })],
  [image, call('ec2', 'ModifyImageAttribute', { ImageId: 'ami-0123456789abcdef0' })],
])('reports a write of %s only when it is sent after the deadline of the lease', async (lease, sent) => {
  const inTime = await brokenBySending(sent, { lease, after: 140_000 });
  const tooLate = await brokenBySending(sent, { lease, after: 150_000 });

  expect(inTime).toEqual([]);
  expect(tooLate).toEqual([`${sent.operation} of run-1 is sent after the deadline of its lease: ${lease}`]);
});

test('reports a write when another run holds the lease', async () => {
  const sent = call('iam', 'CreatePolicy', { PolicyName: policy });

  expect(await brokenBySending(sent, { lease: group, owner: 'run-2', after: 1 })).toHaveLength(1);
});

test('reports no read after the deadline of the lease', async () => {
  const sent = call('iam', 'GetPolicy', { PolicyName: policy });

  expect(await brokenBySending(sent, { lease: group, after: 150_000 })).toEqual([]);
});

test('ends a play that lasts too long', async () => {
  const endless = runInSimulatedTime(createSeededRandom(1), async () => {
    for (;;) await createProcessClock().sleep(60_000);
  });

  await expect(endless).rejects.toThrow('The play is not over after 96 hours of simulated time');
});
