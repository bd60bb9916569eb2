/** The accounts that host what others need. */
export const centralAccountNames = ['log', 'security', 'shared', 'configuration'] as const;

export type CentralAccountName = (typeof centralAccountNames)[number];
