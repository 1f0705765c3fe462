import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Rights } from '../../domain/access/access.ts';
import { addMilliseconds, baghdadDate } from '../../domain/kernel/dates.ts';
import { changedSince } from '../../projections/cases.queries.ts';
import { queueCounts } from '../../projections/queueCounts.queries.ts';
import { mergedPage, mergedWork } from '../../projections/queueMerge.queries.ts';
import { queuePage } from '../../projections/queuePage.queries.ts';
import { readDb } from '../../projections/reads.queries.ts';
import { changesAfter } from '../../projections/timeline.queries.ts';
import { myWork, WORK_SECTIONS, workPage } from '../../projections/work.queries.ts';
import { awaitPosition, rightsOf } from '../caseIds.ts';
import { CASE_COLUMNS, QUEUE_COLUMNS } from '../exports/lists.ts';
import { jsonSchemaOf } from '../jsonSchema.ts';
import { CaseItem, ChangeView, QueueCountView, QueueItemView } from '../listAnswers.ts';
import { AsOf, Code, Flag, Id, LogIndex, logIndexIn, Moment, momentOf, PAGING, pageOf, sightOfAll } from '../listing.ts';
import { listRoute } from '../lists.ts';
import type { ApiParts } from '../parts.ts';
import { besideRestricted, RESTRICTED_VIEW, restrictedIndex } from '../restrictedWork.ts';
import { noticesFor } from '../trail.ts';

const HOUR_MS = 3_600_000;
const FILTER = {
  process: Code.optional(),
  wait: Code.optional(),
  party: Code.optional(),
  status: Code.optional(),
  urgency: z.enum(['emergency', 'urgent', 'normal']).optional(),
  office: Id.optional().meta({ description: 'Office that holds it' }),
  organisation: Id.optional(),
  role: Code.optional(),
  governorate: z.string().max(20).optional(),
  assignee: z.union([z.literal('nobody'), Id]).optional(),
  dueBefore: Moment.optional(),
  overdue: Flag.optional(),
  escalated: Flag.optional(),
  unattended: Flag.optional().meta({ description: 'Assigned to somebody who is absent without a deputy' }),
  household: Id.optional(),
  asOf: AsOf.optional(),
};
const CountsQuery = z.strictObject(FILTER);
const soonHours = z.coerce
  .number()
  .int()
  .min(1)
  .max(720)
  .default(48)
  .meta({ description: 'Due within so many hours counts as due' });
const WorkQuery = z.strictObject({ soonHours, asOf: AsOf.optional(), limit: PAGING.limit.default(10) });
const SectionQuery = z.strictObject({ soonHours, asOf: AsOf.optional(), ...PAGING });
const Section = z.object({ section: z.enum(WORK_SECTIONS) });
const ChangesQuery = z.strictObject({ after: LogIndex.default('0'), limit: PAGING.limit.default(100) });

const WorkView = z
  .object(Object.fromEntries(WORK_SECTIONS.map((name) => [name, z.object({ count: z.int(), items: z.array(QueueItemView) })])))
  .extend(RESTRICTED_VIEW);

const READ_MODELS = ['cases', 'directory', 'timeline'];

