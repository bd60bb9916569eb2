/**
 * A kind of events about accounts, for which the hub has a rule. If the hub is in another account, a rule with the same
 * name in the management account forwards these events to it.
 */
interface AccountEvent {
  /** The logical id of the rule, in this template and in `infrastructure/rules.yml`. */
  readonly ruleId: string;
  /** The last part of the rule's name. */
  readonly name: string;
  readonly description: string;
  readonly pattern: object;
  /** Whether Control Tower also sends such events. It sends them in its home region. */
  readonly isOfControlTower: boolean;
}

/** The rules in `infrastructure/rules.yml` must have the same patterns. A test compares them. */
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
