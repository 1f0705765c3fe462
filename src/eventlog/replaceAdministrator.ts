import { INSTALLATION } from '../domain/installation/ids.ts';
import type { InstallationState } from '../domain/installation/index.ts';
import { ensure } from '../domain/kernel/errors.ts';
import { type Bootstrap, PRINCIPAL } from './bootstrap.ts';
import type { Cases } from './cases.ts';
import type { Codec } from './codec.ts';
import type { Executor } from './execute.ts';
import { staffIdOf } from './ids.ts';
import type { EventLog } from './port.ts';

interface Parts extends Executor {
  readonly cases: Cases;
  readonly codec: Codec;
  readonly log: EventLog;
}

const PAGE = 500;

/**
 * Names another in the place of the first administrator, whose post ends; `bootstrapAdministrator` then enrols them. A sign-in
 * mistyped once would otherwise lock everybody out for good. Only until a person has given a command: who may run this could take
 * over an installation at work. Where nobody was named, or this very person was, there is nothing to replace.
 * @throws Refused INSTALLATION_IN_USE, NAMED_BEFORE
 */
export async function replaceAdministrator(
  { execute, cases, codec, log }: Parts,
  { issuer, subject, ranBy }: Pick<Bootstrap, 'issuer' | 'subject' | 'ranBy'>,
  reason: string,
): Promise<void> {
  const key = staffIdOf(issuer, subject);
  const stateNow = async () => (await cases.glance(`installation-${INSTALLATION}`)).state as InstallationState;
  const { administrator = key } = await stateNow();
  if (administrator !== key) {
    ensure(!(await isInUse(log, codec)), 'INSTALLATION_IN_USE');
    const input = { staff: key, ranBy, reason };
    await execute({ process: 'installation', command: 'replace', id: INSTALLATION, input, key, principal: PRINCIPAL });
  }
  for (const id of (await stateNow()).replaced) {
    if ((await cases.glance(`staff-${id}`)).status !== 'active') continue;
    await execute({ process: 'staff', command: 'giveWay', id, input: {}, key, principal: PRINCIPAL });
  }
}

/** Whether a person has given a command yet: everything else is what Masar itself wrote. */
async function isInUse(log: EventLog, codec: Codec): Promise<boolean> {
  for (let after = 0n; ; ) {
    const { events, scannedTo } = await log.readAll(after, PAGE);
    if (events.length === 0) return false;
    const decoded = await codec.decode(events, 'none');
    if (decoded.some(({ meta }) => meta.actor.post !== 'system')) return true;
    after = scannedTo;
  }
}
