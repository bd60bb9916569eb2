import type { AwsAccess } from '../../shared/platform/aws/access.ts';
import { OnboardingError } from '../../shared/platform/errors.ts';
import type { ChosenCentral, Proposal } from './facts.ts';
import { nameEach } from './names.ts';
import { buckets } from './proposals/buckets.ts';
import { groups } from './proposals/groups.ts';
import { keys } from './proposals/keys.ts';
import type { Proposed, Proposer } from './proposals/proposer.ts';
import { repositories } from './proposals/repositories.ts';
import { secrets } from './proposals/secrets.ts';

const proposers: readonly Proposer[] = [buckets, keys, repositories, secrets, groups];

export interface CentralReading {
  readonly access: AwsAccess;
  readonly centralAccounts: readonly ChosenCentral[];
  readonly partition: string;
  readonly prefix: string;
  onProgress(text: string): void;
}

/**
 * Reads the resources of the central accounts, as far as the role may, and proposes grants. A note says what could not
 * be read.
 */
export async function readCentralAccounts(reading: CentralReading): Promise<Proposed> {
  const proposals: Proposal[] = [];
  const notes = new Set<string>();
  for (const central of reading.centralAccounts)
    for (const proposer of proposers) {
      reading.onProgress(`  … Read ${proposer.resources} of ${central.name}`);
      const proposed = await readOne(proposer, central, reading);
      proposals.push(...proposed.proposals);
      for (const note of proposed.notes) notes.add(note);
    }
  return { proposals: nameEach(proposals), notes: [...notes] };
}

async function readOne(
  proposer: Proposer,
  central: ChosenCentral,
  { access, partition, prefix }: CentralReading,
): Promise<Proposed> {
  const clients = access.getReader({ accountId: central.id, region: central.region });
  try {
    return await proposer.propose({ central, clients, partition, prefix });
  } catch (error) {
    if (!(error instanceof OnboardingError)) throw error;
    const isAssumeRole = error.fields.operation === 'AssumeRole';
    const what = isAssumeRole ? 'Resources' : `The ${proposer.resources}`;
    return {
      proposals: [],
      notes: [`${what} of ${central.name} (${central.id}) were not read: ${error.message}`],
    };
  }
}
