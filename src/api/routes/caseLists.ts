import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Rights } from '../../domain/access/access.ts';
import { closedInstant, countsOpenly } from '../../domain/access/figurePeriod.ts';
import type { Instant } from '../../domain/kernel/dates.ts';
import { Refused } from '../../domain/kernel/errors.ts';
import type { Process } from '../../domain/kernel/process.ts';
import { parseReference } from '../../domain/kernel/reference.ts';
import {
  type CaseFilter,
  caseCounts,
  casePage,
  casesByReference,
  type CaseItem as Item,
} from '../../projections/cases.queries.ts';
import { caseDwell, type DwellFigures, type DwellFilter, dwellFigures, type Until } from '../../projections/dwell.queries.ts';
import { readDb, sightOf } from '../../projections/reads.queries.ts';
import { awaitPosition, caseIdIn, rightsOf } from '../caseIds.ts';
import { permitted } from '../caseView.ts';
import { CASE_COLUMNS } from '../exports/lists.ts';
import { jsonSchemaOf } from '../jsonSchema.ts';
import { CaseItem, DwellFiguresView, HeldView } from '../listAnswers.ts';
import { Code, HELD_BACK, Id, logIndexIn, Moment, sightOfAll } from '../listing.ts';
import { listRoute } from '../lists.ts';
import { operation } from '../operations.ts';
import type { ApiParts } from '../parts.ts';
import { hasRoutes } from '../paths.ts';
import { Problem } from '../problem.ts';
import { figureRules } from '../smallCells.ts';
import { storeReads } from '../stores.ts';
import { NAMED_LISTS } from './directory.ts';

const FILTER = {
  status: Code.optional(),
  office: Id.optional(),
  organisation: Id.optional(),
  party: Id.optional().meta({ description: 'Organisation that takes part without owning the case' }),
  assignee: Id.optional(),
  openedBy: Id.optional(),
  urgency: z.enum(['emergency', 'urgent', 'normal']).optional(),
  household: Id.optional(),
  person: Id.optional(),
  openedFrom: Moment.optional(),
  openedBefore: Moment.optional(),
};
const Counted = z.strictObject({ process: Code.optional(), ...FILTER });
const ByReference = z.strictObject({ reference: z.string().min(1).max(60) });
const CountsView = z.object({ items: z.array(z.object({ process: z.string(), status: z.string(), cases: z.int() })) });
const DwellQuery = z.strictObject({
  process: Code.optional(),
  wait: Code.optional(),
  office: Id.optional(),
  organisation: Id.optional(),
  from: Moment.optional(),
  before: Moment.optional(),
});

/** What a reader of the document has to know of every list over several processes. */
const GENERAL_ALONE =
  'Restricted cases are not among them: each restricted process has its own list, and what waits in them stands in the queue.';
const READ_MODELS = ['cases'];
const DWELL_MODELS = ['cases', 'timeline'];
/** Restricted cases of one person, at most: one an actor and purpose. */
const MOST_OF_A_PERSON = 200;

/** A restricted case that may be found and not opened: neither how it stands nor what happened to it. */
const foundAlone = ({ openedAt, ...one }: Item): Item => ({
  ...one,
  openedAt,
  status: 'not_told',
  assignees: [],
  changedAt: openedAt,
  changedBy: '',
  logIndex: '0',
});

