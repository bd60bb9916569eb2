import { describe, expect, test } from '@jest/globals';
import { InvalidPrincipalError, ThrottledError } from '../../shared/platform/aws/errors.ts';
import { writeAccepted } from '../../shared/reconcile/write-accepted.ts';
import { bench, ids, leaving } from '../fixtures/rejected-principals.ts';

describe('recently rejected accounts', () => {
  const rejectedIds = ['003', '040'];

  test('excludes recently rejected accounts at once, and writes the other accounts in one write', async () => {
    const env = bench({ wanted: ids(100), refused: rejectedIds });

    const ended = await writeAccepted({ ...env.request, ...leaving(rejectedIds) });

    expect(ended).toMatchObject({ excluded: rejectedIds, rejected: [] });
    expect(env.sent).toHaveLength(1);
    expect(env.there()).toHaveLength(98);
  });

  test('suspects no recently rejected account when AWS rejects a new one', async () => {
    const env = bench({ wanted: ids(20), refused: ['003', '017'] });

    const ended = await writeAccepted({ ...env.request, ...leaving(['003']) });

    expect(ended).toMatchObject({ excluded: ['003', '017'], rejected: ['017'], reason: 'refused' });
    expect(env.sent.every((ids) => !ids.includes('003'))).toBe(true);
    expect(env.there()).toHaveLength(18);
  });

  test("sends one refused write and changes nothing when an account's own run tries it again", async () => {
    const env = bench({
      named: ['000', '001'],
      wanted: ['000', '001', ...rejectedIds],
      refused: rejectedIds,
    });

    const ended = await writeAccepted({
      ...env.request,
      ...leaving(['003']),
      rejectedBefore: new Set(rejectedIds),
    });

    expect(ended).toMatchObject({ excluded: rejectedIds, rejected: ['040'], written: { changed: false } });
    expect(env.sent).toEqual([['000', '001', '040']]);
  });

  test('tries a rejected account alone when AWS may reject the policy itself', async () => {
    const env = bench({ named: ['000'], wanted: ['000', '001'], refused: ['001'] });

    await writeAccepted({ ...env.request, rejectedBefore: new Set(['001']), doubt: 'certain' });

    expect(env.sent).toEqual([['000', '001'], ['000']]);
  });

  test('admits recently rejected accounts when AWS accepts another one of them', async () => {
    const env = bench({ named: ['000'], wanted: ['000', '001', ...rejectedIds], refused: [] });

    const ended = await writeAccepted({
      ...env.request,
      ...leaving(rejectedIds),
      rejectedBefore: new Set(['001', ...rejectedIds]),
    });

    expect(ended).toMatchObject({ excluded: [], rejected: [], written: { changed: true } });
    expect(env.sent).toEqual([
      ['000', '001'],
      ['000', '001', '003', '040'],
    ]);
  });

  test('keeps an account excluded that AWS still rejects, and admits those that AWS accepts', async () => {
    const before = ['001', '003', '005', '040'];
    const env = bench({ named: ['000'], wanted: ['000', ...before], refused: ['003'] });

    const ended = await writeAccepted({
      ...env.request,
      ...leaving(['003', '005', '040']),
      rejectedBefore: new Set(before),
    });

    expect(ended).toMatchObject({ excluded: ['003'], rejected: ['003'], reason: 'refused' });
    expect(env.there()).toEqual(['000', '001', '005', '040']);
  });

  test('excludes each rejected account without a search when each account has its own request', async () => {
    const env = bench({ named: ['000'], wanted: ['000', '001', ...rejectedIds], refused: [] });
    const write = async (_: unknown, to: unknown) => {
      if ((to as string[]).includes('040'))
        throw new InvalidPrincipalError('refused', { othersWritten: true, accountIds: ['040'] });
    };

    const ended = await writeAccepted({
      ...env.request,
      ...leaving(rejectedIds),
      rejectedBefore: new Set(['001', ...rejectedIds]),
      write,
    });

    expect(ended).toMatchObject({ excluded: ['040'], rejected: ['040'] });
    expect(ended.written.next).toEqual(['000', '001', '003']);
  });
});

test('stops the search when AWS throttles it, keeps accepted accounts, and leaves the rest untried', async () => {
  const env = bench({ wanted: ids(8), refused: ['001'] });
  let writes = 0;
  const write = (from: unknown, to: unknown) => {
    writes += 1;
    if (writes === 4) throw new ThrottledError('slowly');
    return env.request.write(from, to);
  };

  const ended = await writeAccepted({ ...env.request, write: async (from, to) => write(from, to) });

  expect(writes).toBe(4);
  expect(ended.excluded).toContain('001');
  expect(ended).toMatchObject({ rejected: [], written: { next: env.there() } });
  expect(env.there().length).toBeGreaterThan(0);
});

test('throws when AWS throttles the search before it accepts any account', async () => {
  const env = bench({ wanted: ids(8), refused: ['001'] });
  let writes = 0;
  const write = async (from: unknown, to: unknown) => {
    writes += 1;
    if (writes === 2) throw new ThrottledError('slowly');
    return env.request.write(from, to);
  };

  await expect(writeAccepted({ ...env.request, write })).rejects.toThrow('slowly');
});

describe('a certain cause in unmanaged statements', () => {
  const certain = { doubt: 'certain' } as const;

  test('stops the search after the second rejection when AWS also rejects the existing policy', async () => {
    const env = bench({ named: ['000'], wanted: ['000', ...ids(20).slice(1)], refused: ['000'] });

    await expect(writeAccepted({ ...env.request, ...certain })).rejects.toThrow(InvalidPrincipalError);

    expect(env.sent).toHaveLength(2);
  });

  test('stops the search after the first rejection when no account can be left out', async () => {
    const env = bench({ named: ['000', '001'], wanted: ['000'], refused: ['000'] });

    await expect(writeAccepted({ ...env.request, ...certain })).rejects.toThrow(InvalidPrincipalError);

    expect(env.sent).toHaveLength(1);
  });

  test('adds the other accounts when a new account is the cause, although an unmanaged statement is suspect too', async () => {
    const env = bench({ named: ['000'], wanted: ids(20), refused: ['007'] });

    const { excluded } = await writeAccepted({ ...env.request, ...certain });

    expect(excluded).toEqual(['007']);
    expect(env.there()).toEqual(ids(20).filter((id) => id !== '007'));
    expect(env.sent.length).toBeLessThanOrEqual(16);
  });

  test('removes a closed account from managed statements before it suspects unmanaged ones', async () => {
    const env = bench({
      named: ['000', '001'],
      wanted: ['000', '002'],
      leaving: ['001'],
      gone: ['001'],
      refused: ['001'],
    });

    const { excluded } = await writeAccepted({ ...env.request, ...certain });

    expect(excluded).toEqual(['001']);
    expect(env.there()).toEqual(['000', '002']);
  });
});
