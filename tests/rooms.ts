/**
 * The rooms of `shared/`, from the bottom up, with the rooms that each may import. `architecture.test.ts` compares the imports,
 * and the table of ARCHITECTURE.md, with it.
 */
export const rooms: Readonly<Record<string, readonly string[]>> = {
  platform: [],
  'platform/aws': ['platform'],
  'platform/lambda': ['platform'],
  store: ['platform', 'platform/aws'],
  iam: ['platform'],
  accounts: ['platform', 'platform/aws', 'store', 'iam'],
  grants: ['platform', 'platform/aws', 'store', 'iam', 'accounts'],
  configuration: ['platform', 'platform/aws', 'store', 'iam', 'accounts', 'grants'],
  cloudformation: ['platform', 'platform/aws', 'store', 'iam', 'accounts', 'grants', 'configuration'],
  'runs/record': ['platform', 'platform/aws', 'store', 'accounts', 'configuration'],
  reconcile: ['platform', 'platform/aws', 'store', 'iam', 'accounts', 'grants', 'configuration'],
  runs: [
    'platform',
    'platform/aws',
    'platform/lambda',
    'store',
    'iam',
    'accounts',
    'grants',
    'configuration',
    'reconcile',
    'runs/record',
  ],
  secrets: ['platform', 'platform/aws', 'platform/lambda', 'store', 'configuration', 'runs/record'],
  composition: [
    'platform',
    'platform/aws',
    'store',
    'iam',
    'accounts',
    'grants',
    'configuration',
    'reconcile',
    'runs',
    'secrets',
  ],
};

const byLength = Object.keys(rooms).toSorted((a, b) => b.length - a.length);

/** The room of a file of `shared/`: the one whose name is longest. @throws if the file is in none */
export function roomOf(file: string): string {
  const room = byLength.find((name) => file.startsWith(`shared/${name}/`));
  if (room === undefined) throw new Error(`${file} is in no room of tests/rooms.ts`);
  return room;
}
