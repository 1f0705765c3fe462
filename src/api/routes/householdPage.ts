import type { FastifyInstance } from 'fastify';
import { wordFor } from '../../domain/kernel/caseLabels.ts';
import { baghdadDate } from '../../domain/kernel/dates.ts';
import { Refused } from '../../domain/kernel/errors.ts';
import { casePage } from '../../projections/cases.queries.ts';
import { queuePage } from '../../projections/queuePage.queries.ts';
import { readDb, sightOf } from '../../projections/reads.queries.ts';
import { householdCard } from '../../projections/register.queries.ts';
import { awaitPosition, caseIdIn, rightsOf } from '../caseIds.ts';
import { permitted, shown } from '../caseView.ts';
import { jsonSchemaOf } from '../jsonSchema.ts';
import { HouseholdPage } from '../listAnswers.ts';
import { sightOfAll } from '../listing.ts';
import { operation } from '../operations.ts';
import type { ApiParts } from '../parts.ts';

const READ_MODELS = ['cases', 'register', 'directory'];
/** A family with more open cases than this has a list to page through: `GET /v1/cases?household=`. */
const MOST = 200;

/** Everything of one family on one page: who they are, every case of theirs the caller may read, and what waits on whom. */
export async function householdPageRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const household = parts.registry.byName('household');
  if (!household || !parts.registry.byName('person')) return;
  const db = readDb(parts.reads);

  app.get<{ Params: { id: string } }>(
    '/v1/households/:id/page',
    {
      schema: {
        ...operation({
          process: household,
          name: 'page',
          summary: `${household.labels.plural.en}: the family with all its cases and what they wait on`,
          description: 'Movement, claims, papers, house and land, reintegration, referrals: what of them you may read.',
        }),
        response: { 200: jsonSchemaOf(HouseholdPage, 'output') },
      },
      config: { process: household },
    },
    async (request, reply) => {
      await awaitPosition(parts, request, reply, READ_MODELS);
      const id = await caseIdIn(parts, household, request.params.id, request, reply);
      const [record, rights] = await Promise.all([parts.cases.glance(`household-${id}`), rightsOf(parts, request)]);
      permitted(household, record, rights, 'read');
      const now = parts.now();
      const [card, cases, waits] = await Promise.all([
        householdCard(db, sightOf(rights, 'read', ['person', 'household']), id),
        casePage(db, sightOfAll(parts.registry, rights, 'read'), { household: id }, { limit: MOST }),
        queuePage(
          db,
          sightOfAll(parts.registry, rights, 'read'),
          { household: id },
          { now, day: baghdadDate(now) },
          { order: 'due', limit: MOST },
        ),
      ]);
      if (!card) throw new Refused('NOT_FOUND');
      const words = (process: string, status: string) => {
        const known = parts.registry.byName(process);
        return { processLabel: known?.labels.name, statusLabel: known && wordFor(known, 'states', status) };
      };
      return {
        card: shown(await request.opener.open(record, card, 'T1')),
        cases: cases.items.map((one) => ({ ...one, ...words(one.process, one.status) })),
        waits: waits.items,
      };
    },
  );
}
