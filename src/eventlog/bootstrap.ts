import { INSTALLATION } from '../domain/installation/ids.ts';
import type { InstallationState } from '../domain/installation/index.ts';
import { baghdadDate } from '../domain/kernel/dates.ts';
import { ensure, Refused } from '../domain/kernel/errors.ts';
import type { Names } from '../domain/organisation/index.ts';
import type { StaffName } from '../domain/staff/index.ts';
import type { Cases } from './cases.ts';
import type { Executor, Principal } from './execute.ts';
import { staffIdOf } from './ids.ts';

export interface Bootstrap {
  /** The sign-in identity of the first administrator: the token's issuer and its subject there. */
  readonly issuer: string;
  readonly subject: string;
  readonly name: StaffName;
  /** The ministry the installation is for; it is registered with the administrator. */
  readonly ministry: Names;
  /** First day of the ministry in the directory, `YYYY-MM-DD`; the day of the first run when absent. */
  readonly from?: string | undefined;
  /** Who runs this, in their own words. */
  readonly ranBy: string;
  readonly synthetic?: boolean;
}

export const PRINCIPAL: Principal = { kind: 'system', name: 'bootstrap' };

/**
 * Makes the first administrator of an installation, once. What was begun and broken off is finished by the same call, also on
 * another day; for any other identity it is refused before anything is written (`replaceAdministrator` names another first).
 * @throws Refused ALREADY_BOOTSTRAPPED, IDEMPOTENCY_KEY_REUSED where it was begun with other words
 */
export async function bootstrapAdministrator(
  { execute, cases }: Pick<Executor, 'execute'> & { readonly cases: Cases },
  wish: Bootstrap,
): Promise<{ readonly staff: string; readonly organisation: string }> {
  const { issuer, subject, name, ministry, ranBy, synthetic } = wish;
  const staff = staffIdOf(issuer, subject);
  const key = staff;
  const marked = synthetic === undefined ? {} : { synthetic };
  const entrusted = { process: 'installation', command: 'entrust', id: INSTALLATION, input: { staff } };
  await execute({ ...entrusted, key, principal: PRINCIPAL }).catch(unlessRaced);
  const { state, openedAt = '' } = await cases.glance(`installation-${INSTALLATION}`);
  const { administrator, replaced } = state as InstallationState;
  ensure(administrator === staff, 'ALREADY_BOOTSTRAPPED');
  const from = wish.from ?? baghdadDate(openedAt);
  const { id: organisation } = await execute({
    process: 'organisation',
    command: 'register',
    input: { kind: 'ministry', names: ministry, from, ...marked },
    // Whoever comes in another's place finds the ministry that was registered with the first.
    key: replaced[0] ?? staff,
    principal: PRINCIPAL,
  });
  const input = { issuer, subject, name, organisation, ranBy, ...marked };
  await execute({ process: 'staff', command: 'bootstrap', input, key, principal: PRINCIPAL });
  return { staff, organisation };
}

function unlessRaced(error: unknown): void {
  if (error instanceof Refused && ['ALREADY_EXISTS', 'CONFLICT'].includes(error.code)) return;
  throw error;
}
