import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { authorize } from '../shared/iam/authorize.ts';
import { evaluatePolicy } from '../shared/iam/evaluate.ts';
import type { AccessRequest } from '../shared/iam/request.ts';
import {
  composedPolicies,
  composedRequests,
  organization,
  organizationId,
  type SingleCase,
  singleCases,
} from './engine/requests.ts';

/**
 * Measures the policy engine on one core. Single documents: in comparison with the evaluator of an early commit, in one
 * run on equal policies. Composed decisions: per second, with full reasons.
 */
const earlyCommit = 'c8b4f73';
const rounds = 15;
const loadModule = createRequire(import.meta.url);

interface EarlyEvaluator {
  evaluatePolicy(document: SingleCase['document'], request: object): { readonly decision: string };
}

/** `undefined` if the history does not reach back so far. */
function loadEarlyEvaluator(): EarlyEvaluator | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'engine-bench-'));
  try {
    const archive = execFileSync('git', ['archive', earlyCommit, 'shared'], {
      maxBuffer: 1e9,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    execFileSync('tar', ['-x', '-C', folder], { input: archive });
    symlinkSync(join(import.meta.dirname, '../node_modules'), join(folder, 'node_modules'));
    // The early evaluator is no part of this project, so no statement can import it.
    return loadModule(join(folder, 'shared/policy/evaluate.ts'));
  } catch {
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The request in the form of the early evaluator: every key of the context is given. */
function toEarlyRequest({ principal, action, resource, context }: AccessRequest): object {
  if (principal.type === 'service') {
    const { service, sourceAccount, sourceArn } = principal;
    const source = { 'aws:SourceAccount': sourceAccount, 'aws:SourceArn': sourceArn };
    return {
      principal: { type: 'Service', service },
      action,
      resource,
      context: { 'aws:SecureTransport': 'true', ...source, ...context },
    };
  }
  if (principal.type !== 'role') throw new Error(`no early form of ${principal.type}`);
  const { arn } = principal;
  const accountId = arn.split(':')[4] ?? '';
  const keys = { 'aws:PrincipalArn': arn, 'aws:PrincipalAccount': accountId };
  return {
    principal: { type: 'AWS', accountId, arn },
    action,
    resource,
    context: { ...keys, 'aws:PrincipalOrgID': organizationId, ...context },
  };
}

/** Microseconds for one call: the fastest of some rounds, so that other work on the machine counts little. */
function fastest(count: number, run: () => void): number {
  const times = Array.from({ length: rounds }, () => {
    const start = performance.now();
    run();
    return ((performance.now() - start) * 1000) / count;
  });
  return Math.min(...times);
}

const early = loadEarlyEvaluator();
if (early === undefined)
  console.log(`The history does not hold commit ${earlyCommit}, so there is nothing to compare with.`);

console.log('single documents                             today        early   today / early');
for (const { title, kind, document, requests } of singleCases) {
  const today = fastest(requests.length, () => {
    for (const request of requests)
      expectAllowed(evaluatePolicy(document, request, kind, organization).decision);
  });
  const earlyRequests = requests.map(toEarlyRequest);
  const then =
    early &&
    fastest(requests.length, () => {
      for (const request of earlyRequests) expectAllowed(early.evaluatePolicy(document, request).decision);
    });
  const compared = then === undefined ? '' : `${formatTime(then)}${(today / then).toFixed(2).padStart(16)}`;
  console.log(`${title.padEnd(40)}${formatTime(today)}${compared}`);
}

const composed = fastest(composedRequests.length, () => {
  for (const request of composedRequests)
    expectAllowed(authorize({ request, policies: composedPolicies, organization }).outcome);
});
const perSecond = Math.round(1_000_000 / composed).toLocaleString('en-US');
console.log(`composed decisions (identity, bucket, boundary, two levels of SCPs): ${perSecond} a second`);

/** A wrong answer may be fast for the wrong reason. */
function expectAllowed(outcome: string): void {
  if (outcome !== 'allow' && outcome !== 'allowed') throw new Error(`the answer is ${outcome}`);
}

function formatTime(microseconds: number): string {
  return `${microseconds.toFixed(2)} µs`.padStart(13);
}
