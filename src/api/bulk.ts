import { z } from 'zod';
import { RecordNote } from '../domain/kernel/envelope.ts';
import { Refused } from '../domain/kernel/errors.ts';
import type { Command, Process } from '../domain/kernel/process.ts';
import type { Registry } from '../domain/kernel/registry.ts';
import type { Outcome } from '../eventlog/execute.ts';
import { naturalId } from '../eventlog/ids.ts';
import { isUuid } from './headers.ts';
import { commandsOf, hasRoutes } from './paths.ts';
import { Problem } from './problem.ts';
import { SchemaMismatch } from './validation.ts';

/** Most commands in one request: what one officer's afternoon of paper comes to. */
export const MOST_COMMANDS = 1_000;
/** So that one bulk does not hold up everybody else's single commands. */
const AT_A_TIME = 8;

/** One command as it stands in a bulk: what a single command has in its path, headers and body. */
export const BulkCommand = z.strictObject({
  process: z.string().max(100),
  command: z.string().max(100),
  id: z.string().max(200).optional().meta({
    description: 'UUID of the case, or its reference; for a command that opens one, the UUID it is to have, if any',
  }),
  input: z.record(z.string(), z.unknown()).optional().meta({ description: 'What a single command has in its body' }),
  key: z
    .string()
    .regex(/^[\x21-\x7e]{8,128}$/)
    .meta({ description: 'The Idempotency-Key of this command; the same one when it is sent again, in a bulk or alone' }),
  ifMatch: z.int().min(0).optional().meta({ description: 'Revision of the case as you saw it' }),
  record: RecordNote.optional(),
});
export type BulkCommand = z.output<typeof BulkCommand>;

/** A command of a bulk that can be given: its case is known, or is opened by it. */
export interface Prepared {
  readonly process: Process;
  readonly command: Command;
  /** As `execute` takes it. */
  readonly id: string | undefined;
  readonly input: Readonly<Record<string, unknown>>;
  /** The case as far as it is known beforehand: commands to one case are given in order. */
  readonly stream: string | undefined;
}

/**
 * What a command of a bulk means. `caseId` looks a reference up.
 * @throws Refused PROCESS_UNKNOWN, COMMAND_UNKNOWN, SchemaMismatch, Problem ID_MALFORMED …
 */
export async function prepare(
  registry: Registry,
  given: BulkCommand,
  staff: string,
  caseId: (process: Process, text: string) => Promise<string>,
): Promise<Prepared> {
  const process = registry.byName(given.process);
  if (!process || !hasRoutes(process)) throw new Refused('PROCESS_UNKNOWN', { process: given.process });
  const command = commandsOf(process).find((one) => one.command.name === given.command)?.command;
  if (!command) throw new Refused('COMMAND_UNKNOWN', { command: given.command });
  const input = given.input ?? {};
  const parsed = command.input.strict().safeParse(input);
  if (!parsed.success) throw new SchemaMismatch(command.input.strict(), input, 'input');
  const id = await idFor(process, command, given.id, caseId);
  const named = command.naturalKey ? naturalId(process.name, command.naturalKey(parsed.data, staff)) : id;
  return { process, command, id, input, stream: named === undefined ? undefined : `${process.name}-${named}` };
}

async function idFor(
  process: Process,
  command: Command,
  text: string | undefined,
  caseId: (process: Process, text: string) => Promise<string>,
): Promise<string | undefined> {
  if (command.from !== 'new') {
    if (text === undefined) throw new Problem('ID_MISSING');
    return caseId(process, text);
  }
  if (text === undefined) return undefined;
  // The id of such a case follows from its natural key alone.
  if (command.naturalKey || !isUuid(text)) throw new Problem('ID_MALFORMED');
  return text.toLowerCase();
}

/** Where in a command of a bulk an error lies; errors of its input have pointers of their own below it. */
export const memberOf = (code: string): string | undefined =>
  ({
    PROCESS_UNKNOWN: 'process',
    COMMAND_UNKNOWN: 'command',
    ID_MISSING: 'id',
    ID_MALFORMED: 'id',
    REFERENCE_MISTYPED: 'id',
    IF_MATCH_REQUIRED: 'ifMatch',
  })[code];

/** What one command of a bulk came to. */
export type Result =
  | { readonly done: Outcome; readonly opened: boolean }
  | { readonly failed: unknown; readonly process?: Process; readonly stream?: string | undefined };

/**
 * Gives each of these commands, a few at a time and those to one case in order. A failure is the result of its own command
 * alone. Results stand in the order of the commands.
 */
export async function giveEach(
  commands: readonly BulkCommand[],
  ways: {
    readonly prepare: (given: BulkCommand) => Promise<Prepared>;
    readonly execute: (given: BulkCommand, prepared: Prepared) => Promise<Outcome>;
  },
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const lanes = new Map<string, { readonly at: number; readonly given: BulkCommand; readonly prepared: Prepared }[]>();
  await eachOf([...commands.entries()], async ([at, given]) => {
    const prepared = await ways.prepare(given).catch((failed: unknown) => {
      results[at] = { failed };
    });
    if (!prepared) return;
    const lane = prepared.stream ?? `opened ${at}`;
    lanes.set(lane, [...(lanes.get(lane) ?? []), { at, given, prepared }]);
  });
  await eachOf([...lanes.values()], async (lane) => {
    for (const { at, given, prepared } of lane.toSorted((a, b) => a.at - b.at)) {
      const { process, command, stream } = prepared;
      results[at] = await ways.execute(given, prepared).then(
        (done) => ({ done, opened: command.from === 'new' }),
        (failed: unknown) => ({ failed, process, stream }),
      );
    }
  });
  return results;
}

/** Works on each item, a few at a time, beginning in their order. */
async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const worker = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
}
