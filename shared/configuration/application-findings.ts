import { type Application, applicationPlace, applicationsOf, logicalName } from './applications.ts';
import type { PathFinding } from './messages.ts';

interface Configured {
  readonly applications?: readonly Application[] | undefined;
  readonly centralAccounts: Readonly<
    Record<string, { readonly id: string; readonly region: string } | undefined>
  >;
}

/** What does not fit each other in `applications`: names that repeat, accounts that are missing, things that are elsewhere. */
export const applicationFindings = (configuration: Configured): readonly PathFinding[] => {
  const all = applicationsOf(configuration);
  return [
    ...repeated(all, ['applications']),
    ...all.flatMap((application, index) =>
      [
        ...repeated(application.environments, ['environments']),
        ...repeated(application.profiles, ['profiles']),
        ...misplaced(application, configuration),
      ].map(({ path, message }) => ({ path: ['applications', index, ...path], message })),
    ),
  ];
};

/** Names that make one name in a template. */
const repeated = (
  items: readonly { readonly name: string }[],
  path: readonly PropertyKey[],
): readonly PathFinding[] =>
  items.flatMap(({ name }, index) => {
    const first = items.findIndex((item) => logicalName(item.name) === logicalName(name));
    if (first === index) return [];
    const other = items[first]?.name ?? '';
    const same = other === name ? `${name} is the name` : `${name} is too like ${other}, the name`;
    const message = `must be a name of its own: ${same} of ${path.join('')}[${first}]`;
    return [{ path: [...path, index, 'name'], message }];
  });

function misplaced(application: Application, configuration: Configured): readonly PathFinding[] {
  const place = applicationPlace(application, configuration);
  const { account } = application;
  if (place === undefined)
    return [
      {
        path: ['account'],
        message: `must be among centralAccounts, which has no ${account}; add it there, or name another account`,
      },
    ];
  return [
    ...application.profiles.flatMap((profile, index) =>
      profileFindings(profile, place).map(({ path, message }) => ({
        path: ['profiles', index, ...path],
        message,
      })),
    ),
    ...application.environments.flatMap(({ alarms = [] }, index) =>
      alarms.flatMap((arn, at) =>
        isIn(arn, { accountId: place.accountId })
          ? []
          : [
              {
                path: ['environments', index, 'alarms', at],
                message: `must be an alarm of account ${place.accountId}: AppConfig watches those of the application's account only`,
              },
            ],
      ),
    ),
  ];
}

interface Place {
  readonly accountId: string;
  readonly region: string;
}

const profileFindings = (
  { secret, key }: Application['profiles'][number],
  { accountId, region }: Place,
): readonly PathFinding[] => [
  ...(secret === undefined || isIn(secret, { accountId, region })
    ? []
    : [
        {
          path: ['secret'],
          message: `must be a secret of account ${accountId} in ${region}, where the application is: AppConfig deploys those only`,
        },
      ]),
  ...(key === undefined || isIn(key, { region })
    ? []
    : [{ path: ['key'], message: `must be a key in ${region}, where the application is` }]),
];

/** Whether an ARN is of this account and region; a bare name or id is. */
function isIn(arn: string, { accountId, region }: Partial<Place>): boolean {
  if (!arn.startsWith('arn:')) return true;
  const [, , , at, of] = arn.split(':');
  return (region === undefined || at === region) && (accountId === undefined || of === accountId);
}