/** Lists of cases, and how long each office held what. Everything here lies within what the caller may see. */
export async function caseListRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const db = readDb(parts.reads);
  const everywhere = async (request: FastifyRequest, verb: string) =>
    sightOfAll(parts.registry, await rightsOf(parts, request), verb);

  for (const process of parts.registry.all.filter(hasRoutes)) {
    dwellOfCase(app, parts, process);
    if (NAMED_LISTS.includes(process.name)) continue;
    listRoute(app, parts, {
      url: `/v1/${process.plural}`,
      operation: operation({
        process,
        name: 'list',
        summary: `${process.labels.plural.en}: list`,
        description: 'Last opened first.',
      }),
      process,
      filter: FILTER,
      readModels: READ_MODELS,
      item: CaseItem,
      columns: CASE_COLUMNS,
      page: async ({ rights }, filter, paging) => {
        const own = readDb(storeReads(parts, process).reads);
        const read = sightOf(rights, 'read', [process.name]);
        const asked = { ...filter, process: process.name };
        const told = await casePage(own, read, asked, paging);
        const { person } = filter;
        // Of a restricted case of a known person, who may find it is told that there is one, to act on it or to open it by a grant.
        if (process.store === 'general' || person === undefined || Object.keys(filter).length > 1) return told;
        const open = await casePage(own, read, asked, { limit: MOST_OF_A_PERSON });
        const ids = new Set(open.items.map((one) => one.id));
        const page = await casePage(own, sightOf(rights, 'find', [process.name]), asked, paging);
        return { ...page, items: page.items.map((one) => (ids.has(one.id) ? one : foundAlone(one))) };
      },
    });
  }

  listRoute(app, parts, {
    url: '/v1/cases',
    operation: {
      operationId: 'casesList',
      tags: ['work'],
      summary: 'Cases of every process, last opened first',
      description: GENERAL_ALONE,
    },
    filter: { process: Code.optional(), ...FILTER },
    readModels: READ_MODELS,
    item: CaseItem,
    columns: CASE_COLUMNS,
    page: ({ rights }, filter, paging) => casePage(db, sightOfAll(parts.registry, rights, 'read'), known(parts, filter), paging),
  });

  app.get<{ Querystring: z.output<typeof Counted> }>(
    '/v1/cases/counts',
    {
      schema: {
        operationId: 'casesCounts',
        tags: ['work'],
        summary: 'Exact numbers of cases by process and state',
        description: GENERAL_ALONE,
        querystring: Counted,
        response: { 200: jsonSchemaOf(CountsView, 'output') },
      },
    },
    async (request, reply) => {
      await awaitPosition(parts, request, reply, READ_MODELS);
      return { items: await caseCounts(db, await everywhere(request, 'read'), known(parts, request.query)) };
    },
  );

  app.get<{ Querystring: z.output<typeof ByReference> }>(
    '/v1/cases/by-reference',
    {
      schema: {
        operationId: 'casesByReference',
        tags: ['work'],
        summary: 'The cases with a reference, whatever their process: usually one, rarely several',
        description: GENERAL_ALONE,
        querystring: ByReference,
        response: { 200: jsonSchemaOf(z.object({ items: z.array(CaseItem) }), 'output') },
      },
      config: { limit: 'searches' },
    },
    async (request, reply) => {
      const parsed = parseReference(request.query.reference);
      if (!parsed.ok) throw new Problem(parsed.reason === 'SHAPE' ? 'ID_MALFORMED' : 'REFERENCE_MISTYPED');
      await awaitPosition(parts, request, reply, READ_MODELS);
      return { items: await casesByReference(db, await everywhere(request, 'read'), parsed.reference) };
    },
  );

  app.get<{ Querystring: z.output<typeof DwellQuery> }>(
    '/v1/dwell',
    {
      schema: {
        operationId: 'dwellFigures',
        tags: ['work'],
        summary: 'How long each office and organisation held what: median, 90th percentile, longest, still running; in seconds',
        description: `\`from\` and \`before\` mean when the holding began. ${HELD_BACK} ${GENERAL_ALONE}`,
        querystring: DwellQuery,
        response: { 200: jsonSchemaOf(z.object({ items: z.array(DwellFiguresView) }), 'output') },
      },
    },
    async (request, reply) => {
      await awaitPosition(parts, request, reply, DWELL_MODELS);
      return { items: await dwell(await rightsOf(parts, request), known(parts, request.query)) };
    },
  );

  /** Processes whose cases are all open to the reader as they are now, the others as they were when a period last ended. */
  async function dwell(rights: Rights, filter: DwellFilter): Promise<readonly (DwellFigures & { readonly asOf: Instant })[]> {
    const { below, period } = await figureRules(parts);
    const now = parts.now();
    const ended = closedInstant(now, period);
    const general = parts.registry.all.filter((one) => one.store === 'general');
    const told = async (of: readonly Process[], asked: DwellFilter, until: Until) => {
      const processes = of.map((one) => one.name);
      const [read, find, board] = ['read', 'find', 'dwell:read'].map((verb) => sightOf(rights, verb, processes));
      if (board!.groups.length === 0) return [];
      const figures = await dwellFigures(db, { read: read!, find: find!, board: board! }, asked, until, below);
      return figures.map((one) => ({ ...one, asOf: until.now }));
    };
    const isOpen = (process: Process) => countsOpenly(rights, process, 'dwell:read');
    const { from, before, ...rest } = filter;
    const periods = {
      ...rest,
      ...(from === undefined ? {} : { from: closedInstant(from, period) }),
      ...(before === undefined ? {} : { before: closedInstant(before, period) }),
    };
    const asOf = await logIndexIn(db, ended);
    const [open, closed] = await Promise.all([
      told(general.filter(isOpen), filter, { now }),
      told(
        general.filter((one) => !isOpen(one)),
        periods,
        { now: ended, asOf },
      ),
    ]);
    return [...open, ...closed].sort((a, b) => (a.process < b.process ? -1 : a.process > b.process ? 1 : 0));
  }
}

/** A process nobody knows is a mistake, not an empty list. */
function known<F extends Pick<CaseFilter, 'process'>>({ registry }: ApiParts, filter: F): F {
  const { process } = filter;
  if (process !== undefined && !registry.byName(process)) throw new Refused('PROCESS_UNKNOWN', { process });
  return filter;
}

function dwellOfCase(app: FastifyInstance, parts: ApiParts, process: Process): void {
  app.get<{ Params: { id: string } }>(
    `/v1/${process.plural}/:id/dwell`,
    {
      schema: {
        ...operation({ process, name: 'dwell', summary: `${process.labels.plural.en}: how long each office held what` }),
        response: { 200: jsonSchemaOf(z.object({ items: z.array(HeldView) }), 'output') },
      },
      config: { process },
    },
    async (request, reply) => {
      await awaitPosition(parts, request, reply, READ_MODELS);
      const id = await caseIdIn(parts, process, request.params.id, request, reply);
      const [record, rights] = await Promise.all([parts.cases.glance(`${process.name}-${id}`), rightsOf(parts, request)]);
      permitted(process, record, rights, 'read');
      const db = readDb(storeReads(parts, process).reads);
      return { items: await caseDwell(db, sightOf(rights, 'read', [process.name]), process.name, id, parts.now()) };
    },
  );
}
