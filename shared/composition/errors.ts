/**
 * Every error class of the project. State machines match their names in `ErrorEquals`, and a test compares both lists.
 */

export * from '../accounts/errors.ts';
export * from '../configuration/errors.ts';
export * from '../grants/errors.ts';
export * from '../iam/errors.ts';
export * from '../platform/aws/errors.ts';
export * from '../platform/errors.ts';
export * from '../reconcile/errors.ts';
export * from '../runs/approval/errors.ts';
export * from '../secrets/deployment/errors.ts';
export * from '../secrets/reader/errors.ts';
export * from '../secrets/rotation-function/errors.ts';
export * from '../store/stored-item-error.ts';
