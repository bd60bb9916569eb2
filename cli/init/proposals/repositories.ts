import { paginateDescribeRepositories } from '@aws-sdk/client-ecr';
import { toName } from '../names.ts';
import { noteMore, type Proposer, readSome } from './proposer.ts';

export const repositories: Proposer = {
  resources: 'repositories',
  propose: async (reading) => {
    const { central, clients, prefix } = reading;
    const pages = paginateDescribeRepositories({ client: clients.ecr }, {});
    const { items, more } = await readSome(pages, (page) =>
      (page.repositories ?? []).flatMap(({ repositoryName: name }) =>
        name?.startsWith(prefix) ? [name] : [],
      ),
    );
    return {
      proposals: items.map((repository) => ({
        name: toName(`images-${repository}`, 'images'),
        account: central.name,
        fields: { kind: 'ecr-repository-policy', repositories: [repository], preset: 'pull' },
        why: [
          'A repository of a central account often has images for other accounts.',
          'With the grant, each account pulls its images.',
        ],
        suggested: false,
      })),
      notes: noteMore(more, 'repositories', reading),
    };
  },
};
