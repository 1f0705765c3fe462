import { isWithheld } from '../domain/access/access.ts';
import type { Command, Process } from '../domain/kernel/process.ts';

/** A command with the path it is given at. */
export interface Derived {
  readonly command: Command;
  readonly path: string;
}

/** `offerTransfer` → `offer-transfer`. */
export const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** What only timers and reactors do, and what the policy withholds from everybody, has no address. */
const isForPeople = (command: Command): boolean => command.permission !== 'system' && !isWithheld(command.permission);

/** Processes none of whose own commands are for people (reservations) have no place in the API. */
export const hasRoutes = (process: Process): boolean =>
  Object.values(process.commands).some((command) => !command.kernel && isForPeople(command));

/** Commands of their own process that a route gives with what only it knows: an export is on record with the rows that left. */
const GIVEN_BY_A_ROUTE: readonly string[] = ['listExport'];

/** Every command a person may give, with its path: the first of the process's own that opens a case stands at the plural. */
export function commandsOf(process: Process): readonly Derived[] {
  const commands = Object.values(process.commands).filter(
    (command) => isForPeople(command) && (command.kernel || !GIVEN_BY_A_ROUTE.includes(process.name)),
  );
  const opener = commands.find((command) => command.from === 'new' && !command.kernel);
  return commands
    .filter((command) => command.from === 'new' || command.from.length > 0)
    .map((command) => ({ command, path: pathOf(process, command, opener) }));
}

function pathOf(process: Process, command: Command, opener: Command | undefined): string {
  const plural = `/v1/${process.plural}`;
  if (command === opener) return plural;
  return command.from === 'new' ? `${plural}/${kebab(command.name)}` : `${plural}/:id/${kebab(command.name)}`;
}
