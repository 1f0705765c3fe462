import type { Test } from 'tap';
import { appendCases } from './eventLogContract/append.ts';
import { beginningCases } from './eventLogContract/beginning.ts';
import { bytesCases } from './eventLogContract/bytes.ts';
import { faultCases } from './eventLogContract/faults.ts';
import type { LogUnderTest } from './eventLogContract/harness.ts';
import { readAllCases } from './eventLogContract/readAll.ts';
import { retryCases } from './eventLogContract/retry.ts';
import { subscribeCases } from './eventLogContract/subscribe.ts';

export type { LogUnderTest } from './eventLogContract/harness.ts';

/** For a machine that does much else: tap's own patience of 30 s is for small tests. */
const PATIENCE_MS = 180_000;

/**
 * What every event store adapter must keep to. All cases share one store, which may hold anything before: each works in
 * categories of its own, after the head it found.
 */
export function eventLogContract(test: Test, name: string, makeLog: (test: Test) => Promise<LogUnderTest>): Promise<unknown> {
  test.setTimeout(PATIENCE_MS);
  return test.test(`${name} keeps the contract of the event log`, { timeout: PATIENCE_MS }, async (t) => {
    const subject = await makeLog(t);
    await beginningCases(t, subject);
    await appendCases(t, subject);
    await retryCases(t, subject);
    await bytesCases(t, subject);
    await readAllCases(t, subject);
    await subscribeCases(t, subject);
    await faultCases(t, subject);
  });
}
