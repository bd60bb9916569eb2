/**
 * Every error class of this project. State machines name the classes under `ErrorEquals`. A test compares both lists.
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
