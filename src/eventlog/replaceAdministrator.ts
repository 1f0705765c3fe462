import { INSTALLATION } from '../domain/installation/ids.ts';
import type { InstallationState } from '../domain/installation/index.ts';
import { ensure } from '../domain/kernel/errors.ts';
import { type Bootstrap, PRINCIPAL, registerMinistry } from './bootstrap.ts';
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
 * Names another in the place of the first administrator; `bootstrapAdministrator` then enrols them, and `endReplaced` ends the other's
 * post. A sign-in mistyped once would otherwise lock everybody out for good. Only until a person has given a command: who may run
 * this could take over an installation at work. Where nobody was named, or this very person was, there is nothing to replace.
 * @throws Refused INSTALLATION_IN_USE, NAMED_BEFORE, IDEMPOTENCY_KEY_REUSED where the ministry was registered in other words
 */
export async function replaceAdministrator(parts: Parts, wish: Bootstrap, reason: string): Promise<void> {
  const { execute, codec, log } = parts;
  const staff = staffIdOf(wish.issuer, wish.subject);
  const { administrator = staff } = await stateOf(parts);
  if (administrator === staff) return;
  ensure(!(await isInUse(log, codec)), 'INSTALLATION_IN_USE');
  // Refused later, there would be no administrator at all.
  await registerMinistry(parts, wish, true);
  const input = { staff, ranBy: wish.ranBy, reason };
  await execute({ process: 'installation', command: 'replace', id: INSTALLATION, input, key: staff, principal: PRINCIPAL });
}

/**
 * Ends the posts of those in whose place another was named, also where that was broken off before. Once people are at work nobody's
 * is: they may have enrolled one of them since.
 */
export async function endReplaced(parts: Parts): Promise<void> {
  const { execute, cases, codec, log } = parts;
  const { administrator: key = '', replaced } = await stateOf(parts);
  for (const id of replaced) {
    if ((await cases.glance(`staff-${id}`)).status !== 'active') continue;
    if (await isInUse(log, codec)) return;
    await execute({ process: 'staff', command: 'giveWay', id, input: {}, key, principal: PRINCIPAL });
  }
}

const stateOf = async ({ cases }: Parts): Promise<InstallationState> =>
  (await cases.glance(`installation-${INSTALLATION}`)).state as InstallationState;

/** Whether a person has given a command yet: everything else is what Masar itself wrote. */
async function isInUse(log: EventLog, codec: Codec): Promise<boolean> {
  for (let after = 0n; ; ) {
    const { events, scannedTo } = await log.readAll(after, PAGE);
    if (scannedTo <= after) return false;
    const decoded = await codec.decode(events, 'none');
    if (decoded.some(({ meta }) => meta.actor.post !== 'system')) return true;
    after = scannedTo;
  }
}
