import { searchesOf } from '../shared/plan/searches.ts';
import type { OrganisationEvent } from '../simulator/events.ts';
import type { Act, Happening } from './acts.ts';
import { abroad, central, home } from './configuration.ts';
import { placeOf } from './places.ts';

/** Whether the configuration finds resources of a kind by a pattern. */
const finds = ({ configuration }: Pick<Happening, 'configuration'>, kind: string): boolean =>
  searchesOf(configuration).some((search) => search.kind === kind);

/** What teams do that have repositories and secrets of their own; nothing where no pattern looks for such. */
export const changeFinds: Act = (happening) => {
  if (finds(happening, 'ecr-repository-policy') && happening.draw.chance(0.6)) changeRepositories(happening);
  else if (finds(happening, 'secret-resource-policy')) changeSecrets(happening);
};

function changeRepositories(happening: Happening): void {
  const { organisation, draw } = happening;
  const made = [...organisation.world.repositories.values()].filter(({ name }) =>
    name.startsWith('base/made'),
  );
  const gone = made.length > 0 && draw.chance(0.5) ? draw.pick(made) : undefined;
  if (gone !== undefined) organisation.deleteRepository(gone.arn);
  // Some are made anew under their name at once.
  if (gone !== undefined && draw.chance(0.6)) return;
  const { name, region } = gone ?? {
    name: `base/made-${draw.between(1, 4)}`,
    region: draw.pick([home, abroad]),
  };
  if (made.some((each) => each !== gone && each.name === name && each.region === region)) return;
  organisation.addRepository({ accountId: central.shared, region, name });
  const place = placeOf(organisation.world, {
    kind: 'ecr-repository-policy',
    accountId: central.shared,
    region,
    id: name,
  });
  if (place !== undefined) happening.watch.edited(place);
  happening.announce(callEvent('CreateRepository', 'aws.ecr', region));
}

function changeSecrets({ organisation, draw, announce }: Happening): void {
  const { secrets } = organisation.world;
  if (secrets.size < 4 && draw.chance(0.4)) {
    organisation.addSecret({
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
  organisation.tagResource('secret', arn, { Share: untag ? undefined : 'yes' });
  announce(callEvent(untag ? 'UntagResource' : 'TagResource', 'aws.secretsmanager', home));
}

/** EventBridge's event of a call in the shared account. */
const callEvent = (eventName: string, source: string, region: string): OrganisationEvent => ({
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
