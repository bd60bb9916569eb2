import type { SimulatedOrganisation } from '../../simulator/organisation.ts';
import { central, stranger } from './world.ts';

/** How the resources of a kind that patterns tell are made in the simulated organisation. */
export interface Finder {
  /** An entry that tells them by a pattern. */
  readonly fields: object;
  /** A like entry that names them. */
  readonly named: object;
  /** The id of the n-th resource. */
  id(n: number): string;
  /** One that matches. */
  make(organisation: SimulatedOrganisation, region: string, id: string): void;
  /** What must be passed over. */
  makeOthers(organisation: SimulatedOrganisation, region: string): void;
}

const tags = { Use: 'runner', Team: 'core' };
const tagged = { Use: ['builder', 'runner'], Team: 'core' };

/** Tags that do not fit: a longer value, another case, one of the two. */
const unfit = [
  { Use: 'runner2', Team: 'core' },
  { Use: 'Runner', Team: 'core' },
  { Use: 'runner' },
  { use: 'runner', team: 'core' },
];

const digits = (n: number, length: number): string => n.toString(16).padStart(length, '0');
const keyId = (n: number): string => `${digits(n, 8)}-12ab-34cd-56ef-1234567890ab`;

const keys = (preset: string): Finder => ({
  fields: { preset, tagged },
  named: { preset, key: keyId(1) },
  id: keyId,
  make: (organisation, region, id) => void organisation.addKey({ accountId: central, region, id, tags }),
  makeOthers: (organisation, region) => {
    const place = { accountId: central, region };
    for (const [index, others] of unfit.entries())
      organisation.addKey({ ...place, id: keyId(9_000 + index), tags: others });
    organisation.addKey({ ...place, id: keyId(9_100), tags, manager: 'AWS' });
    const doomed = organisation.addKey({ ...place, id: keyId(9_101), tags });
    const key = organisation.world.keys.get(doomed);
    if (key !== undefined) key.state = 'PendingDeletion';
  },
});

/** By the name of the kind. */
export const finders: Readonly<Record<string, Finder>> = {
  'kms-key-policy': keys('decrypt'),
  'kms-grant': keys('auto-scaling'),
  'ecr-repository-policy': {
    fields: { preset: 'pull', repositories: ['base/*'] },
    named: { preset: 'pull', repositories: ['base/node'] },
    id: (n) => `base/team/image-${digits(n, 4)}`,
    make: (organisation, region, name) =>
      void organisation.addRepository({ accountId: central, region, name }),
    makeOthers: (organisation, region) => {
      for (const name of ['database/node', 'base', 'other/base/node'])
        organisation.addRepository({ accountId: central, region, name });
      organisation.addRepository({ accountId: stranger, region, name: 'base/theirs' });
    },
  },
  'secret-resource-policy': {
    fields: { preset: 'read', tagged },
    named: { preset: 'read', secrets: ['deploy/token'] },
    id: (n) => `deploy/token-${digits(n, 4)}`,
    make: (organisation, region, name) =>
      void organisation.addSecret({ accountId: central, region, name, tags }),
    makeOthers: (organisation, region) => {
      const place = { accountId: central, region };
      for (const [index, others] of unfit.entries())
        organisation.addSecret({ ...place, name: `other-${index}`, tags: others });
      organisation.addSecret({ ...place, name: 'replica', tags, primaryRegion: 'ap-southeast-2' });
      const doomed = organisation.addSecret({ ...place, name: 'doomed', tags });
      const secret = organisation.world.secrets.get(doomed);
      if (secret !== undefined) secret.deletedAt = 0;
    },
  },
  'ami-launch-permission': {
    fields: { tagged },
    named: { images: ['ami-0123456789abcdef0'] },
    id: (n) => `ami-${digits(n, 17)}`,
    make: (organisation, region, id) => void organisation.addImage({ accountId: central, region, id, tags }),
    makeOthers: (organisation, region) => {
      const id = (n: number) => `ami-${region.length}${digits(n, 16)}`;
      for (const [index, others] of unfit.entries())
        organisation.addImage({ accountId: central, region, id: id(9_000 + index), tags: others });
      organisation.addImage({ accountId: stranger, region, id: id(9_100), tags });
      organisation.addImage({ accountId: central, region, id: id(9_101), tags });
      const pending = organisation.world.images.get(id(9_101));
      if (pending !== undefined) pending.state = 'pending';
    },
  },
};
