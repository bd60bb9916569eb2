import { afterEach, beforeAll, expect, it } from '@jest/globals';
import { type AccountCheck, checkAccount } from '../../shared/reconcile/check-account.ts';
import { changes, worlds } from '../fixtures/changed-worlds.ts';
import { onboardEveryKind } from '../fixtures/every-kind.ts';
import type { MemberEnv } from '../fixtures/member-env.ts';
import { askAws, workingCalls } from '../fixtures/real-calls.ts';
import { type AccessName, accesses } from '../fixtures/removed-pieces/accesses.ts';
import { otherServices } from '../fixtures/test-env.ts';

let env: MemberEnv;
let checks = 0;

beforeAll(async () => {
  env = await onboardEveryKind();
});

afterEach(() => changes.undo());

const findStatus = ({ results }: AccountCheck, name: AccessName) =>
  results.find(
    ({ resource, what }) =>
      resource.startsWith(`${accesses[name][0]}/`) && what.startsWith(accesses[name][1]),
  )?.status;

/** What AWS answers when it does what verification says. An unproven access may have either answer. */
const promised: Readonly<Partial<Record<string, string>>> = { verified: 'allowed', denied: 'refused' };

it.each(Object.entries(worlds))('calls no access verified that AWS denies when %s', async (_, change) => {
  change(env, changes);
  checks += 1;
  const checked = await checkAccount(otherServices(env), { runId: `check-${checks}`, accountId: env.id });

  for (const name of ['readOnly', 'partner', 'deployer', 'reader', 'secret', 'key', 'revisions'] as const) {
    const status = findStatus(checked, name) ?? 'none';
    const answer = await askAws(workingCalls[name], env).catch((error: Error) => error.name);
    const kept =
      status === 'verified' ? answer === 'allowed' : answer !== 'allowed' || promised[status] === undefined;
    expect({ name, status, answer, kept }).toMatchObject({ kept: true });
  }
});
