import { resourceKey } from '../shared/grants/contract.ts';
import type { DesiredResource } from '../shared/plan/desired.ts';
import { searchesOf } from '../shared/plan/searches.ts';
import { accountIdsIn } from '../shared/policy/accounts.ts';
import type { PolicyDocument } from '../shared/policy/document.ts';
import type { SimulatedImage, World } from '../simulator/world.ts';
import { type AccessFinding, attachedDocuments, finding } from './access.ts';
import { isOurs, sidPrefix } from './marks.ts';
import { places as policies } from './places.ts';
import type { Stage } from './play.ts';
import { partner } from './scenario.ts';
import { documentOf } from './watch.ts';

/** Something of ours in the world, and whom it is for. */
interface Holding {
  /** `resourceKey`. */
  readonly key: string;
  /** Of a policy, the resource's ARN. */
  readonly arn?: string;
  /** A Sid, or the name of a grant of a key; none on an image. */
  readonly mark: string;
  readonly ids: readonly string[];
}

/**
 * What is ours and belongs to no grant that the configuration has there, with whom it names.
 * @param desired what the configuration is for now
 */
export function strayFindings(stage: Stage, desired: readonly DesiredResource[]): readonly AccessFinding[] {
  const { deployment } = stage.configuration;
  const due = new Map(desired.map((each) => [each.key, marksOf(each, deployment)]));
  const begins = (key: string, mark: string): boolean =>
    due.get(key)?.some((beginning) => mark.startsWith(beginning)) === true;
  // Where patterns look, it may have been matched until a moment ago.
  const places = new Set(searchesOf(stage.configuration).map((search) => placeOfKey(search.key)));
  // Where no other configuration was ever in force, its grants are all that can be on a resource.
  const isLooked = (key: string): boolean => stage.successors.length > 0 || !due.has(key);
  return holdings(stage.organisation.world, deployment, isLooked)
    .filter(({ key, mark }) => !begins(key, mark))
    .flatMap(({ key, arn, mark, ids }) => {
      const named = stage.named.includes(key) && !places.has(placeOfKey(key));
      // What a condition lets in names nobody.
      const whom = ids.length === 0 && mark !== '' ? ['the organisation'] : ids;
      const of = { resource: `${key} (${mark})`, arn, named, dropped: !due.has(key), sort: 'names' as const };
      return whom.map((id) => finding({ ...of, id }));
    });
}

/** A kind in an account and region, of the key of a resource or a search. */
const placeOfKey = (key: string): string => key.split('/').slice(0, 3).join('/');

const grantPrefix = (deployment: string): string => `account-onboarding/${deployment}/`;

/** With what the marks of each of a resource's grants begin. */
const marksOf = ({ ref, shares }: DesiredResource, deployment: string): readonly string[] =>
  shares.map(({ entry: { name } }) => {
    if (ref.kind === 'ami-launch-permission') return '';
    if (ref.kind === 'kms-grant') return `${grantPrefix(deployment)}${name}/`;
    return sidPrefix(deployment, name);
  });

/** On resources that are looked at. */
function holdings(world: World, deployment: string, isLooked: (key: string) => boolean): readonly Holding[] {
  const ifLooked = (key: string, held: () => readonly Omit<Holding, 'key'>[]): readonly Holding[] =>
    isLooked(key) ? held().map((each) => ({ ...each, key })) : [];
  return [
    ...policies(world).flatMap(({ key, read, arn }) =>
      ifLooked(key(), () => ours(documentOf(read()), deployment).map((each) => ({ ...each, arn }))),
    ),
    ...[...world.groups.values()].flatMap(({ accountId, name }) => {
      const ref = { kind: 'assume-role-permission', accountId, region: 'us-east-1', id: `group/${name}` };
      return ifLooked(resourceKey(ref), () =>
        attachedDocuments(world, ref).flatMap((document) => ours(document, deployment)),
      );
    }),
    ...[...world.keys.values()].flatMap(({ arn, name, ...place }) =>
      ifLooked(resourceKey({ ...place, kind: 'kms-grant', id: name }), () =>
        grantsOf(world, arn, deployment),
      ),
    ),
    ...[...world.images.values()].flatMap((image) =>
      ifLooked(resourceKey({ ...image, kind: 'ami-launch-permission' }), () => [sharesOf(image)]),
    ),
  ];
}

const grantsOf = ({ grants }: World, arn: string, deployment: string): readonly Omit<Holding, 'key'>[] =>
  (grants.get(arn) ?? [])
    .map(({ name = '' }) => name)
    .filter((name) => name.startsWith(grantPrefix(deployment)))
    .map((mark) => ({ mark, ids: [mark.slice(-12)] }));

const sharesOf = ({ launchPermissions }: SimulatedImage): Omit<Holding, 'key'> => ({
  mark: '',
  ids: launchPermissions.flatMap(({ UserId }) => (UserId === undefined || UserId === partner ? [] : UserId)),
});

const ours = ({ Statement }: PolicyDocument, deployment: string): readonly Pick<Holding, 'mark' | 'ids'>[] =>
  Statement.filter(({ Sid }) => isOurs(Sid, deployment)).map((statement) => ({
    mark: statement.Sid ?? '',
    ids: [...accountIdsIn(statement)],
  }));
