import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { addDays, addMilliseconds, atBaghdad, baghdadDate, Instant, LocalDate } from '../../domain/kernel/dates.ts';
import { pickLanguage, say } from '../../domain/kernel/labels.ts';
import { RestrictedUnavailable } from '../../eventlog/stores.ts';
import { LabelView, Reference } from '../answers.ts';
import { type AuditItem, audit } from '../audit.ts';
import { awaitPosition } from '../caseIds.ts';
import { type Column, columnsOf, instant, text, valueIn } from '../exports/columns.ts';
import { csvOf } from '../exports/files.ts';
import { gatherRows } from '../exports/gather.ts';
import { ndjsonOf, signatureOf } from '../exports/signed.ts';
import { wordsFor } from '../exports/words.ts';
import { absentColleague, idempotencyKey } from '../headers.ts';
import { Code, Flag, Id } from '../listing.ts';
import { askOf, listRoute } from '../lists.ts';
import type { ApiParts } from '../parts.ts';
import { Problem } from '../problem.ts';
import { RESTRICTED_VIEW } from '../restrictedWork.ts';
import { SchemaMismatch } from '../validation.ts';

const AuditItemView = z.object({
  kind: z.enum(['did', 'looked']).meta({ description: 'An event, or an answer that opened T2 or T3 or was refused' }),
  at: z.string().meta({ format: 'date-time' }),
  actor: z.string(),
  actorName: z.unknown().meta({ description: 'What the directory calls the member of staff; null for a part of the system' }),
  posts: z.array(z.object({ role: z.string(), organisation: z.string().optional(), office: z.string().optional() })),
  onBehalfOf: z.string().nullable(),
  action: z.string().meta({ description: 'Type of the event, or method and pattern of the route' }),
  label: LabelView.optional(),
  command: z.string().optional(),
  cases: z.array(z.object({ process: z.string(), id: z.string(), reference: Reference })),
  tier: z.enum(['T2', 'T3']).optional().meta({ description: 'The highest tier that was opened' }),
  outcome: z.enum(['allowed', 'refused']),
  code: z.string().optional().meta({ description: 'Of a refusal' }),
  store: z
    .enum(['general', 'restricted'])
    .optional()
    .meta({ description: 'In which log an event stands; each counts its own places' }),
  logIndex: z.string().optional(),
  revision: z.int().optional(),
  requestId: z.string().optional(),
  entry: z
    .object({ month: z.string(), leaf: z.int() })
    .optional()
    .meta({ description: 'Of who looked: where that stands in the access log, to ask for its receipt' }),
  missed: z
    .string()
    .optional()
    .meta({ description: 'Of a number that found nobody: the same for the same number, and not to be read back' }),
});

const Named = Code.meta({ description: 'A UUID, or a reference as people write it' });

const Actor = z
  .union([z.uuid(), z.string().regex(/^system:[\w .:-]{1,100}$/)])
  .meta({ description: 'Staff id, or a part of the system such as `system:timers`' });

/** An instant, or the beginning of a day in Iraq. */
const Since = z
  .union([Instant, LocalDate.transform((day) => atBaghdad(day))])
  .meta({ description: 'RFC 3339 UTC, or a day: from its beginning in Iraq', examples: ['2026-06-01', '2026-06-01T06:00:00Z'] });
/** The end of what is included, as the first instant that is not. */
const Through = z
  .union([Instant.transform((at) => addMilliseconds(at, 1)), LocalDate.transform((day) => atBaghdad(addDays(day, 1)))])
  .meta({ description: 'RFC 3339 UTC, or a day in Iraq, included', examples: ['2026-06-30'] });

const FILTER = {
  kind: z.enum(['did', 'looked']).optional(),
  store: z.enum(['general', 'restricted']).optional().meta({ description: 'What was done in the cases of one store alone' }),
  case: Named.optional(),
  household: Named.optional(),
  actor: Actor.optional(),
  office: Id.optional().meta({ description: 'Office of who did it or looked, or that the case belonged to' }),
  from: Since.optional(),
  before: Since.optional().meta({ description: 'Not included; of a day its beginning' }),
  until: Through.optional(),
  action: Code.optional().meta({ description: 'Type of an event, or a route such as `GET /v1/households/:id`' }),
  tier: z
    .enum(['T2', 'T3'])
    .optional()
    .meta({ description: 'The highest tier that somebody opened; of what was done, the tier of the case' }),
  refused: Flag.optional(),
};

const refs = (cases: unknown): string =>
  Array.isArray(cases)
    ? cases.map((one: { process: string; reference: string }) => `${one.process} ${one.reference}`).join(', ')
    : '';
const firstOf = (field: 'role' | 'office') => (posts: unknown) =>
  Array.isArray(posts) ? posts.flatMap((post: { role?: string; office?: string }) => post[field] ?? []).join(', ') : null;

const COLUMNS: readonly Column[] = columnsOf<AuditItem>({
  at: instant('At', 'الوقت'),
  kind: text('What', 'النوع'),
  action: text('Action', 'الإجراء'),
  cases: text('Cases', 'المعاملات', refs),
  actor: text('Member of staff', 'الموظف'),
  posts: text('Posts', 'الوظائف', firstOf('role')),
  outcome: text('Outcome', 'النتيجة'),
  code: text('Refusal', 'سبب الرفض'),
  tier: text('Tier', 'درجة الخصوصية'),
  requestId: text('Request', 'رقم الطلب'),
  missed: text('Number that found nobody (hash)', 'رقم لم يُعثر على صاحبه (بصمة)'),
  logIndex: text('Place in the log', 'الموضع في السجل'),
});

