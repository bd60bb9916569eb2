import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { createApprovalDetail } from '../../shared/runs/approval/approval-message.ts';
import { findContractViolations } from '../../simulator/event-contract.ts';
import { findMatchingRules, getRules } from '../../simulator/rules.ts';

const rules = getRules(readFileSync('templates/approval-chat.yml', 'utf8'));

const detail = createApprovalDetail({
  runId: 'created-1',
  execution: 'arn:aws:states:us-east-1:111111111111:execution:account-onboarding-example:created-1',
  accounts: [],
  planHash: '9b0c',
  difference: '',
  requestedAt: '2026-03-01T10:00:00.000Z',
  until: '2026-03-03T10:00:00.000Z',
});

const event = (detailType: string) => ({ source: 'account-onboarding', 'detail-type': detailType, detail });

const targetSchema = z.looseObject({
  InputTransformer: z.object({
    InputPathsMap: z.record(z.string(), z.string().startsWith('$.detail.')),
    InputTemplate: z.string(),
  }),
});

/** The message, as EventBridge makes it of values that are text. */
function transform(target: unknown): unknown {
  const { InputPathsMap: paths, InputTemplate: template } = targetSchema.parse(target).InputTransformer;
  const fields = new Map(Object.entries(detail));
  const text = template.replaceAll(/<(\w+)>/g, (_, name: string) => {
    const value = fields.get(`${paths[name]}`.replace('$.detail.', ''));
    if (typeof value !== 'string') throw new Error(`The event has no text ${name}`);
    return value;
  });
  return JSON.parse(text);
}

test('makes a message for the chat of a request for approval, with the command that approves', () => {
  const [match, ...others] = findMatchingRules(rules, event('Approval Requested'));

  expect(others).toEqual([]);
  expect(transform(match?.target)).toEqual({
    version: '1.0',
    source: 'custom',
    content: {
      textType: 'client-markdown',
      title: 'Approval requested',
      description: expect.stringContaining(
        'Run created-1 waits for approval until 2026-03-03T10:00:00.000Z.',
      ),
      nextSteps: [
        'To approve: onboarding approve --run created-1 --plan 9b0c',
        `The execution: ${detail.link}`,
      ],
    },
  });
});

test('sends no message to the chat when the event is another one', () => {
  expect(findMatchingRules(rules, event('Account Onboarded'))).toEqual([]);
});

test('reads only fields of the contract in the message to the chat', () => {
  const sent = { ...detail, accountIds: ['111122223333'] };

  expect(
    findContractViolations({
      Source: 'account-onboarding',
      DetailType: 'Approval Requested',
      Detail: JSON.stringify(sent),
    }),
  ).toEqual([]);
});
