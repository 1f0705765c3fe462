import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { covers, type Rights, reachOf, targetOf } from '../../domain/access/access.ts';
import { type CaseRecord, foldCase } from '../../domain/kernel/case.ts';
import { Refused } from '../../domain/kernel/errors.ts';
import { printsIn } from '../../domain/kernel/printing.ts';
import { type Tier, withinTier } from '../../domain/kernel/privacy.ts';
import type { Process, Stated } from '../../domain/kernel/process.ts';
import type { LoadedCase } from '../../eventlog/cases.ts';
import { LabelView } from '../answers.ts';
import { caseIdIn, rightsOf } from '../caseIds.ts';
import { openingTier, permitted } from '../caseView.ts';
import { jsonSchemaOf } from '../jsonSchema.ts';
import { operation } from '../operations.ts';
import type { ApiParts } from '../parts.ts';
import { hasRoutes } from '../paths.ts';
import { layoutOf } from '../prints/papers/index.ts';
import { printedFile } from '../prints/printed.ts';

const PrintView = z.object({
  number: z.int(),
  paper: z.string(),
  label: LabelView.optional(),
  copy: z.int().meta({ description: 'Above 1 it is a reprint, and says so' }),
  edition: z.string().optional(),
  printedAt: z.string().meta({ format: 'date-time' }),
  by: z.string(),
  post: z.string(),
});
const One = z.object({ id: z.string(), number: z.coerce.number().int().min(1).max(1_000_000) });

/** What was printed of a case, and each print again, for every process that hands out papers. The command `print` makes a new one. */
export async function printRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  for (const process of parts.registry.all.filter((one) => hasRoutes(one) && one.papers !== undefined)) {
    listRoute(app, parts, process);
    fileRoute(app, parts, process);
  }
}

function listRoute(app: FastifyInstance, parts: ApiParts, process: Process): void {
  app.get<{ Params: { id: string } }>(
    `/v1/${process.plural}/:id/prints`,
    {
      schema: {
        ...operation({ process, name: 'prints', summary: `${process.labels.plural.en}: what was printed of one, and by whom` }),
        response: { 200: jsonSchemaOf(z.object({ items: z.array(PrintView) }), 'output') },
      },
      config: { process },
    },
    async (request, reply) => {
      const id = await caseIdIn(parts, process, request.params.id, request, reply);
      const { history } = await readable(parts, process, id, request);
      return {
        items: printsIn(history).map(({ revision, ...print }) => {
          const { recordedAt, actor } = history[revision]?.meta ?? { recordedAt: '', actor: { id: '', post: '' } };
          return { ...print, label: process.papers?.[print.paper]?.label, printedAt: recordedAt, by: actor.id, post: actor.post };
        }),
      };
    },
  );
}

function fileRoute(app: FastifyInstance, parts: ApiParts, process: Process): void {
  app.get<{ Params: z.output<typeof One> }>(
    `/v1/${process.plural}/:id/prints/:number`,
    {
      schema: {
        ...operation({
          process,
          name: 'printed',
          summary: `${process.labels.plural.en}: a paper as it was printed`,
          description: 'A4 in Arabic. Asking again gives the same file under the same number; `print` makes a new one.',
        }),
        params: One,
        response: {
          200: { description: 'The paper', content: { 'application/pdf': { schema: { type: 'string', format: 'binary' } } } },
        },
      },
      config: { process },
    },
    async (request, reply) => {
      const id = await caseIdIn(parts, process, request.params.id, request, reply);
      const { rights, ...loaded } = await readable(parts, process, id, request);
      const print = printsIn(loaded.history).find((one) => one.number === request.params.number);
      const layout = print && layoutOf(process.name, print.paper);
      if (!print || !layout) throw new Refused('NOT_FOUND');
      const then = foldCase(process, id, loaded.history.slice(0, print.revision + 1));
      if (!mayHold(process, loaded, then, rights, layout.tier)) throw new Refused('FORBIDDEN');
      const name = `${process.plural}-${loaded.record.reference}-${print.number}.pdf`;
      reply.type('application/pdf').header('content-disposition', `attachment; filename="${name}"`);
      return reply.send(await printedFile(parts, request.opener, loaded, print, layout));
    },
  );
}

/** A paper is for who may open what stands on it in the case, and for who hands it out. */
function mayHold(process: Process, { record }: LoadedCase, then: CaseRecord<Stated>, rights: Rights, tier: Tier): boolean {
  const opens = openingTier(process, record, rights, then);
  if (opens !== undefined && withinTier(tier, opens)) return true;
  const target = targetOf(process, record);
  return reachOf(rights, `${process.name}:print`).some((reach) => withinTier(tier, reach.tier) && covers(reach, target, rights));
}

async function readable(parts: ApiParts, process: Process, id: string, request: FastifyRequest) {
  const [loaded, rights] = await Promise.all([parts.cases.load(process, id), rightsOf(parts, request)]);
  permitted(process, loaded.record, rights, 'read');
  return { ...loaded, rights };
}
