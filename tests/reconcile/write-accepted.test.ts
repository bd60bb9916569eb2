import { describe, expect, test } from '@jest/globals';
import { InvalidPrincipalError } from '../../shared/platform/aws/errors.ts';
import { listHeldAccounts } from '../../shared/reconcile/holds.ts';
import { writeAccepted } from '../../shared/reconcile/write-accepted.ts';
import { bench, ids } from '../fixtures/rejected-principals.ts';

test('what AWS accepts is written once', async () => {
  const env = bench({ wanted: ids(50), refused: [] });

  const { excluded } = await writeAccepted(env.request);

  expect(excluded).toEqual([]);
  expect(env.sent).toHaveLength(1);
});

test('a single newcomer that is refused costs two writes: the second shows that it is the one', async () => {
  const env = bench({ named: ['000'], wanted: ['000', '001'], refused: ['001'] });

  const { excluded } = await writeAccepted(env.request);

  expect(excluded).toEqual(['001']);
  expect(env.there()).toEqual(['000']);
  expect(env.sent).toHaveLength(2);
});

describe.each([2, 3, 10, 100])('one culprit among %i newcomers', (count) => {
  test.each([0, Math.floor(count / 2), count - 1])('at place %i: the others get in', async (place) => {
    const culprit = ids(count)[place] ?? '';
    const env = bench({ wanted: ids(count), refused: [culprit] });

    const { excluded } = await writeAccepted(env.request);

    expect(excluded).toEqual([culprit]);
    expect(env.there()).toEqual(ids(count).filter((id) => id !== culprit));
    expect(env.sent.length).toBeLessThanOrEqual(16);
  });
});

test('with many culprits the attempts end, and nobody refused is in', async () => {
  const refused = ids(64).filter((_, index) => index % 3 === 0);
  const env = bench({ wanted: ids(64), refused });

  const { excluded, written } = await writeAccepted(env.request);

  expect(excluded).toEqual(expect.arrayContaining(refused));
  expect(env.sent.length).toBeLessThanOrEqual(16);
  expect(written.next).toEqual(env.there());
});

test('what is removed in the same write goes, though a newcomer is refused', async () => {
  const env = bench({ named: ['000', '001'], wanted: ['001', '002'], refused: ['002'] });

  await writeAccepted(env.request);

  expect(env.there()).toEqual(['001']);
});

test('who is named already keeps its place while a newcomer is refused, though it was to gain more', async () => {
  const env = bench({ named: ['000'], gaining: ['000'], wanted: ['000', '001', '002'], refused: ['002'] });

  const { excluded } = await writeAccepted(env.request);

  expect(excluded).toEqual(['002']);
  expect(env.sent.every((ids) => ids.includes('000'))).toBe(true);
  expect(env.there()).toEqual(['000', '001']);
});

test('who is named already and is refused now is left out, where it is the one that gains more', async () => {
  const env = bench({ named: ['000', '001'], gaining: ['000'], wanted: ['000', '001'], refused: ['000'] });

  const { excluded } = await writeAccepted(env.request);

  expect(excluded).toEqual(['000']);
  expect(env.there()).toEqual(['001']);
});

test('searches the newest new accounts last, so that one write shows that the refused account is among them', async () => {
  const env = bench({ wanted: ids(4), refused: ['003'] });

  const { excluded } = await writeAccepted(env.request);

  expect(excluded).toEqual(['003']);
  expect(env.sent).toEqual([ids(4), ['000', '001'], ['000', '001', '002']]);
});

test('who is only kept for now is left out where it is the one that is refused, and the others stay', async () => {
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

test('searches the newest kept accounts last, so that one write shows that the refused account is among them', async () => {
  const env = bench({ named: ids(4), wanted: ['004'], leaving: ids(4), refused: ['003'] });

  const { excluded } = await writeAccepted(env.request);

  expect(excluded).toEqual(['003']);
  expect(env.there()).toEqual(['000', '001', '002', '004']);
  expect(env.sent.slice(-2)).toEqual([
    ['000', '001', '004'],
    ['000', '001', '002', '004'],
  ]);
});

test('a newcomer and one who is only kept are both left out where both are refused', async () => {
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

test('while a newcomer is the one that is refused, nobody who is kept is without its access', async () => {
  const env = bench({ named: ['000', '001'], wanted: ['000', '002'], leaving: ['001'], refused: ['002'] });

  await writeAccepted(env.request);

  expect(env.sent.every((ids) => ids.includes('001'))).toBe(true);
});

test('whom the registry has as a member no more is suspected before all newcomers', async () => {
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

test('an account that AWS refuses and that was there before stops the write', async () => {
  const env = bench({ named: ['000'], wanted: ['000', '001', '002'], refused: ['000'] });

  const written = writeAccepted(env.request);

  await expect(written).rejects.toMatchObject({
    name: 'InvalidPrincipalError',
    message: expect.stringContaining('onboarding import'),
  });
  expect(env.there()).toEqual(['000']);
  expect(env.sent.length).toBeLessThanOrEqual(2);
});

test('an error that is none of principals goes on as it is', async () => {
  const env = bench({ wanted: ids(2), refused: [] });
  const write = async () => {
    throw new Error('the network');
  };

  await expect(writeAccepted({ ...env.request, write })).rejects.toThrow('the network');
});

test('where each account is a request of its own, who is refused is left out without another write', async () => {
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

test('whom the last write was without is suspected first: all other newcomers are in with the second write', async () => {
  const refused = ['003', '040'];
  const env = bench({ wanted: ids(100), refused });

  const { excluded } = await writeAccepted({ ...env.request, rejectedBefore: new Set(refused) });

  expect(excluded).toEqual(refused);
  expect(env.sent[1]).toEqual(ids(100).filter((id) => !refused.includes(id)));
  expect(env.sent.length).toBeLessThanOrEqual(4);
});
