/** The log account's own function: its role may assume the role of that account only. */
export { createHandler, handler } from './update-central-account.ts';
