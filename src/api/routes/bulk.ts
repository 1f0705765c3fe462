import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { pickLanguage } from '../../domain/kernel/labels.ts';
import type { Registry } from '../../domain/kernel/registry.ts';
import type { Outcome } from '../../eventlog/execute.ts';
import type { Limited } from '../../platform/limits/settings.ts';
import { missedNumber } from '../../projections/numbers.queries.ts';
import { ProblemAnswer, Reference } from '../answers.ts';
import { BulkCommand, giveEach, MOST_COMMANDS, memberOf, prepare, type Result } from '../bulk.ts';
import { caseIdIn } from '../caseIds.ts';
import { type Catalogue, catalogueOf } from '../catalogue.ts';
import { limitOf, numbersTriedIn } from '../commandLimits.ts';
import { jsonSchemaOf } from '../jsonSchema.ts';
import { toldOf } from '../notBuilt.ts';
import type { ApiParts } from '../parts.ts';
import { problemBody } from '../problemBody.ts';
import { positionText, storeOf } from '../stores.ts';

/** A thousand commands of 8 KiB, which is far more than any has. */
const BODY_LIMIT = 8 * 1024 * 1024;

const Bulk = z.strictObject({
  dryRun: z
    .boolean()
    .optional()
    .meta({
      description:
        'Nothing is written. Each command is tried on its case as it stands, not as those before it would leave it. ' +
        'To try a file number counts and is on record as a lookup.',
    }),
  commands: z.array(BulkCommand).min(1).max(MOST_COMMANDS),
});

const BulkResult = z.object({
  key: z.string(),
  status: z.int().meta({ description: 'The HTTP status the command alone would have been answered with' }),
  case: z
    .object({ id: z.uuid(), reference: Reference, status: z.string(), revision: z.int(), position: z.string() })
    .optional()
    .meta({ description: 'The case after the command; of a dry run, as it would be. `position` is that of what is written' }),
  replayed: z.boolean().optional().meta({ description: 'It had been given before; nothing was written again' }),
  would: z
    .object({ events: z.array(z.string()), taken: z.array(z.string()) })
    .optional()
    .meta({ description: 'Of a dry run: what would be recorded, and what another case already holds that must be unique' }),
  problem: ProblemAnswer.optional(),
});

const BulkAnswer = z.object({
  done: z.int(),
  refused: z.int(),
  results: z.array(BulkResult).meta({ description: 'In the order of the commands' }),
});

/**
 * `POST /v1/bulk`: many commands in one request, each with its own key, rights and result. One that is refused stops no other;
 * a bulk whose answer was lost is sent again as it is, and changes nothing.
 */
export async function bulkRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const catalogue = catalogueOf(parts.registry);
  app.route<{ Body: z.output<typeof Bulk> }>({
    method: 'POST',
    url: '/v1/bulk',
    bodyLimit: BODY_LIMIT,
    schema: {
      operationId: 'bulk',
      tags: ['bulk'],
      summary: 'Give up to 1,000 commands, or try them',
      description:
        'Each command is given as it would be alone: under its own key, with the same rights, refusals and effects. ' +
        'Commands to one case are given in order, others side by side; a refusal stops none of the others. ' +
        'It counts as that many requests.',
      body: Bulk,
      response: { 200: jsonSchemaOf(BulkAnswer, 'output') },
    },
    handler: async (request, reply) => {
      const { commands, dryRun = false } = request.body;
      // As many requests as they would be alone; the first came with the request itself.
      await request.countUse('requests', commands.length - 1);
      for (const [limit, uses] of usesOf(commands, dryRun)) await request.countUse(limit, uses);
      const results = await giveEach(commands, {
        prepare: (given) =>
          prepare(parts.registry, given, request.staff, (process, text) => caseIdIn(parts, process, text, request, reply)),
        execute: ({ key, ifMatch, record }, { process, command, id, input }) =>
          parts.executor.execute({
            process: process.name,
            command: command.name,
            ...{ id, input, key, ifMatch, dryRun },
            record: record === undefined ? undefined : BulkCommand.shape.record.parse(record),
            principal: { kind: 'staff', id: request.staff },
            correlationId: request.correlationId,
          }),
      });
      if (dryRun) noteNumbers(parts, request, commands, results);
      // One position tells of one store; a restricted case's stands in its own result.
      const inGeneral = ({ process }: Outcome): boolean => storeOf(parts.registry, process) === 'general';
      const last = results.reduce(
        (latest, one) => ('done' in one && inGeneral(one.done) && one.done.position > latest ? one.done.position : latest),
        0n,
      );
      if (last > 0n) reply.header('masar-position', String(last));
      const known = await Promise.all(
        results.map(async (one) => ('failed' in one ? { ...one, failed: await toldOf(parts, one.failed) } : one)),
      );
      const told = known.map((one, at) => ({ key: commands[at]?.key, ...tell(one, at, request, catalogue, parts.registry) }));
      const refused = told.filter((one) => 'problem' in one).length;
      return { done: told.length - refused, refused, results: told };
    },
  });
}

/** What the commands of a bulk count as beside requests, and how often. */
function usesOf(commands: readonly BulkCommand[], dryRun: boolean): ReadonlyMap<Limited, number> {
  const uses = new Map<Limited, number>();
  const count = (limit: Limited | undefined, times = 1): void => {
    if (limit && times > 0) uses.set(limit, (uses.get(limit) ?? 0) + times);
  };
  for (const command of commands) {
    count(limitOf(command.process, command.command));
    if (dryRun) count('dailyLookups', numbersTriedIn(command).length);
  }
  return uses;
}

/** Puts on record that it was told whether numbers are taken. */
function noteNumbers(
  parts: ApiParts,
  { opener }: FastifyRequest,
  commands: readonly BulkCommand[],
  results: readonly Result[],
): void {
  for (const [at, command] of commands.entries()) {
    const result = results[at];
    if (!result || !('done' in result) || !result.done.would) continue;
    const isTaken = result.done.would.taken.length > 0;
    for (const number of numbersTriedIn(command))
      opener.lookedFor(isTaken ? undefined : missedNumber(parts.mac, 'document_number', number));
  }
}

function tell(result: Result, at: number, request: FastifyRequest, catalogue: Catalogue, registry: Registry) {
  if ('done' in result) return { status: result.opened ? 201 : 200, ...answerOf(result.done, registry) };
  const lang = pickLanguage(request.headers['accept-language']);
  const { status, code, body } = problemBody(catalogue, result.failed, { process: result.process, lang, instance: request.id });
  if (status >= 500) request.log.error({ err: result.failed, code, at }, 'a command of a bulk failed');
  if (status === 403 || status === 404) request.opener.denied(code, result.stream);
  return { status, problem: { ...body, ...errorsAt(at, code, body) } };
}

function answerOf({ process, id, reference, status, revision, position, replayed, would }: Outcome, registry: Registry) {
  return {
    case: { id, reference, status, revision, position: positionText(storeOf(registry, process), position) },
    ...(replayed ? { replayed } : {}),
    ...(would ? { would: { events: would.events, taken: would.taken } } : {}),
  };
}

/** The errors with pointers into the body of the bulk. */
function errorsAt(at: number, code: string, { errors, title }: Readonly<Record<string, unknown>>) {
  const member = memberOf(code);
  if (member !== undefined) return { errors: [{ pointer: `/commands/${at}/${member}`, code, message: String(title) }] };
  if (!Array.isArray(errors)) return {};
  return { errors: errors.map((one) => ({ ...one, pointer: `/commands/${at}/input${one.pointer}` })) };
}
