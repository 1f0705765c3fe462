import type { CaseRecord } from './case.ts';
import type { Command, Process, Stated } from './process.ts';

/** What one caller may do next with a case, and for the rest why not. */
export interface ActionView {
  readonly command: string;
  readonly allowed: boolean;
  /** Code of the refusal a try would meet. */
  readonly reason?: string;
}

/** Commands of the kernel that do not wait until an adoption is decided; all others wait until a second officer has confirmed it. */
const ADOPTION = [
  'confirmAdoption',
  'declineAdoption',
  'retract',
  'note',
  'attach',
  'correct',
  'confirmCorrection',
  'declineCorrection',
  'settleReservation',
];

/** Why a command cannot be given to a case as it stands, as a refusal code; undefined when it can. */
export function blockedBy(process: Process, command: Command, record: CaseRecord<Stated>): string | undefined {
  if (command.from === 'new') return record.exists ? 'ALREADY_EXISTS' : undefined;
  if (!record.exists) return 'NOT_FOUND';
  if (record.retracted) return 'RETRACTED';
  if (record.adoption?.confirmed === false && !ADOPTION.includes(command.name)) return 'ADOPTION_PENDING';
  if (command.name === 'retract' && process.bound?.(record)) return 'RELIED_UPON';
  const { status } = record.state;
  const fits = command.from === 'open' ? !process.ends.includes(status) : command.from.includes(status);
  return fits ? command.idle?.(record) : 'WRONG_STATE';
}

/** Every command a person could give, with the reason where it cannot be given now. `may` asks the policy. */
export function actionsOf(
  process: Process,
  record: CaseRecord<Stated>,
  may: (permission: string) => boolean,
): readonly ActionView[] {
  const asked = new Map<string, boolean>();
  const given = (permission: string): boolean => {
    const allowed = asked.get(permission) ?? may(permission);
    asked.set(permission, allowed);
    return allowed;
  };
  return Object.values(process.commands)
    .filter((command) => command.from !== 'new' && command.permission !== 'system')
    .map((command) => {
      const reason = given(command.permission) ? blockedBy(process, command, record) : 'FORBIDDEN';
      return reason === undefined ? { command: command.name, allowed: true } : { command: command.name, allowed: false, reason };
    });
}
