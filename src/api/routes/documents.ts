import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { MAX_DOCUMENT_BYTES } from '../../domain/kernel/documents.ts';
import { ensure, Refused } from '../../domain/kernel/errors.ts';
import type { DocumentView } from '../../eventlog/documents/documents.ts';
import { derivedId } from '../../eventlog/ids.ts';
import { rightsOf } from '../caseIds.ts';
import { UPLOAD_PROBLEMS, UploadView, uploadAnswer } from '../documentAnswers.ts';
import { idempotencyKey, isUuid } from '../headers.ts';
import { jsonSchemaOf } from '../jsonSchema.ts';
import type { ApiParts } from '../parts.ts';
import { Problem } from '../problem.ts';

const PIECE = 'application/offset+octet-stream';
const OFFSET = /^\d{1,9}$/;

const Wish = z.strictObject({
  name: z.string().min(1).max(255).meta({ description: 'Name of the file as people know it; kept sealed' }),
  size: z
    .int()
    .min(1)
    .meta({ description: `Bytes, ${MAX_DOCUMENT_BYTES} at most` }),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional()
    .meta({ description: 'Held against what arrives' }),
});
const Piece = z.unknown().meta({ description: 'Bytes from `Upload-Offset` on', type: 'string', format: 'binary' });

/** Uploads, in the way of the tus protocol (tus.io, core 1.0): announced with a size, sent in pieces, resumed after a break. */
export async function documentRoutes(v1: FastifyInstance, parts: ApiParts): Promise<void> {
  await v1.register(async (app) => {
    app.addContentTypeParser(PIECE, async (_request: unknown, payload: IncomingMessage) => payload);
    app.addHook('onSend', async (_request, reply) => {
      reply.header('tus-resumable', '1.0.0');
    });
    announceRoute(app, parts);
    offsetRoute(app, parts);
    stateRoute(app, parts);
    pieceRoute(app, parts);
  });
}

function announceRoute(app: FastifyInstance, parts: ApiParts): void {
  app.post<{ Body: z.output<typeof Wish> }>(
    '/v1/documents',
    {
      preValidation: async (request) => {
        idempotencyKey(request.headers);
      },
      schema: {
        operationId: 'documentsCreate',
        tags: ['documents'],
        summary: 'Announce a file; its content is sent to the address in Location',
        description:
          'Sent again with the same Idempotency-Key, the same upload is answered. A file no case names is removed after some days.',
        body: Wish,
        headers: z.looseObject({ 'idempotency-key': z.string().meta({ description: 'A fresh UUID for each file' }) }),
        response: { ...UPLOAD_PROBLEMS, 201: jsonSchemaOf(UploadView, 'output') },
      },
    },
    async (request, reply) => {
      const key = idempotencyKey(request.headers);
      const { name, size, sha256 } = Wish.parse(request.body);
      const [post] = (await rightsOf(parts, request)).posts;
      ensure(post, 'FORBIDDEN');
      const by = { staff: request.staff, organisation: post.organisation, office: post.office };
      const view = await parts.documents.begin({ id: derivedId('document', request.staff, key), name, size, sha256, by });
      told(reply, view);
      return reply.code(201).header('location', `/v1/documents/${view.id}`).send(uploadAnswer(view));
    },
  );
}

function offsetRoute(app: FastifyInstance, parts: ApiParts): void {
  app.head<{ Params: { id: string } }>(
    '/v1/documents/:id',
    {
      schema: {
        operationId: 'documentsOffset',
        tags: ['documents'],
        summary: 'Where an upload of mine goes on',
        response: {
          200: { description: 'Upload-Offset, Upload-Length and Masar-Document-State say how far it is', type: 'null' },
        },
      },
      config: { swagger: { exposeHeadRoute: true } } as object,
    },
    async (request, reply) => {
      told(reply, await ownUpload(parts, request));
      return reply.code(200).send();
    },
  );
}

function stateRoute(app: FastifyInstance, parts: ApiParts): void {
  app.get<{ Params: { id: string } }>(
    '/v1/documents/:id',
    {
      exposeHeadRoute: false,
      schema: {
        operationId: 'documentsGet',
        tags: ['documents'],
        summary: 'State of an upload of mine; its content is opened through the case that names it',
        response: { 200: jsonSchemaOf(UploadView, 'output') },
      },
    },
    async (request, reply) => {
      const view = await ownUpload(parts, request);
      told(reply, view);
      return uploadAnswer(view);
    },
  );
}

function pieceRoute(app: FastifyInstance, parts: ApiParts): void {
  app.patch<{ Params: { id: string }; Body: IncomingMessage }>(
    '/v1/documents/:id',
    {
      // Before a body of another kind is read.
      onRequest: async (request) => {
        if (request.headers['content-type'] !== PIECE) throw new Problem('UPLOAD_CONTENT_TYPE');
      },
      schema: {
        operationId: 'documentsAppend',
        tags: ['documents'],
        summary: 'Send content of a file from an offset on',
        description:
          'What arrived before a line broke is kept: ask for the offset and go on from there. On slow lines send pieces of at most 1 MiB. With the last byte the content is checked; Masar-Document-State says the outcome.',
        consumes: [PIECE],
        body: Piece,
        headers: z.looseObject({ 'upload-offset': z.string().meta({ description: 'Bytes that went before' }) }),
        response: { ...UPLOAD_PROBLEMS, 204: { description: 'Kept up to Upload-Offset', type: 'null' } },
      },
    },
    async (request, reply) => {
      const offset = request.headers['upload-offset'];
      if (typeof offset !== 'string' || !OFFSET.test(offset)) throw new Problem('UPLOAD_OFFSET_MALFORMED');
      // Who was suspended since the upload began adds nothing to it.
      await rightsOf(parts, request);
      // What was refused half way is read to its end: a line torn off under the sender would lose it the answer.
      const content = request.body.iterator({ destroyOnReturn: false });
      const view = await parts.documents.append(idIn(request), request.staff, Number(offset), content).catch((error: unknown) => {
        request.body.resume();
        throw error;
      });
      told(reply, view);
      return reply.code(204).send();
    },
  );
}

/** An upload of the caller, judged first where it waits for that. Those of others are not there. */
async function ownUpload(parts: ApiParts, request: FastifyRequest<{ Params: { id: string } }>): Promise<DocumentView> {
  await rightsOf(parts, request);
  const id = idIn(request);
  const found = await parts.documents.describe(id);
  if (found?.uploader !== request.staff) throw new Refused('NOT_FOUND');
  if (found.state !== 'scanning') return found;
  await parts.documents.settle(id);
  return (await parts.documents.describe(id)) ?? found;
}

function idIn(request: FastifyRequest<{ Params: { id: string } }>): string {
  const { id } = request.params;
  if (!isUuid(id)) throw new Problem('ID_MALFORMED');
  return id.toLowerCase();
}

function told(reply: FastifyReply, view: DocumentView): void {
  reply
    .header('upload-offset', String(view.received))
    .header('upload-length', String(view.size))
    .header('masar-document-state', view.state);
  if (view.refusal) reply.header('masar-document-refusal', view.refusal);
}
