import { principals } from '../capacity.ts';
import { documentReader } from '../document-reader.ts';
import type { Entry } from '../entry.ts';
import { documentOf } from '../policies.ts';
import { byOtherRole, byRole, byService, forNobody } from '../probes.ts';
import { rawProbes, rawStatementsOf } from '../raw.ts';
import type { Case, Probes, Reader } from '../reader.ts';

const arnOf = ({ ref }: Pick<Case, 'ref'>): string =>
  `arn:aws:ecr:${ref.region}:${ref.accountId}:repository/${ref.id}`;

function pull(grantCase: Case): Probes {
  const resource = arnOf(grantCase);
  const actions = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
  return {
    allowed: actions.map((action) => byRole(grantCase, { action, resource })),
    refused: [
      ...['ecr:PutImage', 'ecr:SetRepositoryPolicy', 'ecr:BatchDeleteImage'].map((action) =>
        byRole(grantCase, { action, resource }),
      ),
      ...actions.flatMap((action) => byOtherRole(grantCase, { action, resource })),
    ],
  };
}

function functions(grantCase: Case): Probes {
  const resource = arnOf(grantCase);
  const actions = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
  const source = 'lambda:function:any';
  const byLambda = actions.map((action) =>
    byService(grantCase, 'lambda.amazonaws.com', { action, resource, source }),
  );
  return {
    allowed: [...actions.map((action) => byRole(grantCase, { action, resource })), ...byLambda],
    refused: [...byLambda.map(forNobody), byRole(grantCase, { action: 'ecr:PutImage', resource })],
  };
}

const raw = (grantCase: Case): Probes =>
  rawProbes(grantCase, {
    resource: arnOf(grantCase),
    source: 'lambda:function:any',
    refused: ['ecr:BatchGetImage', 'ecr:PutImage', 'ecr:SetRepositoryPolicy'],
  });

const presetOf = (entry: Entry): string => ('preset' in entry ? String(entry.preset) : '');

/** `"arn:aws:lambda:*:555566667777:function:*",` */
const asFunction = 43;

const namesOf = (entry: Entry): readonly string[] =>
  'repositories' in entry ? (entry.repositories as readonly string[]) : [];

export const repositories: Reader = documentReader({
  limit: 10_240,
  // Functions have a list of their own besides the principals, and no condition shortens it.
  lists: (entry) => {
    if (presetOf(entry) === 'lambda-pull') return { statements: 2, perAccount: asFunction };
    return principals(entry, presetOf(entry) === 'raw' ? rawStatementsOf(entry).length : 1);
  },
  named: (entry) => namesOf(entry).filter((name) => !name.includes('*')),
  patterns: (entry) => ({ names: namesOf(entry).filter((name) => name.includes('*')), tags: undefined }),
  all: (world) => [...world.repositories.values()].map(({ name, ...rest }) => ({ ...rest, id: name })),
  documents: (world, ref) => [documentOf(world.repositories.get(arnOf({ ref }))?.policy)],
  probes: (grantCase) => {
    const preset = presetOf(grantCase.entry);
    if (preset === 'pull') return pull(grantCase);
    if (preset === 'lambda-pull') return functions(grantCase);
    if (preset === 'raw') return raw(grantCase);
    throw new Error(`The oracle knows no preset ${preset} of repositories`);
  },
});
