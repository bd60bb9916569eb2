import { describe, expect, test } from '@jest/globals';
import { InvalidPrincipalError, ThrottledError } from '../../shared/platform/aws/errors.ts';
import type { ResourcePlan } from '../../shared/reconcile/plan-types.ts';
import { writeAccepted } from '../../shared/reconcile/rejected-principals.ts';

interface Bench {
  /** Named by the resource before, and no longer with the first write. */
  readonly named?: readonly string[];
  readonly wanted: readonly string[];
  readonly refused: readonly string[];
  /** Named before, and to gain something more with this write. */
  readonly gaining?: readonly string[];
  /** Named before, not wanted any more, and kept for now. */
  readonly leaving?: readonly string[];
  /** No members by the registry. Default: all are. */
  readonly gone?: readonly string[];
}

/** A resource that is a list of accounts, and a service that refuses some of them. */
function bench({ named = [], wanted, refused, gaining = [], leaving = [], gone = [] }: Bench) {
  const sent: string[][] = [];
  let there: readonly string[] = named;
  const plan = (setAside: ReadonlySet<string>): ResourcePlan => {
    const next = [...wanted, ...leaving].filter((id) => !setAside.has(id)).sort();
    const changed = next.join() !== named.join();
    const added = wanted.filter((id) => !named.includes(id) || gaining.includes(id));
    const kept = Object.fromEntries(leaving.filter((id) => !setAside.has(id)).map((id) => [id, '']));
    const size = { size: 0, limit: 0, unit: 'bytes' as const };
    const plan = { next, owned: [], ...size, changed, withheld: [], added, removed: [] };
    return { ...plan, leaving: kept, remember: kept };
  };
  const write = async (from: unknown, to: unknown): Promise<void> => {
    expect(from).toEqual(there);
    const ids = to as string[];
    sent.push(ids);
    if (ids.some((id) => refused.includes(id))) throw new InvalidPrincipalError('refused');
    there = ids;
  };
  const request = {
    actual: named,
    plan,
    write,
    newestFirst: (a: string, b: string) => (a > b ? -1 : 1),
    named: new Set(named),
    isMember: (id: string) => !gone.includes(id),
  };
  return { request, sent, there: () => there };
}

const ids = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => String(index).padStart(3, '0'));

test('what AWS accepts is written once', async () => {
  const env = bench({ wanted: ids(50), refused: [] });

  const { setAside } = await writeAccepted(env.request);

  expect(setAside).toEqual([]);
  expect(env.sent).toHaveLength(1);
});

test('a single newcomer that is refused costs two writes: the second shows that it is the one', async () => {
  const env = bench({ named: ['000'], wanted: ['000', '001'], refused: ['001'] });

  const { setAside } = await writeAccepted(env.request);

  expect(setAside).toEqual(['001']);
  expect(env.there()).toEqual(['000']);
  expect(env.sent).toHaveLength(2);
});

describe.each([2, 3, 10, 100])('one culprit among %i newcomers', (count) => {
  test.each([0, Math.floor(count / 2), count - 1])('at place %i: the others get in', async (place) => {
    const culprit = ids(count)[place] ?? '';
    const env = bench({ wanted: ids(count), refused: [culprit] });

    const { setAside } = await writeAccepted(env.request);

    expect(setAside).toEqual([culprit]);
    expect(env.there()).toEqual(ids(count).filter((id) => id !== culprit));
    expect(env.sent.length).toBeLessThanOrEqual(16);
  });
});

test('with many culprits the attempts end, and nobody refused is in', async () => {
  const refused = ids(64).filter((_, index) => index % 3 === 0);
  const env = bench({ wanted: ids(64), refused });

  const { setAside, written } = await writeAccepted(env.request);

  expect(setAside).toEqual(expect.arrayContaining(refused));
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

  const { setAside } = await writeAccepted(env.request);

  expect(setAside).toEqual(['002']);
  expect(env.sent.every((ids) => ids.includes('000'))).toBe(true);
  expect(env.there()).toEqual(['000', '001']);
});

test('who is named already and is refused now is left out, where it is the one that gains more', async () => {
  const env = bench({ named: ['000', '001'], gaining: ['000'], wanted: ['000', '001'], refused: ['000'] });

  const { setAside } = await writeAccepted(env.request);

  expect(setAside).toEqual(['000']);
  expect(env.there()).toEqual(['001']);
});

