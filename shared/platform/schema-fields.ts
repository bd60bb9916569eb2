import * as z from 'zod';

/** Text of one form; `what` names the form, whatever stands there instead. */
export const text = (pattern: RegExp, what: string) => z.string(what).regex(pattern, what);

export const region = text(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region, such as eu-west-1');
