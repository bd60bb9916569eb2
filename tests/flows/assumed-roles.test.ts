import { beforeAll, describe, expect, it } from '@jest/globals';
import { created, moved } from '../fixtures/account-events.ts';
import { onboardEveryKind, prepareEveryKind } from '../fixtures/every-kind.ts';
import type { MemberEnv } from '../fixtures/member-env.ts';
import { askAws, askEverything, refusedCalls, workingCalls } from '../fixtures/real-calls.ts';
import { onboard } from '../fixtures/test-env.ts';

const everyCall = (answer: string): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.keys(workingCalls).map((name) => [name, answer]));

describe('an account that is onboarded', () => {
  let env: MemberEnv;

  beforeAll(async () => {
    env = await onboardEveryKind();
  });

  it("lets people, applications and deployers work when the account's run says ready", async () => {
    expect(env.ended.run.readiness).toMatchObject({ ready: true });
    expect(await askEverything(env)).toEqual(everyCall('allowed'));
  });

  it.each(Object.entries(refusedCalls))(
    'refuses a call to a member role or central resource when %s',
    async (_, call) => {
      expect(await askAws(call, env)).toBe('refused');
    },
  );

  it("lets nobody use an account's roles when it has left the OU", async () => {
    await onboard(env, moved(env, env.id, 'r-exam'));

    expect(await askEverything(env)).toEqual(everyCall('refused'));
  });
});

describe('an account without both halves', () => {
  it("lets nobody use an account's roles when no run has served it", async () => {
    const env = await prepareEveryKind();

    expect(await askEverything({ ...env, id: created(env).id })).toEqual(everyCall('refused'));
  });

  it("lets nobody use an account's roles when no StackSet deploys them", async () => {
    const env = await onboardEveryKind(() => {});

    expect(env.ended.run.readiness?.ready).toBe('unproven');
    expect(await askEverything(env)).toEqual(everyCall('refused'));
  });
});
