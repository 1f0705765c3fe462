import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { MEDIA_TYPES } from '../../domain/kernel/documents.ts';
import { ensure } from '../../domain/kernel/errors.ts';
import type { Process } from '../../domain/kernel/process.ts';
import { type NamedDocument, openableIn } from '../../eventlog/documents/inCase.ts';
import { caseIdIn, rightsOf } from '../caseIds.ts';
import { permitted } from '../caseView.ts';
import { CaseDocumentView, FILE_STATES } from '../documentAnswers.ts';
import { jsonSchemaOf } from '../jsonSchema.ts';
import { operation } from '../operations.ts';
import type { ApiParts } from '../parts.ts';
import { hasRoutes } from '../paths.ts';

const One = z.object({ id: z.string(), document: z.uuid() });

/** Files are opened through a case that names them, and in no other way. */
export async function caseDocumentRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  for (const process of parts.registry.all.filter(hasRoutes)) {
    listRoute(app, parts, process);
    contentRoute(app, parts, process);
  }
}

function listRoute(app: FastifyInstance, parts: ApiParts, process: Process): void {
  app.get<{ Params: { id: string } }>(
    `/v1/${process.plural}/:id/documents`,
    {
      schema: {
        ...operation({ process, name: 'documents', summary: `${process.labels.plural.en}: files that one case names` }),
        response: { 200: jsonSchemaOf(z.object({ items: z.array(CaseDocumentView) }), 'output') },
      },
      config: { process },
    },
    async (request, reply) => {
      const named = await openable(parts, process, request.params.id, request, reply);
      return { items: (await Promise.all(named.map((one) => itemOf(parts, one)))).flat() };
    },
  );
}

async function itemOf(parts: ApiParts, named: NamedDocument): Promise<readonly z.input<typeof CaseDocumentView>[]> {
  const view = await parts.documents.describe(named.document);
  if (!view) return [];
  const { state, name, mediaType, size } = view;
  return [{ ...named, state, stateLabel: FILE_STATES[state], name, mediaType, size }];
}

function contentRoute(app: FastifyInstance, parts: ApiParts, process: Process): void {
  app.get<{ Params: z.output<typeof One> }>(
    `/v1/${process.plural}/:id/documents/:document`,
    {
      schema: {
        ...operation({
          process,
          name: 'document',
          summary: `${process.labels.plural.en}: content of a file that one case names`,
          description: 'The file under a neutral name, to be saved; never shown in place.',
        }),
        params: One,
        response: {
          200: {
            description: 'The file',
            content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
          },
        },
      },
      config: { process },
    },
    async (request, reply) => {
      const { id, document } = request.params;
      const named = await openable(parts, process, id, request, reply);
      const one = named.find((each) => each.document === document.toLowerCase());
      ensure(one, 'NOT_FOUND');
      const view = await parts.documents.describe(one.document);
      ensure(view?.state !== 'erased', 'FILE_ERASED');
      const file = await parts.documents.read(one.document);
      ensure(file && file.sha256 === one.sha256, 'NOT_FOUND');
      request.log.info({ document: one.document, process: process.name, staff: request.staff }, 'a file was opened');
      return reply
        .type(file.mediaType)
        .header('content-length', String(file.size))
        .header('content-disposition', `attachment; filename="${neutralName(one.document, file.mediaType)}"`)
        .header('content-security-policy', "sandbox; default-src 'none'")
        .header('x-content-type-options', 'nosniff')
        .send(Readable.from(file.content, { objectMode: false }));
    },
  );
}

/** What a file is saved as: tells nothing of whom it is about. */
const neutralName = (document: string, mediaType: string): string =>
  `document-${document.slice(-12)}.${MEDIA_TYPES[mediaType] ?? 'bin'}`;

/** The files of a case that the caller may open. @throws Refused NOT_FOUND, FORBIDDEN */
async function openable(
  parts: ApiParts,
  process: Process,
  text: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<readonly NamedDocument[]> {
  const id = await caseIdIn(parts, process, text, request, reply);
  const [loaded, rights] = await Promise.all([parts.cases.load(process, id), rightsOf(parts, request)]);
  permitted(process, loaded.record, rights, 'read');
  const named = openableIn(loaded, rights);
  ensure(named, 'FORBIDDEN');
  // What a file holds, and what people called it, is T2 (domain.md §0.4).
  if (named.length > 0) request.opener.showed(loaded.record, 'T2');
  return named;
}
