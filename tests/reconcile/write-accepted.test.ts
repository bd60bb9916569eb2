import { describe, expect, test } from '@jest/globals';
import { InvalidPrincipalError } from '../../shared/platform/aws/errors.ts';
import { listHeldAccounts } from '../../shared/reconcile/holds.ts';
import { writeAccepted } from '../../shared/reconcile/write-accepted.ts';
import { bench, ids } from '../fixtures/rejected-principals.ts';

test('writes once when AWS accepts the policy', async () => {
  const env = bench({ wanted: ids(50), refused: [] });

  const { excluded } = await writeAccepted(env.request);

  expect(excluded).toEqual([]);
  expect(env.sent).toHaveLength(1);
});

test('finds a single rejected new account with two writes', async () => {
  const env = bench({ named: ['000'], wanted: ['000', '001'], refused: ['001'] });

  const { excluded } = await writeAccepted(env.request);

  expect(excluded).toEqual(['001']);
  expect(env.there()).toEqual(['000']);
  expect(env.sent).toHaveLength(2);
});

describe.each([2, 3, 10, 100])('one rejected account among %i new accounts', (count) => {
  test.each([0, Math.floor(count / 2), count - 1])(
    'admits the other accounts when the rejected account is at position %i',
    async (position) => {
      const culprit = ids(count)[position] ?? '';
      const env = bench({ wanted: ids(count), refused: [culprit] });

      const { excluded } = await writeAccepted(env.request);

      expect(excluded).toEqual([culprit]);
      expect(env.there()).toEqual(ids(count).filter((id) => id !== culprit));
      expect(env.sent.length).toBeLessThanOrEqual(16);
    },
  );
});

test('stops after a limited number of writes when AWS rejects many accounts, and adds none of them', async () => {
  const refused = ids(64).filter((_, index) => index % 3 === 0);
  const env = bench({ wanted: ids(64), refused });

  const { excluded, written } = await writeAccepted(env.request);

  expect(excluded).toEqual(expect.arrayContaining(refused));
  expect(env.sent.length).toBeLessThanOrEqual(16);
  expect(written.next).toEqual(env.there());
});

test('removes accounts in the same write even when AWS rejects a new one', async () => {
  const env = bench({ named: ['000', '001'], wanted: ['001', '002'], refused: ['002'] });

  await writeAccepted(env.request);

  expect(env.there()).toEqual(['001']);
});

test("keeps an account's existing access while a new account is rejected", async () => {
  const env = bench({ named: ['000'], gaining: ['000'], wanted: ['000', '001', '002'], refused: ['002'] });

  const { excluded } = await writeAccepted(env.request);

  expect(excluded).toEqual(['002']);
  expect(env.sent.every((ids) => ids.includes('000'))).toBe(true);
  expect(env.there()).toEqual(['000', '001']);
});

test('excludes an account with existing access when it gains more and AWS rejects it', async () => {
  const env = bench({ named: ['000', '001'], gaining: ['000'], wanted: ['000', '001'], refused: ['000'] });

  const { excluded } = await writeAccepted(env.request);

  expect(excluded).toEqual(['000']);
  expect(env.there()).toEqual(['001']);
});

test('tries the newest accounts last, so that one write shows that the rejected account is among them', async () => {
  const env = bench({ wanted: ids(4), refused: ['003'] });

  const { excluded } = await writeAccepted(env.request);

  expect(excluded).toEqual(['003']);
  expect(env.sent).toEqual([ids(4), ['000', '001'], ['000', '001', '002']]);
});

test('excludes a rejected account of a former grant, and keeps its other accounts', async () => {
  const env = bench({
    named: ['000', '001', '002'],
    wanted: ['000', '003'],
    leaving: ['001', '002'],
    refused: ['001'],
  });

  const { excluded, written } = await writeAccepted(env.request);

  expect(excluded).toEqual(['001']);
  expect(env.there()).toEqual(['000', '002', '003']);
  expect(listHeldAccounts(written.holds, 'grace-period')).toEqual(['002']);
});

test('tries the newest accounts of a former grant last, so that one write shows that the rejected one is among them', async () => {
  const env = bench({ named: ids(4), wanted: ['004'], leaving: ids(4), refused: ['003'] });

  const { excluded } = await writeAccepted(env.request);

  expect(excluded).toEqual(['003']);
  expect(env.there()).toEqual(['000', '001', '002', '004']);
  expect(env.sent.slice(-2)).toEqual([
    ['000', '001', '004'],
    ['000', '001', '002', '004'],
  ]);
});

test('excludes a new account and an account of a former grant when AWS rejects both', async () => {
  const env = bench({
    named: ['000', '001'],
    wanted: ['000', '002', '003'],
    leaving: ['001'],
    refused: ['001', '003'],
  });

  const { excluded } = await writeAccepted(env.request);

  expect(excluded).toEqual(['001', '003']);
  expect(env.there()).toEqual(['000', '002']);
});

test('keeps the access of every account of a former grant when AWS rejects a new account', async () => {
  const env = bench({ named: ['000', '001'], wanted: ['000', '002'], leaving: ['001'], refused: ['002'] });

  await writeAccepted(env.request);

  expect(env.sent.every((ids) => ids.includes('001'))).toBe(true);
});

test('tries departed accounts before all new accounts', async () => {
  const env = bench({
    named: ['000', '001', '002'],
    wanted: ['000', ...ids(40).slice(3)],
    leaving: ['001', '002'],
    gone: ['002'],
    refused: ['002'],
  });

  const { excluded } = await writeAccepted(env.request);

  expect(excluded).toEqual(['002']);
  expect(env.there()).toContain('001');
  expect(env.sent).toHaveLength(2);
});

test('throws when AWS rejects an account that the policy already names', async () => {
  const env = bench({ named: ['000'], wanted: ['000', '001', '002'], refused: ['000'] });

  const written = writeAccepted(env.request);

  await expect(written).rejects.toMatchObject({
    name: 'InvalidPrincipalError',
    message: expect.stringContaining('onboarding import'),
  });
  expect(env.there()).toEqual(['000']);
  expect(env.sent.length).toBeLessThanOrEqual(2);
});

test('throws an error again that does not concern principals', async () => {
  const env = bench({ wanted: ids(2), refused: [] });
  const write = async () => {
    throw new Error('the network');
  };

  await expect(writeAccepted({ ...env.request, write })).rejects.toThrow('the network');
});

test('excludes rejected accounts without another write when each account has its own request', async () => {
  const env = bench({ named: ['000'], wanted: ['000', '001', '002', '003'], refused: [] });
  let writes = 0;
  const write = async () => {
    writes += 1;
    throw new InvalidPrincipalError('refused', { othersWritten: true, accountIds: ['003', '001'] });
  };

  const { written, excluded, reason } = await writeAccepted({ ...env.request, write });

  expect(reason).toBe('refused');
  expect(excluded).toEqual(['001', '003']);
  expect(written).toMatchObject({ next: ['000', '002'], changed: true });
  expect(writes).toBe(1);
});

test('excludes previously rejected accounts from the first write, so that the second write adds all others', async () => {
  const refused = ['003', '040'];
  const env = bench({ wanted: ids(100), refused });

  const { excluded } = await writeAccepted({ ...env.request, rejectedBefore: new Set(refused) });

  expect(excluded).toEqual(refused);
  expect(env.sent[1]).toEqual(ids(100).filter((id) => !refused.includes(id)));
  expect(env.sent.length).toBeLessThanOrEqual(4);
});
