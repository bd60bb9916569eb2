import { getSpokeRole, type SpokeRoles } from '../platform/central-accounts.ts';
import { type Application, getApplications, locateApplication, toLogicalName } from './applications.ts';
import type { PathFinding } from './messages.ts';

interface Configured extends SpokeRoles {
  readonly applications?: readonly Application[] | undefined;
  readonly centralAccounts: Readonly<
    Record<string, { readonly id: string; readonly region: string; readonly role?: string | undefined }>
  >;
}

/** Mistakes under `applications`: repeated names, and references to another account or region. */
export const checkApplications = (configuration: Configured): readonly PathFinding[] => {
  const all = getApplications(configuration);
  return [
    ...repeated(all, ['applications']),
    ...takenRoles(all, configuration),
    ...all.flatMap((application, index) =>
      [
        ...repeated(application.environments, ['environments']),
        ...repeated(application.profiles, ['profiles']),
        ...misplaced(application, configuration),
      ].map(({ path, message }) => ({ path: ['applications', index, ...path], message })),
    ),
  ];
};

/** Names that would get the same logical id in a template. */
const repeated = (
  items: readonly { readonly name: string }[],
  path: readonly PropertyKey[],
): readonly PathFinding[] =>
  items.flatMap(({ name }, index) => {
    const first = items.findIndex((item) => toLogicalName(item.name) === toLogicalName(name));
    if (first === index) return [];
    const other = items[first]?.name ?? '';
    const same = other === name ? `${name} is the name` : `${name} is too similar to ${other}, the name`;
    const message = `must be unique: ${same} of ${path.join('')}[${first}]`;
    return [{ path: [...path, index, 'name'], message }];
  });

/**
 * Reader roles whose names another role of the account already has. IAM compares names without their paths, and ignores
 * case (API reference, CreateRole).
 */
const takenRoles = (all: readonly Application[], configuration: Configured): readonly PathFinding[] =>
  all.flatMap(({ readerRole, account }, index) => {
    if (readerRole === undefined) return [];
    const { centralAccounts } = configuration;
    const spokeRole = getSpokeRole(configuration, centralAccounts[account]?.id ?? '');
    const first = all.findIndex(
      (other) =>
        centralAccounts[other.account]?.id === centralAccounts[account]?.id &&
        other.readerRole !== undefined &&
        roleKey(other.readerRole) === roleKey(readerRole),
    );
    const whose = roleKey(readerRole) === roleKey(spokeRole) ? 'spokeRole' : `applications[${first}]`;
    if (whose !== 'spokeRole' && first === index) return [];
    const message = `must be another role: the role of ${whose} has this name in the same account, whatever its path`;
    return [{ path: ['applications', index, 'readerRole'], message }];
  });

const roleKey = (role: string): string => role.slice(role.lastIndexOf('/') + 1).toLowerCase();

function misplaced(application: Application, configuration: Configured): readonly PathFinding[] {
  const target = locateApplication(application, configuration);
  // `findMissingAccounts` reports a central account that does not exist.
  if (target === undefined) return [];
  return [
    ...application.profiles.flatMap((profile, index) =>
      profileFindings(profile, target).map(({ path, message }) => ({
        path: ['profiles', index, ...path],
        message,
      })),
    ),
    // An alarm must be in the account and region of the application. AWS does not document whether AppConfig can watch
    // any other alarm.
    ...application.environments.flatMap(({ alarms = [] }, index) =>
      alarms.flatMap((arn, at) =>
        isIn(arn, target)
          ? []
          : [
              {
                path: ['environments', index, 'alarms', at],
                message: `must be an alarm of account ${target.accountId} in ${target.region}, because the application is there`,
              },
            ],
      ),
    ),
  ];
}

interface ApplicationTarget {
  readonly accountId: string;
  readonly region: string;
}

const profileFindings = (
  { secret, key }: Application['profiles'][number],
  { accountId, region }: ApplicationTarget,
): readonly PathFinding[] => [
  ...(secret === undefined || isIn(secret, { accountId, region })
    ? []
    : [
        {
          path: ['secret'],
          message: `must be a secret of account ${accountId} in ${region}, as the application: AppConfig deploys only secrets of its own account and region`,
        },
      ]),
  ...(key === undefined || isIn(key, { region })
    ? []
    : [{ path: ['key'], message: `must be a key in ${region}, because the application is there` }]),
];

/** Whether an ARN is of this account and region. A plain name or id always is. */
function isIn(arn: string, { accountId, region }: Partial<ApplicationTarget>): boolean {
  if (!arn.startsWith('arn:')) return true;
  const [, , , at, of] = arn.split(':');
  return (region === undefined || at === region) && (accountId === undefined || of === accountId);
}
