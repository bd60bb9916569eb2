import { describe, expect, test } from '@jest/globals';
import { simulatedServices } from '../../simulator/simulated-services.ts';
import { fault, refuse } from './faults.ts';
import {
  currentVersion,
  deploy,
  deployedTo,
  namedTarget,
  planted,
  type RotationWorld,
  rotate,
  rotationWorld,
  servedTo,
} from './rotations.ts';
import { announcements } from './sweeps.ts';

const minute = 60_000;

/** A secret that is named nowhere, was deployed, and has a new version whose event never came. */
async function unheard(): Promise<RotationWorld> {
  const of = await rotationWorld();
  await deploy(of, await rotate(of));
  await rotate(of);
  return of;
}

async function look(of: RotationWorld) {
  of.clock.advance(15 * minute);
  return deploy(of, { unfinished: true });
}

const denied = refuse('AccessDeniedException', 'It is not allowed for the moment', 403);

describe('a secret that is named nowhere', () => {
  test.each(['ListApplications', 'ListConfigurationProfiles', 'ListEnvironments', 'DescribeSecret'])(
    'is not forgotten where %s is denied, which is told once and not at each look',
    async (operation) => {
      const of = await unheard();
      const before = announcements(of).length;
      fault(of, operation, denied, 3);

      const runs = [await look(of), await look(of), await look(of)].map(({ run }) => run?.left);

      expect(runs).toEqual([[expect.stringContaining('AccessDeniedError')], undefined, undefined]);
      expect(announcements(of).slice(before)).toEqual(['Configuration Deployment Failed']);
      expect((await look(of)).run?.status).toBe('succeeded');
      expect(servedTo(of)).toBe(`${planted}-3`);
    },
  );

  test('is told of to a person each time, and of trouble that comes back to the clock once more', async () => {
    const of = await unheard();
    fault(of, 'ListApplications', denied, 2);
    const byHand = () => deploy(of, { secretId: of.secretArn });
    expect((await byHand()).run?.status).toBe('failed');
    expect((await byHand()).run?.status).toBe('failed');
    expect((await look(of)).run?.status).toBe('succeeded');

    fault(of, 'ListApplications', denied, 2);

    expect((await look(of)).run?.status).toBe('failed');
    expect((await look(of)).run).toBeUndefined();
  });

  test.each(['ListConfigurationProfiles', 'ListEnvironments'])(
    'is deployed where another application was deleted just before %s',
    async (operation) => {
      const of = await unheard();
      const { applications } = of.organization.world.appConfig;
      const [kept] = applications.values();
      if (kept === undefined) throw new Error('There is no application');
      const gone = { ...kept, id: 'gone123', name: 'gone', environments: new Map() };
      applications.set(gone.id, gone);
      of.organization.intercept((call, proceed) => {
        const { ApplicationId } = call.input as { readonly ApplicationId?: string };
        if (call.operation === operation && ApplicationId === gone.id) applications.delete(gone.id);
        return proceed();
      });

      const { run } = await look(of);

      expect(run).toMatchObject({ status: 'succeeded', reason: '1 of 1 deployments complete' });
      expect(applications.has(gone.id)).toBe(false);
      expect(deployedTo(of).at(-1)).toBe(currentVersion(of));
    },
  );

  test('keeps nobody awake by an error that nobody knows, whether before or after its targets were found', async () => {
    const of = await unheard();
    const strange = refuse('VeryStrangeException', 'What is this?');
    fault(of, 'DescribeSecret', strange, 2);
    expect((await look(of)).run?.left).toEqual([expect.stringContaining('VeryStrangeException')]);
    expect((await look(of)).run).toBeUndefined();

    const { outbox } = of.store;
    const put = async () => {
      throw Object.assign(new Error('The table does not like it'), { name: 'StrangerException' });
    };
    const services = simulatedServices(of.organization, {
      store: { ...of.store, outbox: { ...outbox, put } },
    });
    const broken = () => deploy(of, { unfinished: true }, { services });
    expect((await broken()).run?.left).toEqual([expect.stringContaining('StrangerException')]);
    expect((await broken()).run).toBeUndefined();

    expect((await look(of)).run?.status).toBe('succeeded');
  });
});

describe('a secret that the configuration names', () => {
  const named = () => rotationWorld({ rotation: namedTarget });

  test('and that is gone is told once, and again when it was there meanwhile', async () => {
    const of = await named();
    const { secrets } = of.organization.world;
    const secret = secrets.get(of.secretArn);
    if (secret === undefined) throw new Error('There is no secret');
    const three = async () => [await look(of), await look(of), await look(of)].map(({ run }) => run?.left);
    const told = [[expect.stringContaining('ResourceMissingError')], undefined, undefined];
    secrets.delete(of.secretArn);
    expect(await three()).toEqual(told);
    secrets.set(of.secretArn, secret);
    expect((await look(of)).run?.status).toBe('succeeded');
    secrets.delete(of.secretArn);

    expect(await three()).toEqual(told);

    expect(announcements(of)).toEqual([
      'Configuration Deployment Failed',
      'Configuration Deployed',
      'Configuration Deployment Failed',
    ]);
  });

  test('and that may not be described is told by the clock only where no event has come', async () => {
    const of = await named();
    fault(of, 'DescribeSecret', denied, 3);
    const event = await rotate(of);

    const runs = [await deploy(of, event), await look(of), await deploy(of, event)];

    expect(runs.map(({ run }) => run?.status)).toEqual(['failed', undefined, 'failed']);
    expect((await look(of)).run?.status).toBe('succeeded');
    expect(servedTo(of)).toBe(`${planted}-2`);
  });

  test('is told though the function that has met its trouble died before it could say so', async () => {
    const of = await named();
    fault(of, 'DescribeSecret', denied, 2);
    of.clock.advance(15 * minute);
    let calls = 0;

    const { run } = await deploy(
      of,
      { unfinished: true },
      {
        around: async (token, invoke) => {
          const answer = await invoke();
          calls += 1;
          if (calls === 1) throw Object.assign(new Error('It was too slow'), { name: 'Sandbox.Timedout' });
          expect(token).not.toBe('AdvanceDeploymentFunctionArn');
          return answer;
        },
      },
    );

    expect(run?.left).toEqual([expect.stringContaining('AccessDeniedError')]);
    expect(announcements(of)).toEqual(['Configuration Deployment Failed']);
  });

  test('keeps no other from being deployed', async () => {
    const of = await rotationWorld({
      rotation: (parts) => {
        const { targets } = namedTarget(parts);
        return { targets: [{ ...targets[0], secret: 'app/gone' }, ...targets] };
      },
    });

    const { run } = await look(of);

    expect(run?.left).toEqual([expect.stringMatching(/^app\/gone: ResourceMissingError/)]);
    expect(deployedTo(of)).toEqual([currentVersion(of)]);
  });
});
