/** The security account's own function. Its role may only assume the role of that account. */
export { createHandler, handler } from './update-central-account.ts';