test('searches the newest new accounts last, so that one write shows that the refused account is among them', async () => {
  const env = bench({ wanted: ids(4), refused: ['003'] });

  const { setAside } = await writeAccepted(env.request);

  expect(setAside).toEqual(['003']);
  expect(env.sent).toEqual([ids(4), ['000', '001'], ['000', '001', '002']]);
});

test('who is only kept for now is left out where it is the one that is refused, and the others stay', async () => {
  const env = bench({
    named: ['000', '001', '002'],
    wanted: ['000', '003'],
    leaving: ['001', '002'],
    refused: ['001'],
  });

  const { setAside, written } = await writeAccepted(env.request);

  expect(setAside).toEqual(['001']);
  expect(env.there()).toEqual(['000', '002', '003']);
  expect(Object.keys(written.leaving)).toEqual(['002']);
});

test('searches the newest kept accounts last, so that one write shows that the refused account is among them', async () => {
  const env = bench({ named: ids(4), wanted: ['004'], leaving: ids(4), refused: ['003'] });

  const { setAside } = await writeAccepted(env.request);

  expect(setAside).toEqual(['003']);
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

  const { setAside } = await writeAccepted(env.request);

  expect(setAside).toEqual(['001', '003']);
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

  const { setAside } = await writeAccepted(env.request);

  expect(setAside).toEqual(['002']);
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

  const { written, setAside, reason } = await writeAccepted({ ...env.request, write });

  expect(reason).toBe('refused');
  expect(setAside).toEqual(['001', '003']);
  expect(written).toMatchObject({ next: ['000', '002'], changed: true });
  expect(writes).toBe(1);
});

test('whom the last write was without is suspected first: all other newcomers are in with the second write', async () => {
  const refused = ['003', '040'];
  const env = bench({ wanted: ids(100), refused });

  const { setAside } = await writeAccepted({ ...env.request, refusedBefore: new Set(refused) });

  expect(setAside).toEqual(refused);
  expect(env.sent[1]).toEqual(ids(100).filter((id) => !refused.includes(id)));
  expect(env.sent.length).toBeLessThanOrEqual(4);
});

describe('whom others have found to be refused a moment ago', () => {
  const known = ['003', '040'];

  test('is left out from the beginning, and the others are in with one write', async () => {
    const env = bench({ wanted: ids(100), refused: known });

    const ended = await writeAccepted({ ...env.request, ...leaving(known) });

    expect(ended).toMatchObject({ setAside: known, refused: [] });
    expect(env.sent).toHaveLength(1);
    expect(env.there()).toHaveLength(98);
  });

  test('is no suspect where a newcomer is refused', async () => {
    const env = bench({ wanted: ids(20), refused: ['003', '017'] });

    const ended = await writeAccepted({ ...env.request, ...leaving(['003']) });

    expect(ended).toMatchObject({ setAside: ['003', '017'], refused: ['017'], reason: 'refused' });
    expect(env.sent.every((ids) => !ids.includes('003'))).toBe(true);
    expect(env.there()).toHaveLength(18);
  });

  test('costs one write that is refused where its own run tries it again, and changes nothing', async () => {
    const env = bench({ named: ['000', '001'], wanted: ['000', '001', ...known], refused: known });

    const ended = await writeAccepted({ ...env.request, ...leaving(['003']), refusedBefore: new Set(known) });

    expect(ended).toMatchObject({ setAside: known, refused: ['040'], written: { changed: false } });
    expect(env.sent).toEqual([['000', '001', '040']]);
  });

  test('is tried by itself where what is there may be refused as it is', async () => {
    const env = bench({ named: ['000'], wanted: ['000', '001'], refused: ['001'] });

    await writeAccepted({ ...env.request, refusedBefore: new Set(['001']), doubt: 'certain' });

    expect(env.sent).toEqual([['000', '001'], ['000']]);
  });

  test('comes in with the next write once AWS accepts another that it has refused', async () => {
    const env = bench({ named: ['000'], wanted: ['000', '001', ...known], refused: [] });

    const ended = await writeAccepted({
      ...env.request,
      ...leaving(known),
      refusedBefore: new Set(['001', ...known]),
    });

    expect(ended).toMatchObject({ setAside: [], refused: [], written: { changed: true } });
    expect(env.sent).toEqual([
      ['000', '001'],
      ['000', '001', '003', '040'],
    ]);
  });

  test('stays out where AWS refuses it still, while those are in whom it accepts', async () => {
    const before = ['001', '003', '005', '040'];
    const env = bench({ named: ['000'], wanted: ['000', ...before], refused: ['003'] });

    const ended = await writeAccepted({
      ...env.request,
      ...leaving(['003', '005', '040']),
      refusedBefore: new Set(before),
    });

    expect(ended).toMatchObject({ setAside: ['003'], refused: ['003'], reason: 'refused' });
    expect(env.there()).toEqual(['000', '001', '005', '040']);
  });

  test('is in or out by itself where each account is a request of its own', async () => {
    const env = bench({ named: ['000'], wanted: ['000', '001', ...known], refused: [] });
    const write = async (_: unknown, to: unknown) => {
      if ((to as string[]).includes('040'))
        throw new InvalidPrincipalError('refused', { othersWritten: true, accountIds: ['040'] });
    };

    const ended = await writeAccepted({
      ...env.request,
      ...leaving(known),
      refusedBefore: new Set(['001', ...known]),
      write,
    });

    expect(ended).toMatchObject({ setAside: ['040'], refused: ['040'] });
    expect(ended.written.next).toEqual(['000', '001', '003']);
  });
});

