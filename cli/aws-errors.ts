const advice: Readonly<Record<string, string>> = {
  CredentialsProviderError:
    'Sign in, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; to try without AWS, use --simulate',
  ExpiredTokenException: 'The credentials have expired: sign in again',
  ExpiredToken: 'The credentials have expired: sign in again',
  UnrecognizedClientException: 'AWS does not know these credentials: sign in again',
  InvalidClientTokenId: 'AWS does not know these credentials: sign in again',
  ResourceNotFoundException:
    'Check ONBOARDING_TABLE and AWS_REGION: the table is in the region that the project is deployed in',
  AccessDeniedException:
    "The caller needs the rights of the installation's operator role, in the account of the installation",
  AWSOrganizationsNotInUseException:
    'The credentials belong to an account without an organization: use the management account',
};

const networkCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EPIPE']);

/** Whether the SDK threw it: an error of AWS, no credentials, or no network. */
export const isAwsError = (error: unknown): error is Error =>
  error instanceof Error &&
  ('$metadata' in error || error.name in advice || error.name === 'TimeoutError' || isNetworkError(error));

const isNetworkError = (error: Error): boolean => networkCodes.has(codeOf(error));

const codeOf = (error: Error): string => String((error as { code?: unknown }).code ?? '');

/** What happened, and what to do about it. */
export function explainAwsError(error: Error): string {
  if (isNetworkError(error) || error.name === 'TimeoutError')
    return `AWS did not answer (${codeOf(error) || error.message}). Check the network, AWS_REGION and AWS_ENDPOINT_URL`;
  const what = `AWS answered ${error.name}: ${error.message || 'no message'}`;
  const todo = advice[error.name];
  if (error.name === 'CredentialsProviderError') return `No AWS credentials were found. ${todo}`;
  return todo === undefined ? what : `${what.replace(/\.$/, '')}. ${todo}`;
}
