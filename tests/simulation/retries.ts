import type { Interceptor } from '../../simulator/plugin.ts';
import { isPolicyWrite } from './policy-calls.ts';
import type { Draw } from './random.ts';

const maxAttempts = 3;
const throttling = /throttl|toomanyrequests|slowdown|requestlimit/i;

/**
 * The SDK's retries, which the quick clients lack: two more attempts after throttling or a missing answer, each after a
 * random pause. Writers of policies send once (`maxAttempts` of shared/platform/aws/access.ts). Source: SDK reference
 * guide, "Retry behavior", standard mode.
 */
export const createRetries =
  (draw: Draw): Interceptor =>
  async (call, proceed) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await proceed();
      } catch (error) {
        const name = error instanceof Error ? error.name : '';
        const isThrottled = throttling.test(name);
        const again = isThrottled || name === 'TimeoutError';
        if (!again || attempt === maxAttempts || isPolicyWrite(call)) throw error;
        const most = (isThrottled ? 500 : 100) * 2 ** (attempt - 1);
        await new Promise((resolve) => setTimeout(resolve, draw.between(1, most)));
      }
    }
  };
