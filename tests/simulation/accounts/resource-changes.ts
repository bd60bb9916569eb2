import type { OrganizationEvent } from '../../../simulator/organization-event.ts';
import { abroad, central, home } from '../central-accounts.ts';
import { patternPlaces } from '../oracle/expected.ts';
import { findPolicyResource } from '../policy-resources.ts';
import type { Action, ActionContext } from './action.ts';

/** Actions of teams with resources of their own. None if no pattern searches for such resources. */
export const changeMatchingResources: Action = (happening) => {
  const kinds = new Set(
    [...patternPlaces(happening.configuration)].map((location) => location.split('/')[0] ?? ''),
  );
  const acts = changes.filter(({ resourceKinds }) => resourceKinds.some((kind) => kinds.has(kind)));
  if (acts.length > 0) happening.draw.pick(acts).act(happening);
};

function changeRepositories(happening: ActionContext): void {
  const { organization, draw } = happening;
  const made = [...organization.world.repositories.values()].filter(({ name }) =>
    name.startsWith('base/made'),
  );
  const gone = made.length > 0 && draw.chance(0.5) ? draw.pick(made) : undefined;
  if (gone !== undefined) organization.deleteRepository(gone.arn);
  // Some are created again with their name at once.
  if (gone !== undefined && draw.chance(0.6)) return;
  const { name, region } = gone ?? {
    name: `base/made-${draw.between(1, 4)}`,
    region: draw.pick([home, abroad]),
  };
  if (made.some((each) => each !== gone && each.name === name && each.region === region)) return;
  organization.addRepository({ accountId: central.shared, region, name });
  const resource = findPolicyResource(organization.world, {
    kind: 'ecr-repository-policy',
    accountId: central.shared,
    region,
    id: name,
  });
  if (resource !== undefined) happening.watch.edited(resource);
  happening.announce(callEvent('CreateRepository', 'aws.ecr', region));
}

function changeSecrets({ organization, draw, announce }: ActionContext): void {
  const { secrets } = organization.world;
  if (secrets.size < 4 && draw.chance(0.4)) {
    organization.addSecret({
      accountId: central.shared,
      region: home,
      name: `team/made-${secrets.size}`,
      tags: { Share: 'yes' },
    });
    announce(callEvent('CreateSecret', 'aws.secretsmanager', home));
    return;
  }
  const { arn, tags } = draw.pick([...secrets.values()]);
  const untag = tags.Share !== undefined;
  organization.tagResource('secret', arn, { Share: untag ? undefined : 'yes' });
  announce(callEvent(untag ? 'UntagResource' : 'TagResource', 'aws.secretsmanager', home));
}

/** The tags by which grants select keys and images. */
const use = { Use: 'images' };

/** Created, with or without tags; scheduled for deletion and restored, which sends no event to the rules at first. */
function changeKeys({ organization, draw, announce }: ActionContext): void {
  const { keys } = organization.world;
  if (keys.size < 5 && draw.chance(0.4)) {
    organization.addKey({ accountId: central.shared, region: home, id: idOf(keys.size), tags: use });
    announce(callEvent('CreateKey', 'aws.kms', home));
    return;
  }
  const key = draw.pick([...keys.values()]);
  if (key.state === 'PendingDeletion') {
    key.state = 'Disabled';
    announce(callEvent('CancelKeyDeletion', 'aws.kms', home));
  } else if (key.tags.Use !== undefined && draw.chance(0.3)) {
    if (wasMade.test(key.arn)) key.state = 'PendingDeletion';
  } else {
    const untag = key.tags.Use !== undefined;
    organization.tagResource('key', key.arn, { Use: untag ? undefined : use.Use });
    announce(callEvent(untag ? 'UntagResource' : 'TagResource', 'aws.kms', home));
  }
}

/** Keys that no grant names: without a named key its grant fails, as it should. */
const wasMade = /\/0\d{7}-12ab/;

/** A key's id, by the number of keys before. */
const idOf = (count: number): string => `${String(count).padStart(8, '0')}-12ab-34cd-56ef-1234567890ab`;

/**
 * Registered, copied, tagged or untagged, disabled and enabled, deregistered. The rules forward calls that may add one.
 */
function changeImages({ organization, draw, announce }: ActionContext): void {
  const { images } = organization.world;
  if (images.size < 5 && draw.chance(0.4)) {
    makeImage({ organization, draw, announce });
    return;
  }
  const image = draw.pick([...images.values()]);
  if (image.state === 'disabled') {
    image.state = 'available';
    announce(callEvent('EnableImage', 'aws.ec2', home));
  } else if (isMade(image.id) && draw.chance(0.2)) images.delete(image.id);
  else if (draw.chance(0.2)) {
    if (isMade(image.id)) image.state = 'disabled';
  } else {
    const untag = image.tags.Use !== undefined;
    organization.tagResource('image', image.id, { Use: untag ? undefined : use.Use });
    announce(callEvent(untag ? 'DeleteTags' : 'CreateTags', 'aws.ec2', home));
  }
}

/** Images that no grant names: while a named image is disabled its grant fails, as it should. */
const madeImage = 'ami-0000000';

const isMade = (id: string): boolean => id.startsWith(madeImage);

/** A copied image is available some minutes after its event. */
function makeImage({
  organization,
  draw,
  announce,
}: Pick<ActionContext, 'organization' | 'draw' | 'announce'>): void {
  const { images } = organization.world;
  const id = `${madeImage}${String(draw.between(1, 1_000_000)).padStart(10, '0')}`;
  organization.addImage({ accountId: central.shared, region: home, id, tags: use });
  const made = images.get(id);
  if (made === undefined) return;
  if (draw.chance(0.5)) announce(callEvent('RegisterImage', 'aws.ec2', home));
  else {
    made.state = 'pending';
    setTimeout(
      () => {
        made.state = 'available';
      },
      draw.between(1_000, 600_000),
    );
    announce(callEvent('CopyImage', 'aws.ec2', home));
  }
}

const changes: readonly {
  readonly resourceKinds: readonly string[];
  readonly act: (happening: ActionContext) => void;
}[] = [
  { resourceKinds: ['ecr-repository-policy'], act: changeRepositories },
  { resourceKinds: ['secret-resource-policy'], act: changeSecrets },
  { resourceKinds: ['kms-key-policy', 'kms-grant'], act: changeKeys },
  { resourceKinds: ['ami-launch-permission'], act: changeImages },
];

/** EventBridge's event of a call in the shared account. */
const callEvent = (eventName: string, source: string, region: string): OrganizationEvent => ({
  version: '0',
  id: 'c030038d-8c4d-6141-9545-00ff7b7153ee',
  source,
  'detail-type': 'AWS API Call via CloudTrail',
  account: central.shared,
  time: new Date(Date.now()).toISOString(),
  region,
  resources: [],
  detail: { eventName, awsRegion: region, requestParameters: {}, responseElements: {} },
});
