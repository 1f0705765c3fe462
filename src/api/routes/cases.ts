import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { Instant } from '../../domain/kernel/dates.ts';
import type { Process } from '../../domain/kernel/process.ts';
import { CaseAnswer } from '../answers.ts';
import { caseIdIn, rightsOf } from '../caseIds.ts';
import { type AsOf, viewOf } from '../caseView.ts';
import { etagOf } from '../headers.ts';
import { jsonSchemaOf } from '../jsonSchema.ts';
import { operation } from '../operations.ts';
import type { ApiParts } from '../parts.ts';
import { hasRoutes } from '../paths.ts';
import { storeReads } from '../stores.ts';

const LogIndex = z.string().regex(/^\d{1,18}$/);
const AsOfQuery = z.strictObject({
  asOf: z
    .union([LogIndex, Instant])
    .optional()
    .meta({ description: 'What was known then: an instant (RFC 3339 UTC), or a logIndex' }),
});

/** `GET /v1/<plural>/{id}`, read from the log itself and so never stale. */
export async function caseRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const response = { 200: jsonSchemaOf(CaseAnswer, 'output') };
  for (const process of parts.registry.all.filter(hasRoutes)) {
    app.route<{ Params: { id: string }; Querystring: z.output<typeof AsOfQuery> }>({
      method: 'GET',
      url: `/v1/${process.plural}/:id`,
      schema: {
        ...operation({
          process,
          name: 'get',
          summary: `${process.labels.name.en}: one case`,
          description: 'The case as its events tell it now, or as it was known then, with what you may do next.',
        }),
        querystring: AsOfQuery,
        response,
      },
      config: { process },
      handler: async (request, reply) => {
        const id = await caseIdIn(parts, process, request.params.id, request, reply);
        const [loaded, rights] = await Promise.all([parts.cases.load(process, id), rightsOf(parts, request)]);
        const view = await viewOf(loaded, rights, request.opener, await asOfIn(parts, process, request.query.asOf));
        reply.header('etag', etagOf(view.revision));
        return view;
      },
    });
  }
}

async function asOfIn(parts: ApiParts, process: Process, text: string | undefined): Promise<AsOf | undefined> {
  if (text === undefined) return undefined;
  return /^\d+$/.test(text) ? { position: await storeReads(parts, process).positionOf(BigInt(text)) } : { recordedAt: text };
}
