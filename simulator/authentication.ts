import { createAwsError } from './aws-error.ts';
import type { Caller, SimulatedWorld } from './world.ts';

/** Who signed a request, and for which region. */
export interface Signature {
  readonly caller: Caller;
  readonly region: string;
}

/**
 * Reads the `Authorization` header of Signature Version 4: `… Credential=<access key>/<date>/<region>/<service>/…`. The
 * signature itself is not verified.
 * @throws ServiceException for unknown or expired credentials, with the service's own name for the error
 */
export function authenticate(world: SimulatedWorld, service: string, request: unknown): Signature {
  const [, accessKeyId = '', region = ''] =
    /Credential=([^/]+)\/\d{8}\/([^/]+)\//.exec(authorization(request)) ?? [];
  return parseSignature(world, service, { accessKeyId, region });
}

/** Like `authenticate`, but from the credentials of a client instead of a signed request. */
export function parseSignature(
  world: SimulatedWorld,
  service: string,
  { accessKeyId, region }: { readonly accessKeyId: string; readonly region: string },
): Signature {
  const session = world.sessions.get(accessKeyId);
  if (session === undefined)
    throw createAwsError(
      unknownCredentials[service] ?? 'UnrecognizedClientException',
      'The security token included in the request is invalid.',
      403,
    );
  if (world.disabledRegions.has(`${session.caller.accountId}/${region}`)) throw notEnabled(service);
  if (session.expiresAt <= world.settings.clock.now())
    throw createAwsError(
      expiredCredentials[service] ?? 'ExpiredTokenException',
      'The security token included in the request is expired',
      403,
    );
  const caller = session.ofProcess === true ? world.functionCaller.getStore() : undefined;
  return { caller: caller ?? session.caller, region };
}

/**
 * S3 and the services of the query protocol have error names of their own. All other services use the error name of the
 * JSON protocol.
 */
const unknownCredentials: Readonly<Record<string, string>> = {
  s3: 'InvalidAccessKeyId',
  sts: 'InvalidClientTokenId',
  iam: 'InvalidClientTokenId',
  sns: 'InvalidClientTokenId',
};

/**
 * A region that an account has not enabled rejects its credentials: "AWS was not able to validate the provided access
 * credentials" (EC2; AWS re:Post knowledge center), "UnrecognizedClientException" (services of the JSON protocol).
 */
const notEnabled = (service: string): ReturnType<typeof createAwsError> =>
  service === 'ec2'
    ? createAwsError('AuthFailure', 'AWS was not able to validate the provided access credentials', 401)
    : createAwsError(
        unknownCredentials[service] ?? 'UnrecognizedClientException',
        'The security token included in the request is invalid.',
        403,
      );

const expiredCredentials: Readonly<Record<string, string>> = {
  s3: 'ExpiredToken',
  sts: 'ExpiredToken',
  iam: 'ExpiredToken',
  sns: 'ExpiredToken',
};

function authorization(request: unknown): string {
  const headers = (request as { readonly headers?: Readonly<Record<string, string>> }).headers ?? {};
  return Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1] ?? '';
}
