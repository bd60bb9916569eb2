import { ServiceException } from '@smithy/core/client';

/** An error as the SDK throws it. `name` is the SDK's name for the error code of the service. */
export const createAwsError = (name: string, message: string, status = 400): ServiceException =>
  new ServiceException({
    name,
    message,
    $fault: status >= 500 ? 'server' : 'client',
    $metadata: { httpStatusCode: status },
  });
