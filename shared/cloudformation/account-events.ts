/** A rule of the hub for events about accounts, which the management account forwards by a rule of the same name. */
interface AccountEvent {
  /** The rule's resource in the template, here and in `infrastructure/rules.yml`. */
  readonly ruleId: string;
  /** The end of the rule's name. */
  readonly name: string;
  readonly description: string;
  readonly pattern: object;
  /** Whether Control Tower has such events too. They arrive in its home region. */
  readonly isOfControlTower: boolean;
}

/** The rules of `infrastructure/rules.yml` have the same patterns, which a test compares. */
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
