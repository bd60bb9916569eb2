/**
 * A rule of the hub for events about accounts. In the management account, a rule with an equal name forwards these
 * events to the hub.
 */
interface AccountEvent {
  /** The logical id of the rule, in this template and in `infrastructure/rules.yml`. */
  readonly ruleId: string;
  /** The last part of the rule's name. */
  readonly name: string;
  readonly description: string;
  readonly pattern: object;
  /** Whether Control Tower sends such events as well. They arrive in its home region. */
  readonly isOfControlTower: boolean;
}

/** Rules in `infrastructure/rules.yml` have equal patterns, and a test compares both. */
export const accountEvents: readonly AccountEvent[] = [
  {
    ruleId: 'AccountEventRule',
    name: 'account-events',
    description: 'Organizations or Control Tower has changed an account',
    pattern: {
      source: ['aws.organizations', 'aws.controltower'],
      detail: {
        eventName: [
          'CreateAccountResult',
          'CloseAccountResult',
          'CreateManagedAccount',
          'UpdateManagedAccount',
          'AccountJoinedOrganization',
          'AccountDepartedOrganization',
        ],
      },
    },
    isOfControlTower: true,
  },
  {
    ruleId: 'AccountCallRule',
    name: 'account-calls',
    description: 'An account was moved, removed or tagged',
    pattern: {
      source: ['aws.organizations'],
      detail: {
        eventName: [
          'MoveAccount',
          'RemoveAccountFromOrganization',
          'LeaveOrganization',
          'TagResource',
          'UntagResource',
        ],
        errorCode: [{ exists: false }],
      },
    },
    isOfControlTower: false,
  },
];
