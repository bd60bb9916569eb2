export const central = { log: '222222222222', security: '333333333333', shared: '444444444444' };

/** Region of most resources. */
export const home = 'eu-west-1';

/** Another region in which some resources are. */
export const abroad = 'us-west-2';
