import type { Command, FactRef, Process } from '../domain/kernel/process.ts';
import type { Registry } from '../domain/kernel/registry.ts';
import type { CommandRequest } from './execute.ts';
import { InvalidInput } from './failures.ts';
import { derivedId, isDerived, naturalId } from './ids.ts';
import type { EventLog } from './port.ts';

/** A command on its way: what was asked, of which case, as which command id. */
export interface Run {
  readonly request: CommandRequest;
  readonly process: Process;
  readonly command: Command;
  readonly input: unknown;
  readonly id: string;
  readonly commandId: string;
}

/** The stream of a fact a guard asks for. */
export const streamOf = ({ process, at }: FactRef): string =>
  `${process}-${'id' in at ? at.id : naturalId(process, at.naturalKey)}`;

/** Whether somebody chose the id of the case that a command opens. */
const isChosen = ({ command, request, id }: Run): boolean =>
  command.from === 'new' && request.id === id && request.principal.kind === 'staff';

/**
 * Ids that Masar derives, those of files among them, are its own, also where nothing bears them yet: who chose one beforehand would
 * have their case share keys, and so an erasure, with what comes to bear it.
 */
export const isReserved = (run: Run): boolean => isChosen(run) && isDerived(run.id);

/** Whether a case of another process bears an id that somebody chose: keys, files and erasures go by the id alone. */
export async function isBorneElsewhere(run: Run, log: EventLog, registry: Registry): Promise<boolean> {
  if (!isChosen(run)) return false;
  const { process, id } = run;
  const others = registry.all.filter((one) => one !== process);
  const found = await Promise.all(others.map(({ name }) => log.read(`${name}-${id}`)));
  return found.some((events) => events.length > 0);
}

/** The input as the command takes it. @throws InvalidInput */
export function parseInput(command: Command, input: unknown): unknown {
  const parsed = command.input.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new InvalidInput(parsed.error.issues.map((one) => ({ path: one.path, code: one.code, message: one.message })));
}

/** Which case a command is about, and its id: the same for the same key by the same principal on the same route. */
export function identify(
  process: Process,
  command: Command,
  request: CommandRequest,
  input: unknown,
): { id: string; commandId: string } {
  const staff = request.principal.kind === 'staff' ? request.principal.id : '';
  const who = request.principal.kind === 'staff' ? staff : `system:${request.principal.name}`;
  const commandId = derivedId('command', who, process.name, request.id ?? '', command.name, request.key);
  const natural = command.naturalKey?.(input, staff);
  const id = natural === undefined ? (request.id ?? derivedId('case', commandId)) : naturalId(process.name, natural);
  return { id, commandId };
}
