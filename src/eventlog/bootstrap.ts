import { INSTALLATION } from '../domain/installation/ids.ts';
import type { InstallationState } from '../domain/installation/index.ts';
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
  /** First day of the ministry in the directory, `YYYY-MM-DD`. */
  readonly from: string;
  /** Who runs this, in their own words. */
  readonly ranBy: string;
  readonly synthetic?: boolean;
}

const PRINCIPAL: Principal = { kind: 'system', name: 'bootstrap' };

/**
 * Makes the first administrator of an installation, once. What was begun and broken off is finished by the same call; for
 * any other identity it is refused before anything is written.
 * @throws Refused ALREADY_BOOTSTRAPPED
 */
export async function bootstrapAdministrator(
  { execute, cases }: Pick<Executor, 'execute'> & { readonly cases: Cases },
  wish: Bootstrap,
): Promise<{ readonly staff: string; readonly organisation: string }> {
  const { issuer, subject, name, ministry, from, ranBy, synthetic } = wish;
  const staff = staffIdOf(issuer, subject);
  const marked = synthetic === undefined ? {} : { synthetic };
  await execute({
    process: 'installation',
    command: 'entrust',
    id: INSTALLATION,
    input: { staff },
    key: staff,
    principal: PRINCIPAL,
  }).catch(unlessRaced);
  const { administrator } = (await cases.glance(`installation-${INSTALLATION}`)).state as InstallationState;
  ensure(administrator === staff, 'ALREADY_BOOTSTRAPPED');
  const { id: organisation } = await execute({
    process: 'organisation',
    command: 'register',
    input: { kind: 'ministry', names: ministry, from, ...marked },
    key: staff,
    principal: PRINCIPAL,
  });
  await execute({
    process: 'staff',
    command: 'bootstrap',
    input: { issuer, subject, name, organisation, ranBy, ...marked },
    key: staff,
    principal: PRINCIPAL,
  });
  return { staff, organisation };
}

function unlessRaced(error: unknown): void {
  if (error instanceof Refused && ['ALREADY_EXISTS', 'CONFLICT'].includes(error.code)) return;
  throw error;
}