const READ_MODELS = ['cases', 'timeline', 'directory'];
/** Nobody published a bound; a month of one office has far fewer. */
const MOST_ROWS = 100_000;

const TYPES = { ndjson: 'application/x-ndjson; charset=utf-8', csv: 'text/csv; charset=utf-8' } as const;

const Wanted = z.strictObject({
  format: z.enum(['ndjson', 'csv']).default('ndjson'),
  filter: z
    .record(z.string(), z.string())
    .default({})
    .meta({ description: 'The query parameters of `GET /v1/audit`, without paging' }),
});

/** The period with one end, the earlier of the two that may be given. */
const within = <F extends { readonly before?: string | undefined; readonly until?: string | undefined }>({
  until,
  ...rest
}: F) => ({
  ...rest,
  before: [rest.before, until].filter((one) => one !== undefined).toSorted()[0],
});

/** Who did what and who looked: page by page, and as a signed file. */
export async function auditRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  listRoute(app, parts, {
    url: '/v1/audit',
    operation: {
      operationId: 'auditList',
      tags: ['audit'],
      summary: 'Who did what and who looked, last first: for who audits, and for who answers for an office',
      description:
        'An auditor sees every office; verifier and head of branch what their own staff did and looked at, and what happened to the cases of their office. Refusals are there too, and what was done in restricted cases: `restricted` says when that store is away, and a file is then made with `store=general` alone. No personal values. Each page that is read is on record itself.',
    },
    filter: FILTER,
    readModels: READ_MODELS,
    item: AuditItemView,
    columns: COLUMNS,
    // What leaves as a file passes for the whole: without the restricted store it is asked for of the general one by name.
    page: async (ask, filter, paging) => {
      const { restricted, ...page } = await audit(parts, ask, within(filter), paging);
      if (restricted === 'away') throw new RestrictedUnavailable();
      return page;
    },
    onScreen: { view: RESTRICTED_VIEW, page: (ask, filter, paging) => audit(parts, ask, within(filter), paging) },
  });
  exportRoute(app, parts);
}

function exportRoute(app: FastifyInstance, parts: ApiParts): void {
  const process = parts.registry.byName('listExport');
  const list = app.lists.get('auditList');
  if (!process || !list) return;
  const binary = { schema: { type: 'string', format: 'binary' } };
  app.post(
    '/v1/audit-exports',
    {
      schema: {
        operationId: 'auditExport',
        tags: ['audit'],
        summary: 'Who did what and who looked, as a file that is signed and on record',
        description:
          'NDJSON ends in a line with a signed note (C2SP) over the length and the SHA-256 of the bytes before it; `Masar-Signature` has the same for either format, in base64.',
        'x-command': 'sign',
        'x-permission': 'listExport:sign',
        body: Wanted,
        response: {
          201: { description: 'The file', content: Object.fromEntries(Object.values(TYPES).map((type) => [type, binary])) },
        },
      },
      config: { process, command: 'sign', limit: 'exports' },
    },
    async (request, reply) => {
      const key = idempotencyKey(request.headers);
      const { format, filter } = Wanted.parse(request.body);
      const parsed = list.schema.safeParse(filter);
      if (!parsed.success) throw new SchemaMismatch(z.object({ filter: list.schema }), { filter }, 'body');
      await awaitPosition(parts, request, reply, READ_MODELS);
      const ask = await askOf(parts, request);
      const rows = await gatherRows(list, ask, filter, MOST_ROWS);
      if (!parts.signer) throw new Problem('UNAVAILABLE');
      const lang = pickLanguage(request.headers['accept-language']);
      const words = wordsFor(parts.registry, lang, undefined, new Map());
      const content =
        format === 'ndjson'
          ? ndjsonOf(rows)
          : csvOf({
              name: 'audit',
              lang,
              columns: COLUMNS.map(({ title, kind }) => ({ title: say(title, lang), kind })),
              rows: rows.map((row) => COLUMNS.map((column) => valueIn(column, row, words))),
            });
      const { sha256, note } = signatureOf(parts.signer, content);
      const behalf = absentColleague(request.headers);
      const outcome = await parts.executor.execute({
        process: process.name,
        command: 'sign',
        input: { list: list.name, filter, format, rows: rows.length, sha256 },
        record: behalf === undefined ? undefined : { onBehalfOf: behalf },
        key,
        principal: { kind: 'staff', id: request.staff },
        correlationId: request.correlationId,
      });
      return reply
        .code(201)
        .header('location', `/v1/list-exports/${outcome.id}`)
        .header('masar-position', String(outcome.position))
        .header('masar-signature', Buffer.from(note).toString('base64'))
        .header('content-disposition', `attachment; filename="audit-${baghdadDate(ask.now)}.${format}"`)
        .type(TYPES[format])
        .send(format === 'ndjson' ? Buffer.concat([content, ndjsonOf([{ signed: note }])]) : content);
    },
  );
}
