import { textSchema } from './schema-fields.ts';

/** The number is limited, because each central account has a function and a role in the hub. */
export const maxCentralAccounts = 20;

/**
 * The name of a central account in the configuration, such as `log`. A central account contains resources that other
 * accounts use.
 */
export type CentralAccountName = string;

export const centralAccountNameText =
  'a name of lower-case words joined by hyphens, each with a letter first, such as log or network';

/** Each word begins with a letter. Otherwise two names could get the same logical id in a template. */
const namePattern = /^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$/;

export const centralAccountNameSchema = textSchema(namePattern, centralAccountNameText);

/**
 * How long the name of a function or role may be (Lambda API reference, "CreateFunction"; "IAM and AWS STS quotas").
 */
const maxFunctionName = 64;

export const toUpdateFunctionName = (central: CentralAccountName): string => `update-${central}-account`;

/**
 * How long the name of a central account may be. The names of its function and its role contain it, and their length is
 * limited.
 */
export const getMaxNameLength = (installation: string): number =>
  maxFunctionName - `account-onboarding-${installation}-${toUpdateFunctionName('')}`.length;

interface CentralRole {
  readonly id: string;
  /** The path and name of the spoke role in this account. Default: `spokeRole`. */
  readonly role?: string | undefined;
}

/** The configured names of the roles with which the hub works in other accounts. */
export interface SpokeRoles {
  /** The spoke role in every central account that does not set another. */
  readonly spokeRole: string;
  readonly centralAccounts?: Readonly<Record<CentralAccountName, CentralRole>> | undefined;
  /** The template that creates these roles. Default: `spoke`, the template of central accounts. */
  readonly template?: RoleTemplate | undefined;
}

export type RoleTemplate = 'spoke' | 'member';

/**
 * The path and name of the role that the hub assumes in an account. If a central account has several names, all have
 * the same role.
 */
export const getSpokeRole = ({ spokeRole, centralAccounts = {} }: SpokeRoles, accountId: string): string =>
  Object.values(centralAccounts).find(({ id, role }) => id === accountId && role !== undefined)?.role ??
  spokeRole;