/** Queues, own work and what changed: what an office opens its day with. */
export async function workRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const db = readDb(parts.reads);
  const tags = ['work'];
  /** The place of the log and the moment that are looked at. What was not overdue then was not, whatever it is today. */
  async function seenFrom(asOf: string | undefined) {
    const now = await momentOf(db, asOf, parts.now());
    return { asOf: await logIndexIn(db, asOf), moment: { now, day: baghdadDate(now) } };
  }
  /** Rows of the queue name no family, so whose they are is told of cases that may be opened alone. */
  const queueOf = (rights: Rights, { household }: { readonly household?: string | undefined }) =>
    sightOfAll(parts.registry, rights, household === undefined ? 'queue:read' : 'read');
  const soonAfter = (instant: string, hours: number) => addMilliseconds(instant, hours * HOUR_MS);

  listRoute(app, parts, {
    url: '/v1/queue',
    operation: { operationId: 'queueList', tags, summary: 'What waits on whom, most pressing first' },
    filter: { ...FILTER, order: z.enum(['priority', 'due', 'since']).default('priority') },
    readModels: READ_MODELS,
    item: QueueItemView,
    columns: QUEUE_COLUMNS,
    page: async ({ rights }, { order, ...query }, paging) => {
      const { asOf, moment } = await seenFrom(query.asOf);
      return queuePage(db, queueOf(rights, query), { ...query, asOf }, moment, { order, ...paging });
    },
    onScreen: {
      view: RESTRICTED_VIEW,
      page: async ({ rights }, { order, ...query }, paging) => {
        const { asOf, moment } = await seenFrom(query.asOf);
        const page = await queuePage(db, queueOf(rights, query), { ...query, asOf }, moment, { order, ...paging });
        const { found, ...said } = await besideRestricted(parts, rights, query, async (theirs, sight) => {
          const then = await restrictedIndex(db, theirs, query.asOf);
          return queuePage(theirs, sight, { ...query, asOf: then }, moment, { order, ...paging });
        });
        return { ...(found ? mergedPage([page, found], order, paging.limit) : page), ...said };
      },
    },
  });

  app.get<{ Querystring: z.output<typeof CountsQuery> }>(
    '/v1/queue/counts',
    {
      schema: {
        operationId: 'queueCounts',
        tags,
        summary: 'Exact numbers of what waits, by process, wait and holder',
        querystring: CountsQuery,
        response: { 200: jsonSchemaOf(z.object({ items: z.array(QueueCountView), ...RESTRICTED_VIEW }), 'output') },
      },
    },
    async (request, reply) => {
      await awaitPosition(parts, request, reply, READ_MODELS);
      const { query } = request;
      const rights = await rightsOf(parts, request);
      const { asOf, moment } = await seenFrom(query.asOf);
      const items = await queueCounts(db, queueOf(rights, query), { ...query, asOf }, moment);
      const { found = [], ...said } = await besideRestricted(parts, rights, query, async (theirs, sight) => {
        const then = await restrictedIndex(db, theirs, query.asOf);
        return queueCounts(theirs, sight, { ...query, asOf: then }, moment);
      });
      return { items: [...items, ...found], ...said };
    },
  );

  app.get<{ Querystring: z.output<typeof WorkQuery> }>(
    '/v1/my-work',
    {
      schema: {
        operationId: 'myWork',
        tags,
        summary: 'My work in sections: mine, covered for others, new in my office, due, overdue, returned',
        querystring: WorkQuery,
        response: { 200: jsonSchemaOf(WorkView, 'output') },
      },
    },
    async (request, reply) => {
      await awaitPosition(parts, request, reply, READ_MODELS);
      const rights = await rightsOf(parts, request);
      const sight = sightOfAll(parts.registry, rights, 'queue:read');
      const { soonHours, limit } = request.query;
      const { asOf, moment } = await seenFrom(request.query.asOf);
      const options = { soon: soonAfter(moment.now, soonHours), limit };
      const work = await myWork(db, sight, rights, moment, { ...options, asOf });
      const { found, ...said } = await besideRestricted(parts, rights, {}, async (theirs, shown) => {
        const then = await restrictedIndex(db, theirs, request.query.asOf);
        return myWork(theirs, shown, rights, moment, { ...options, asOf: then });
      });
      return { ...(found ? mergedWork(work, found, limit) : work), ...said };
    },
  );

  listRoute(app, parts, {
    url: '/v1/my-work/changed',
    operation: { operationId: 'myWorkChanged', tags, summary: 'Cases of mine that others changed since I looked' },
    filter: { since: LogIndex },
    readModels: READ_MODELS,
    item: CaseItem,
    columns: CASE_COLUMNS,
    page: ({ rights, staff }, { since }, paging) =>
      changedSince(db, sightOfAll(parts.registry, rights, 'read'), staff, since, paging),
  });

  app.get<{ Querystring: z.output<typeof SectionQuery>; Params: z.output<typeof Section> }>(
    '/v1/my-work/:section',
    {
      schema: {
        operationId: 'myWorkSection',
        tags,
        summary: 'One section of my work, page by page',
        params: Section,
        querystring: SectionQuery,
        response: { 200: jsonSchemaOf(pageOf(QueueItemView).extend(RESTRICTED_VIEW), 'output') },
      },
    },
    async (request, reply) => {
      await awaitPosition(parts, request, reply, READ_MODELS);
      const rights = await rightsOf(parts, request);
      const sight = sightOfAll(parts.registry, rights, 'queue:read');
      const { soonHours, ...paging } = request.query;
      const { asOf, moment } = await seenFrom(request.query.asOf);
      const { section } = request.params;
      const options = { ...paging, soon: soonAfter(moment.now, soonHours) };
      const page = await workPage(db, sight, rights, section, moment, { ...options, asOf });
      const { found, ...said } = await besideRestricted(parts, rights, {}, async (theirs, shown) => {
        const then = await restrictedIndex(db, theirs, request.query.asOf);
        return workPage(theirs, shown, rights, section, moment, { ...options, asOf: then });
      });
      return { ...(found ? mergedPage([page, found], 'priority', options.limit) : page), ...said };
    },
  );

  app.get<{ Querystring: z.output<typeof ChangesQuery> }>(
    '/v1/changes',
    {
      schema: {
        operationId: 'changesList',
        tags,
        summary:
          'What happened after a place of the log to cases I may read; poll with `after` = `scannedTo` of the answer before',
        description: 'Of the general store alone: a restricted case tells what happened to it in its own audit trail.',
        querystring: ChangesQuery,
        response: { 200: jsonSchemaOf(z.object({ items: z.array(ChangeView), scannedTo: z.string() }), 'output') },
      },
    },
    async (request, reply) => {
      await awaitPosition(parts, request, reply, ['cases', 'timeline']);
      const rights = await rightsOf(parts, request);
      const sight = sightOfAll(parts.registry, rights, 'read');
      const { items, scannedTo } = await changesAfter(db, sight, request.query.after, request.query.limit);
      return { items: await noticesFor(parts, rights, items), scannedTo };
    },
  );
}
