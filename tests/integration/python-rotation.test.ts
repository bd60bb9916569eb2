import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, expect, it } from '@jest/globals';
import { parseRotationEvent } from '../../shared/secrets/deployment/event.ts';
import { explainNotStarted } from '../../simulator/local-deployment.ts';
import { describeWithMoto } from '../fixtures/servers/moto.ts';
import { onPath } from '../fixtures/servers/server-process.ts';

const run = promisify(execFile);

const folder = 'tests/fixtures/rotation-template';

/** The Python that moto runs on: it has boto3. */
function findPython(): string {
  const beside = join(dirname(process.env.MOTO_SERVER || (onPath('moto_server') ?? '')), 'python3');
  return existsSync(beside) ? beside : 'python3';
}

const python = (endpoint: string, script: string, args: readonly string[]) =>
  run(findPython(), [script, ...args], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PYTHONPATH: resolve('examples/rotation/python'),
      PYTHONDONTWRITEBYTECODE: '1',
      AWS_ENDPOINT_URL: endpoint,
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'any',
      AWS_SECRET_ACCESS_KEY: 'any',
    },
  });

interface Rotated {
  readonly secret: string;
  readonly token: string;
  readonly current: readonly string[];
  readonly events: readonly object[];
}

describeWithMoto('a rotation function made from a Python template of AWS', (moto) => {
  beforeEach(() => moto().reset());

  const rotate = async (...steps: readonly string[]): Promise<Rotated> =>
    JSON.parse((await python(moto().endpoint, 'rotate.py', steps)).stdout);

  it('requests the deployment of the new version when the secret is rotated', async () => {
    const { secret, token, current, events } = await rotate(
      ...['createSecret', 'setSecret', 'testSecret', 'finishSecret'],
    );

    expect(current).toContain('AWSCURRENT');
    expect(events).toHaveLength(1);
    expect(parseRotationEvent(events[0])).toMatchObject({
      type: 'secret',
      secretId: secret,
      versionId: token,
    });
    expect(await explainNotStarted(events[0], 'config-deployment')).toBeUndefined();
  }, 60_000);

  it('requests the deployment again when finishSecret is repeated after the label moved', async () => {
    const { events } = await rotate('createSecret', 'finishSecret', 'finishSecret');

    expect(events).toHaveLength(2);
  }, 60_000);

  it('requests no deployment when the rotation has not finished', async () => {
    const { events } = await rotate('createSecret', 'setSecret', 'testSecret');

    expect(events).toEqual([]);
  }, 60_000);

  it.each([
    ['raises', 'PermissionError'],
    ['refuses', 'ThrottlingException'],
  ])(
    'ends the rotation and logs the error when the event bus %s',
    async (how, error) => {
      const { stdout, stderr } = await python(moto().endpoint, 'refused.py', [how]);

      expect(stdout).toBe('rotated 3\n');
      expect(stderr).toContain(`The deployment of version token of arn:secret was not requested: ${error}`);
    },
    60_000,
  );
});
