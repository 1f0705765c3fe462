import type { FastifyInstance, FastifyReply } from 'fastify';
import type { z } from 'zod';
import { RecordNote, Uuid } from '../../domain/kernel/envelope.ts';
import type { Command, Process } from '../../domain/kernel/process.ts';
import type { Outcome } from '../../eventlog/execute.ts';
import { CommandAnswer } from '../answers.ts';
import { caseIdIn } from '../caseIds.ts';
import { limitOf } from '../commandLimits.ts';
import { etagOf, idempotencyKey, revisionIn } from '../headers.ts';
import { jsonSchemaOf } from '../jsonSchema.ts';
import { operation } from '../operations.ts';
import type { ApiParts } from '../parts.ts';
import { commandsOf, type Derived, hasRoutes } from '../paths.ts';
import { positionText } from '../stores.ts';

/** A command's body once its own members are set apart from what is said about the command. */
interface Body {
  readonly id?: string;
  readonly record?: unknown;
}

/** One writer for all commands: compiling one for each of hundreds takes longer than all else at the start. */
const writeAnswer = (answer: unknown): string => JSON.stringify(answer);

/** `POST /v1/<plural>` and `POST /v1/<plural>/{id}/<command>` for every command a person may give. */
export async function commandRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  for (const process of parts.registry.all.filter(hasRoutes)) {
    for (const derived of commandsOf(process)) route(app, parts, process, derived);
  }
}

function route(app: FastifyInstance, parts: ApiParts, process: Process, { command, path }: Derived): void {
  const opening = command.from === 'new';
  const limit = limitOf(process.name, command.name);
  app.route<{ Params: { id?: string }; Body: Body }>({
    method: 'POST',
    url: path,
    schema: {
      ...operation({ process, command, name: command.name }),
      body: bodyOf(process, command),
      response: { [opening ? 201 : 200]: jsonSchemaOf(CommandAnswer, 'output') },
    },
    serializerCompiler: () => writeAnswer,
    config: { process, command: command.name, ...(limit ? { limit } : {}) },
    handler: async (request, reply) => {
      const key = idempotencyKey(request.headers);
      const ifMatch = revisionIn(request.headers);
      const { record, ...rest } = request.body ?? {};
      const { id: chosen, ...others } = rest;
      const chooses = opening && !command.naturalKey;
      const outcome = await parts.executor.execute({
        process: process.name,
        command: command.name,
        id: opening
          ? chooses
            ? chosen?.toLowerCase()
            : undefined
          : await caseIdIn(parts, process, request.params.id ?? '', request, reply),
        // Where the caller does not choose the id of a case, a member `id` is the command's own.
        input: chooses ? others : rest,
        record: record === undefined ? undefined : RecordNote.parse(record),
        key,
        principal: { kind: 'staff', id: request.staff },
        ifMatch,
        correlationId: request.correlationId,
      });
      if (opening && process.seeks) {
        const { state } = await parts.cases.glance(`${process.name}-${outcome.id}`);
        const sought = process.seeks(state);
        if (sought) request.opener.sought(`${sought.process}-${sought.id}`);
      }
      if (opening) reply.code(201).header('location', `/v1/${process.plural}/${outcome.id}`);
      return answer(reply, outcome, process);
    },
  });
}

const CHOSEN = 'The id of the new case, a random UUID (version 4 or 7); the server chooses where it is left out.';

/** The input of the command, with `record` beside it, and `id` where the caller may choose it. Nothing else is accepted. */
function bodyOf(process: Process, command: Command): z.ZodType {
  const reserved = {
    record: RecordNote.optional(),
    ...(command.from === 'new' && !command.naturalKey ? { id: Uuid.optional().meta({ description: CHOSEN }) } : {}),
  };
  const taken = Object.keys(reserved).filter((name) => name in command.input.shape);
  if (taken.length > 0) throw new Error(`${process.name}.${command.name}: ${taken.join(', ')} is taken by the API`);
  return command.input.safeExtend(reserved).strict();
}

/** What leaves in the answer to a command, and nothing else. */
function answer(reply: FastifyReply, outcome: Outcome, { store }: Process): z.input<typeof CommandAnswer> {
  const position = positionText(store, outcome.position);
  reply.header('etag', etagOf(outcome.revision)).header('masar-position', position);
  if (outcome.replayed) reply.header('idempotency-replayed', 'true');
  const { id, reference, status, revision } = outcome;
  const actions = outcome.actions.map(({ command, allowed, reason }) => ({ command, allowed, reason }));
  return { id, reference, status, revision, position, actions };
}
