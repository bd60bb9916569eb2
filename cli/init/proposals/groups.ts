import { paginateListGroups } from '@aws-sdk/client-iam';
import { toName } from '../names.ts';
import { noteMore, type Proposer, readSome } from './proposer.ts';

/** The role that a proposed grant lets a group assume. */
const proposedMemberRole = 'people/ReadOnly';

export const groups: Proposer = {
  resources: 'groups',
  propose: async (reading) => {
    const { central, clients, prefix } = reading;
    const pages = paginateListGroups({ client: clients.iam }, {});
    const { items, more } = await readSome(pages, ({ Groups = [] }) =>
      Groups.flatMap(({ GroupName: name }) => (name?.startsWith(prefix) ? [name] : [])),
    );
    return {
      proposals: items
        .filter((group) => group.length <= 64)
        .map((group) => ({
          name: toName(`read-only-${group}`, 'read-only'),
          account: central.name,
          fields: { kind: 'assume-role-permission', groups: [group], role: proposedMemberRole },
          why: [
            `People of the group ${group} would assume the role ${proposedMemberRole} of each account, with MFA.`,
            'The role must exist in each account: memberRoles can describe it.',
          ],
          suggested: false,
        })),
      notes: noteMore(more, 'groups', reading),
    };
  },
};
