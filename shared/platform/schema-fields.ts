import * as z from 'zod';

/** Text of one form; `what` names the form, whatever stands there instead. */
export const textSchema = (pattern: RegExp, what: string) => z.string(what).regex(pattern, what);

export const regionSchema = textSchema(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region, such as eu-west-1');
