import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Process } from '../../domain/kernel/process.ts';
import { readDb, sightOf } from '../../projections/reads.queries.ts';
import { timelineOfActor, timelineOfCase, timelineOfHousehold } from '../../projections/timeline.queries.ts';
import { awaitPosition, caseIdIn, rightsOf } from '../caseIds.ts';
import { permitted } from '../caseView.ts';
import { jsonSchemaOf } from '../jsonSchema.ts';
import { TrailEntryView } from '../listAnswers.ts';
import { AsOf, logIndexIn, PAGING, pageOf, sightOfAll } from '../listing.ts';
import { operation } from '../operations.ts';
import type { ApiParts } from '../parts.ts';
import { hasRoutes } from '../paths.ts';
import { storeReads } from '../stores.ts';
import { opened } from '../trail.ts';

const TrailQuery = z.strictObject({ asOf: AsOf.optional(), ...PAGING });

const READ_MODELS = ['cases', 'timeline', 'directory'];

/** Audit trails: of one case, of a household across its cases, of what one member of staff did. */
export async function trailRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const general = readDb(parts.reads);
  const response = { 200: jsonSchemaOf(pageOf(TrailEntryView), 'output') };

  /** A trail that hangs on one case: who may follow that case may ask for it. */
  function route(process: Process, name: string, segment: string, summary: string, read: typeof trailOfCase): void {
    app.get<{ Params: { id: string }; Querystring: z.output<typeof TrailQuery> }>(
      `/v1/${process.plural}/:id/${segment}`,
      {
        schema: {
          ...operation({ process, name, summary: `${process.labels.plural.en}: ${summary}` }),
          querystring: TrailQuery,
          response,
        },
        config: { process },
      },
      async (request, reply) => {
        await awaitPosition(parts, request, reply, READ_MODELS);
        const id = await caseIdIn(parts, process, request.params.id, request, reply);
        const [record, rights] = await Promise.all([parts.cases.glance(`${process.name}-${id}`), rightsOf(parts, request)]);
        permitted(process, record, rights, 'timeline');
        const db = readDb(storeReads(parts, process).reads);
        const paging = { ...request.query, asOf: await logIndexIn(db, request.query.asOf) };
        return opened(parts, rights, request.opener, await read(process, id, rights, paging));
      },
    );
  }

  const trailOfCase = (process: Process, id: string, rights: Awaited<ReturnType<typeof rightsOf>>, paging: Paging) =>
    timelineOfCase(
      readDb(storeReads(parts, process).reads),
      sightOf(rights, 'timeline', [process.name]),
      process.name,
      id,
      paging,
    );
  const trailOfHousehold: typeof trailOfCase = (_process, id, rights, paging) =>
    timelineOfHousehold(general, sightOfAll(parts.registry, rights, 'timeline'), id, paging);
  const trailOfActor: typeof trailOfCase = (_process, id, rights, paging) =>
    timelineOfActor(general, sightOfAll(parts.registry, rights, 'timeline'), id, paging);

  for (const process of parts.registry.all.filter(hasRoutes)) {
    route(process, 'timeline', 'timeline', 'audit trail of one case, in the order recorded', trailOfCase);
  }
  const household = parts.registry.byName('household');
  if (household) route(household, 'trail', 'trail', 'audit trail across every case of a household', trailOfHousehold);
  const staff = parts.registry.byName('staff');
  if (staff) route(staff, 'trail', 'trail', 'what one member of staff did, last first', trailOfActor);
}

type Paging = z.output<typeof TrailQuery>;
