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

type Parts = Pick<Executor, 'execute'> & { readonly cases: Cases };

export const PRINCIPAL: Principal = { kind: 'system', name: 'bootstrap' };

/**
 * Makes the first administrator of an installation, once. What was begun and broken off is finished by the same call, also on
 * another day; for any other identity it is refused before anything is written (`replaceAdministrator` names another first).
 * @throws Refused ALREADY_BOOTSTRAPPED, IDEMPOTENCY_KEY_REUSED where it was begun with other words
 */
export async function bootstrapAdministrator(
  { execute, cases }: Parts,
  wish: Bootstrap,
): Promise<{ readonly staff: string; readonly organisation: string }> {
  const { issuer, subject, name, ranBy } = wish;
  const staff = staffIdOf(issuer, subject);
  const key = staff;
  const entrusted = { process: 'installation', command: 'entrust', id: INSTALLATION, input: { staff } };
  await execute({ ...entrusted, key, principal: PRINCIPAL }).catch(unlessRaced);
  const { state } = await cases.glance(`installation-${INSTALLATION}`);
  const { administrator } = state as InstallationState;
  ensure(administrator === staff, 'ALREADY_BOOTSTRAPPED');
  const organisation = await registerMinistry({ execute, cases }, wish);
  const input = { issuer, subject, name, organisation, ranBy, ...markOf(wish) };
  await execute({ process: 'staff', command: 'bootstrap', input, key, principal: PRINCIPAL });
  return { staff, organisation };
}

/**
 * Registers the ministry with the first who was named; whoever comes in that person's place finds it. `dryRun` writes nothing.
 * @throws Refused IDEMPOTENCY_KEY_REUSED where it was registered in other words
 */
export async function registerMinistry({ execute, cases }: Parts, wish: Bootstrap, dryRun = false): Promise<string> {
  const { state, openedAt = '' } = await cases.glance(`installation-${INSTALLATION}`);
  const { administrator, replaced } = state as InstallationState;
  const from = wish.from ?? baghdadDate(openedAt);
  const { id } = await execute({
    process: 'organisation',
    command: 'register',
    input: { kind: 'ministry', names: wish.ministry, from, ...markOf(wish) },
    key: replaced[0] ?? administrator ?? '',
    principal: PRINCIPAL,
    dryRun,
  });
  return id;
}

const markOf = ({ synthetic }: Bootstrap) => (synthetic === undefined ? {} : { synthetic });

function unlessRaced(error: unknown): void {
  if (error instanceof Refused && ['ALREADY_EXISTS', 'CONFLICT'].includes(error.code)) return;
  throw error;
}
