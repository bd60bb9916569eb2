import { describe, expect, it } from '@jest/globals';
import type { InputStream, Io } from '../../cli/terminal.ts';
import type { PolicyDocument, Statement } from '../../shared/iam/document.ts';
import type { SimulatedOrganization } from '../../simulator/organization.ts';
import { exampleConfiguration, objectOf, run } from '../fixtures/screen.ts';

const pull: Statement = {
  Sid: 'Pull',
  Effect: 'Allow',
  Principal: { AWS: ['666666666666', '777777777777'].map((id) => `arn:aws:iam::${id}:root`) },
  Action: ['ecr:BatchGetImage', 'ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer'],
};
const partner: Statement = { ...pull, Sid: 'Partner', Principal: { AWS: '999999999999' } };
const deny: Statement = { Sid: 'NoDelete', Effect: 'Deny', Principal: '*', Action: 'ecr:BatchDeleteImage' };

/** An organization whose repository `base/node` has statements of another tool. */
function prepare(...statements: readonly Statement[]) {
  let organization: SimulatedOrganization | undefined;
  const find = () => {
    const repository = organization?.world.repositories.get(
      'arn:aws:ecr:eu-west-1:444444444444:repository/base/node',
    );
    if (repository === undefined) throw new Error('the organization has no repository base/node');
    return repository;
  };
  const read = (): PolicyDocument => JSON.parse(find().policy ?? '{}');
  return {
    prepareWorld: (made: SimulatedOrganization) => {
      organization = made;
      made.world.foreignAccounts.add('999999999999');
      find().policy = JSON.stringify({ Version: '2012-10-17', Statement: statements });
    },
    change: (edit: (statement: Statement) => Statement | undefined) => {
      const document = read();
      const Statement = document.Statement.flatMap((each) => edit(each) ?? []);
      find().policy = JSON.stringify({ ...document, Statement });
    },
    listSids: () => read().Statement.map(({ Sid }) => Sid),
  };
}

/** A terminal at which an operator answers, after something has happened. */
function terminal(answer: string, before = () => {}): Partial<Io> & { readonly shown: () => string } {
  let stdout = '';
  async function* answers(): AsyncGenerator<string> {
    before();
    yield answer;
  }
  const stdin: InputStream = Object.assign(answers(), { isTTY: true });
  const write = (text: string) => {
    stdout += text;
  };
  return { stdin, stdout: { isTTY: true, columns: 300, write }, env: { NO_COLOR: '1' }, shown: () => stdout };
}

const remove = (args: readonly string[], io: Partial<Io>) =>
  run(['adopt', '--remove-superseded', '--simulate', '--config', exampleConfiguration, ...args], io);

describe('onboarding adopt --remove-superseded', () => {
  it('removes only the superseded statement when the operator says --yes', async () => {
    const { prepareWorld, listSids } = prepare(pull, partner, deny);
    const screen = await remove(['--yes', '--json'], { prepareWorld });

    expect(screen.code).toBe(0);
    expect(objectOf(screen)).toMatchObject({
      status: 'succeeded',
      resources: [{ resource: expect.stringContaining('base/node'), outcome: 'written', removed: ['Pull'] }],
    });
    expect(listSids()).toEqual([
      'Partner',
      'NoDelete',
      expect.stringMatching(/^AccountOnboarding/),
      expect.stringMatching(/^AccountOnboarding/),
      expect.stringMatching(/^AccountOnboarding/),
    ]);
  });

  it('changes nothing when the operator does not say yes', async () => {
    const { prepareWorld, listSids } = prepare(pull);
    const { shown, ...io } = terminal('no\n');
    const { code } = await remove([], { prepareWorld, ...io });

    expect(code).toBe(2);
    expect(shown()).toContain('- Pull');
    expect(listSids()).toContain('Pull');
  });

  it('changes nothing when there is no terminal to ask on', async () => {
    const { prepareWorld } = prepare(pull);
    const { code, stderr } = await remove([], { prepareWorld });

    expect(code).toBe(64);
    expect(stderr).toContain('Add --yes. Nothing was changed');
  });

  it('refuses to remove the statement when it admits another account since the plan', async () => {
    const { prepareWorld, change, listSids } = prepare(pull);
    const { shown, ...io } = terminal('yes\n', () =>
      change((each) =>
        each.Sid === 'Pull' ? { ...each, Principal: { AWS: ['666666666666', '888888888888'] } } : each,
      ),
    );
    const { code } = await remove([], { prepareWorld, ...io });

    expect(code).toBe(1);
    expect(shown().replace(/\s+/g, ' ')).toContain(
      'Pull is not proven to be superfluous any more. Nothing was changed there',
    );
    expect(listSids()).toContain('Pull');
  });

  it('refuses to remove the statement when the managed statement has vanished since the plan', async () => {
    const { prepareWorld, change, listSids } = prepare(pull);
    const { shown, ...io } = terminal('yes\n', () =>
      change((each) => (each.Sid?.endsWith('BaseImagesPull') ? undefined : each)),
    );
    const { code } = await remove([], { prepareWorld, ...io });

    expect(code).toBe(1);
    expect(shown().replace(/\s+/g, ' ')).toContain('Nothing was changed there');
    expect(listSids()).toContain('Pull');
  });

  it('has nothing to remove when no managed statement gives the access', async () => {
    const { prepareWorld, listSids } = prepare(partner, deny);
    const { code, stdout } = await remove(['--yes'], { prepareWorld });

    expect(code).toBe(0);
    expect(stdout).toContain('Nothing to remove');
    expect(listSids()).toEqual(expect.arrayContaining(['Partner', 'NoDelete']));
  });

  it('rejects the options of the other step when the operator removes statements', async () => {
    const { prepareWorld } = prepare(pull);
    const { code, stderr } = await remove(['--yes', '--out', 'adopted.yml'], { prepareWorld });

    expect(code).toBe(64);
    expect(stderr).toContain('--remove-superseded and --out exclude each other');
  });
});
