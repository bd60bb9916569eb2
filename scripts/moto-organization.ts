import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createdEvent } from '../tests/fixtures/moto/events.ts';
import { buildOrganization, createAccount, moveAccount } from '../tests/fixtures/moto/organization.ts';
import { startMoto } from '../tests/fixtures/servers/moto-server.ts';

/**
 * Starts moto with the organization of the integration tests and one new account in it. Writes `onboarding.yml` and the
 * account's event to one folder, and prints how to onboard the account. Runs until it is interrupted.
 */
const starting = startMoto();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());

const server = await starting;
const organization = await buildOrganization(server.endpoint);
const account = await createAccount(organization.accounts.organizations, 'payments');
await moveAccount(organization, account, 'Workloads');

const folder = await mkdtemp(join(tmpdir(), 'onboarding-moto-'));
const configuration = join(folder, 'onboarding.yml');
const event = join(folder, 'account-created.json');
await writeFile(configuration, organization.configuration);
await writeFile(event, JSON.stringify(await createdEvent(account), undefined, 2));

console.log(`# An organization with the new account ${account}, until Ctrl-C. In another terminal:
export AWS_ENDPOINT_URL=${server.endpoint} AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
npx onboarding run --config ${configuration} --event ${event}`);

async function stop(): Promise<void> {
  await (await starting).stop();
  process.exit();
}