const leaving = (ids: readonly string[]) => ({ leftOut: new Set(ids), refusedBefore: new Set(ids) });

test('a search that the service slows down ends: what is accepted stays, and who was not tried is not known', async () => {
  const env = bench({ wanted: ids(8), refused: ['001'] });
  let writes = 0;
  const write = (from: unknown, to: unknown) => {
    writes += 1;
    if (writes === 4) throw new ThrottledError('slowly');
    return env.request.write(from, to);
  };

  const ended = await writeAccepted({ ...env.request, write: async (from, to) => write(from, to) });

  expect(writes).toBe(4);
  expect(ended.setAside).toContain('001');
  expect(ended).toMatchObject({ refused: [], written: { next: env.there() } });
  expect(env.there().length).toBeGreaterThan(0);
});

test('where nothing is accepted yet, a service that asks to slow down is heard', async () => {
  const env = bench({ wanted: ids(8), refused: ['001'] });
  let writes = 0;
  const write = async (from: unknown, to: unknown) => {
    writes += 1;
    if (writes === 2) throw new ThrottledError('slowly');
    return env.request.write(from, to);
  };

  await expect(writeAccepted({ ...env.request, write })).rejects.toThrow('slowly');
});

describe('a certain cause among what is not ours', () => {
  const certain = { doubt: 'certain' } as const;

  test('ends the search with the second refusal when AWS also refuses the existing policy', async () => {
    const env = bench({ named: ['000'], wanted: ['000', ...ids(20).slice(1)], refused: ['000'] });

    await expect(writeAccepted({ ...env.request, ...certain })).rejects.toThrow(InvalidPrincipalError);

    expect(env.sent).toHaveLength(2);
  });

  test('ends the search with the first refusal when there is nobody to leave out', async () => {
    const env = bench({ named: ['000', '001'], wanted: ['000'], refused: ['000'] });

    await expect(writeAccepted({ ...env.request, ...certain })).rejects.toThrow(InvalidPrincipalError);

    expect(env.sent).toHaveLength(1);
  });

  test('lets the others in when a new account is the cause all the same', async () => {
    const env = bench({ named: ['000'], wanted: ids(20), refused: ['007'] });

    const { setAside } = await writeAccepted({ ...env.request, ...certain });

    expect(setAside).toEqual(['007']);
    expect(env.there()).toEqual(ids(20).filter((id) => id !== '007'));
    expect(env.sent.length).toBeLessThanOrEqual(16);
  });

  test('removes a closed account from managed statements before it blames unmanaged ones', async () => {
    const env = bench({
      named: ['000', '001'],
      wanted: ['000', '002'],
      leaving: ['001'],
      gone: ['001'],
      refused: ['001'],
    });

    const { setAside } = await writeAccepted({ ...env.request, ...certain });

    expect(setAside).toEqual(['001']);
    expect(env.there()).toEqual(['000', '002']);
  });
});
