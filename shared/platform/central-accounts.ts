import { textSchema } from './schema-fields.ts';

/** There is a limit, because each central account has a function and a role in the hub. */
export const maxCentralAccounts = 20;

/** The name of a central account in the configuration, such as `log`. Central accounts host shared resources. */
export type CentralAccountName = string;

export const centralAccountNameText =
  'a name of lower-case words joined by hyphens, each with a letter first, such as log or network';

/** Each word begins with a letter. Otherwise two names could give one logical id in a template. */
const namePattern = /^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$/;

export const centralAccountNameSchema = textSchema(namePattern, centralAccountNameText);

/** The longest name of a function or role (Lambda API reference, "CreateFunction"; "IAM and AWS STS quotas"). */
const maxFunctionName = 64;

export const toUpdateFunctionName = (central: CentralAccountName): string => `update-${central}-account`;

/** How long the name of a central account may be, so that the names of its function and role do not become too long. */
export const getMaxNameLength = (installation: string): number =>
  maxFunctionName - `account-onboarding-${installation}-${toUpdateFunctionName('')}`.length;

interface CentralRole {
  readonly id: string;
  /** Default: `spokeRole`. */
  readonly role?: string | undefined;
}

/** The names of the roles by which the hub works in other accounts, as the configuration sets them. */
export interface SpokeRoles {
  /** The role of central accounts for which the configuration sets no other role. */
  readonly spokeRole: string;
  readonly centralAccounts?: Readonly<Record<CentralAccountName, CentralRole>> | undefined;
  /** The template that creates these roles. Default: `spoke`, the template of central accounts. */
  readonly template?: RoleTemplate | undefined;
}

export type RoleTemplate = 'spoke' | 'member';

/** The role that the hub assumes in an account, with its path. A central account with several names has one role. */
export const getSpokeRole = ({ spokeRole, centralAccounts = {} }: SpokeRoles, accountId: string): string =>
  Object.values(centralAccounts).find(({ id, role }) => id === accountId && role !== undefined)?.role ??
  spokeRole;
