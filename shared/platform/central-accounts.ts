import { textSchema } from './schema-fields.ts';

/** Each central account has a function and a role of its own in the hub. */
export const maxCentralAccounts = 20;

/** The name of a central account in the configuration, such as `log`: an account that hosts shared resources. */
export type CentralAccountName = string;

export const centralAccountNameText =
  'a name of lower-case words joined by hyphens, each with a letter first, such as log or network';

/** Words begin with a letter, so that different names give different logical ids in a template. */
const namePattern = /^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$/;

export const centralAccountNameSchema = textSchema(namePattern, centralAccountNameText);

/**
 * Names of functions and roles have at most 64 characters (Lambda API reference, "CreateFunction"; "IAM and AWS STS
 * quotas").
 */
const maxFunctionName = 64;

export const toUpdateFunctionName = (central: CentralAccountName): string => `update-${central}-account`;

/** The longest name of a central account for which the names of its function and role fit. */
export const getMaxNameLength = (installation: string): number =>
  maxFunctionName - `account-onboarding-${installation}-${toUpdateFunctionName('')}`.length;

interface CentralRole {
  readonly id: string;
  /** Default: `spokeRole`. */
  readonly role?: string | undefined;
}

/** The configuration's names of the roles through which the hub works. */
export interface SpokeRoles {
  /** The role in every central account that names no other role. */
  readonly spokeRole: string;
  readonly centralAccounts?: Readonly<Record<CentralAccountName, CentralRole>> | undefined;
  /** The template that makes the roles. Default: `spoke`, that of central accounts. */
  readonly template?: RoleTemplate | undefined;
}

export type RoleTemplate = 'spoke' | 'member';

/** The role that the hub assumes in an account, with its path. An account with several names has one role for all of them. */
export const getSpokeRole = ({ spokeRole, centralAccounts = {} }: SpokeRoles, accountId: string): string =>
  Object.values(centralAccounts).find(({ id, role }) => id === accountId && role !== undefined)?.role ??
  spokeRole;
