import type { SimulatedOrganization } from '../../simulator/organization.ts';
import { central, stranger } from './grants-fixture.ts';

/** How the resources of a kind that patterns tell are made in the simulated organization. */
export interface Finder {
  /** An entry that tells them by a pattern. */
  readonly fields: object;
  /** A like entry that names them. */
  readonly named: object;
  /** The id of the n-th resource. */
  id(n: number): string;
  /** One that matches. */
  make(organization: SimulatedOrganization, region: string, id: string): void;
  /** What must be passed over. */
  makeOthers(organization: SimulatedOrganization, region: string): void;
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
  make: (organization, region, id) => void organization.addKey({ accountId: central, region, id, tags }),
  makeOthers: (organization, region) => {
    const place = { accountId: central, region };
    for (const [index, others] of unfit.entries())
      organization.addKey({ ...place, id: keyId(9_000 + index), tags: others });
    organization.addKey({ ...place, id: keyId(9_100), tags, manager: 'AWS' });
    const doomed = organization.addKey({ ...place, id: keyId(9_101), tags });
    const key = organization.world.keys.get(doomed);
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
    make: (organization, region, name) =>
      void organization.addRepository({ accountId: central, region, name }),
    makeOthers: (organization, region) => {
      for (const name of ['database/node', 'base', 'other/base/node'])
        organization.addRepository({ accountId: central, region, name });
      organization.addRepository({ accountId: stranger, region, name: 'base/theirs' });
    },
  },
  'secret-resource-policy': {
    fields: { preset: 'read', tagged },
    named: { preset: 'read', secrets: ['deploy/token'] },
    id: (n) => `deploy/token-${digits(n, 4)}`,
    make: (organization, region, name) =>
      void organization.addSecret({ accountId: central, region, name, tags }),
    makeOthers: (organization, region) => {
      const place = { accountId: central, region };
      for (const [index, others] of unfit.entries())
        organization.addSecret({ ...place, name: `other-${index}`, tags: others });
      organization.addSecret({ ...place, name: 'replica', tags, primaryRegion: 'ap-southeast-2' });
      const doomed = organization.addSecret({ ...place, name: 'doomed', tags });
      const secret = organization.world.secrets.get(doomed);
      if (secret !== undefined) secret.deletedAt = 0;
    },
  },
  'ami-launch-permission': {
    fields: { tagged },
    named: { images: ['ami-0123456789abcdef0'] },
    id: (n) => `ami-${digits(n, 17)}`,
    make: (organization, region, id) => void organization.addImage({ accountId: central, region, id, tags }),
    makeOthers: (organization, region) => {
      const id = (n: number) => `ami-${region.length}${digits(n, 16)}`;
      for (const [index, others] of unfit.entries())
        organization.addImage({ accountId: central, region, id: id(9_000 + index), tags: others });
      organization.addImage({ accountId: stranger, region, id: id(9_100), tags });
      organization.addImage({ accountId: central, region, id: id(9_101), tags });
      const pending = organization.world.images.get(id(9_101));
      if (pending !== undefined) pending.state = 'pending';
    },
  },
};
