import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { mayI, type Rights, reachOf, targetOf } from '../../domain/access/access.ts';
import { ImportKind } from '../../domain/importRun/events.ts';
import { importRun, PLANS, templateCodes, templateTable } from '../../domain/importRun/index.ts';
import { ensure } from '../../domain/kernel/errors.ts';
import type { Label } from '../../domain/kernel/labels.ts';
import { referenceOf } from '../../domain/kernel/reference.ts';
import { person } from '../../domain/person/index.ts';
import { writeCsv, writeXlsx } from '../../platform/tables/writeTable.ts';
import { LabelView, Reference } from '../answers.ts';
import { awaitPosition, caseIdIn, rightsOf } from '../caseIds.ts';
import { permitted } from '../caseView.ts';
import { jsonSchemaOf } from '../jsonSchema.ts';
import { operation } from '../operations.ts';
import type { ApiParts, ImportedRow } from '../parts.ts';

type Duplicate = ImportedRow['duplicates'][number];

const { rowStatus = {}, error = {} } = importRun.labels.codes;
const known: Readonly<Record<string, Label>> = { ...importRun.labels.refusals, ...error };

const MEDIA = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;

const Template = z.strictObject({ file: z.string().regex(/^[a-z]+\.(csv|xlsx)$/) });
const Rows = z.strictObject({
  status: z.enum(Object.keys(rowStatus) as [string, ...string[]]).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  after: z.coerce.number().int().min(0).default(0).meta({ description: '`next` of the page before' }),
});

const Wrong = z.object({ column: z.string(), heading: LabelView.optional(), code: z.string(), words: LabelView.optional() });
const RowView = z.object({
  row: z.int().meta({ description: 'Number of the row as a spreadsheet shows it' }),
  unit: z.int().meta({ description: 'First row of the household or claim it belongs to' }),
  status: z.string(),
  statusLabel: LabelView.optional(),
  errors: z.array(Wrong),
  duplicates: z.array(
    z.object({
      score: z.int(),
      reference: Reference.optional(),
      row: z.int().optional().meta({ description: 'Another row of the same file' }),
      scope: z
        .string()
        .optional()
        .meta({ description: 'What is kept unique and taken: claim.loss, a loss that is claimed already' }),
    }),
  ),
  cases: z.array(z.object({ process: z.string(), id: z.uuid(), reference: Reference })),
  refusal: z.object({ code: z.string(), words: LabelView.optional() }).optional(),
});
const RowsAnswer = z.object({
  counts: z.record(z.string(), z.int()).meta({ description: 'Rows by status' }),
  items: z.array(RowView),
  next: z.int().optional(),
});

const binary = (description: string, types: readonly string[]) => ({
  200: {
    description,
    content: Object.fromEntries(types.map((type) => [type, { schema: { type: 'string', format: 'binary' } }])),
  },
});

/** Templates of the files that can be imported, and what became of each row of one. */
export async function importRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  if (!parts.registry.byName(importRun.name)) return;
  templateRoute(app, parts);
  rowsRoute(app, parts);
  errorsRoute(app, parts);
}

function templateRoute(app: FastifyInstance, parts: ApiParts): void {
  app.get<{ Params: z.output<typeof Template> }>(
    '/v1/import-templates/:file',
    {
      schema: {
        ...operation({
          process: importRun,
          name: 'template',
          summary: 'Imports: a template to fill in (households.xlsx, households.csv)',
          description: 'Headings in Arabic and English, an example that is no row, and in the spreadsheet the lists of codes.',
        }),
        params: Template,
        response: binary('The template', Object.values(MEDIA)),
      },
    },
    async (request, reply) => {
      await rightsOf(parts, request);
      const [name = '', format = ''] = request.params.file.split('.');
      const kind = ImportKind.safeParse(name);
      ensure(kind.success, 'NOT_FOUND');
      const { columns } = PLANS[kind.data];
      const lines = templateTable(columns);
      if (format === 'csv') return send(reply, 'csv', name, writeCsv(lines));
      const sheets = [
        { name, lines },
        { name: 'codes', lines: templateCodes(columns) },
      ];
      return send(reply, 'xlsx', name, await writeXlsx(sheets));
    },
  );
}

function rowsRoute(app: FastifyInstance, parts: ApiParts): void {
  app.get<{ Params: { id: string }; Querystring: z.output<typeof Rows> }>(
    '/v1/imports/:id/rows',
    {
      schema: {
        ...operation({
          process: importRun,
          name: 'rows',
          summary: 'Imports: what is wrong with each row, and what became of it',
        }),
        querystring: Rows,
        response: { 200: jsonSchemaOf(RowsAnswer, 'output') },
      },
      config: { process: importRun },
    },
    async (request, reply) => {
      const { id, rights } = await readable(parts, request, reply);
      const { status, after, limit } = request.query;
      const [counts, page] = await Promise.all([
        parts.importRows.counts(id),
        parts.importRows.page(id, { status }, after, limit),
      ]);
      const told = await toldAmong(parts, rights, page.items);
      const items = page.items.map((row) => ({ ...row, duplicates: row.duplicates.filter(told) }));
      for (const one of items.flatMap((row) => row.duplicates))
        if (one.person !== undefined && one.byNumber) request.opener.showed({ stream: `person-${one.person}` }, 'T2');
      return { counts, items: items.map(viewOf), next: page.next };
    },
  );
}

function errorsRoute(app: FastifyInstance, parts: ApiParts): void {
  app.get<{ Params: { id: string } }>(
    '/v1/imports/:id/errors.csv',
    {
      schema: {
        ...operation({ process: importRun, name: 'errors', summary: 'Imports: a list of every error, to mend the file by' }),
        response: binary('The list', [MEDIA.csv]),
      },
      config: { process: importRun },
    },
    async (request, reply) => {
      const { id } = await readable(parts, request, reply);
      const lines = [['الصف / Row', 'العمود / Column', 'الرمز / Code', 'العربية', 'English']];
      for (let after: number | undefined = 0; after !== undefined; ) {
        const page = await parts.importRows.page(id, { status: 'bad' }, after, 1000);
        for (const row of page.items) {
          for (const one of row.errors) {
            const heading = headings[one.column];
            const column = heading ? `${heading.ar} / ${heading.en}` : one.column;
            lines.push([String(row.row), column, one.code, known[one.code]?.ar ?? '', known[one.code]?.en ?? '']);
          }
        }
        after = page.next;
      }
      return send(reply, 'csv', 'errors', writeCsv(lines));
    },
  );
}

/** The import in the path, if the caller may read it. @throws Refused */
async function readable(
  parts: ApiParts,
  request: FastifyRequest<{ Params: { id: string } }>,
  reply: FastifyReply,
): Promise<{ readonly id: string; readonly rights: Rights }> {
  await awaitPosition(parts, request, reply, ['cases']);
  const id = await caseIdIn(parts, importRun, request.params.id, request, reply);
  const [record, rights] = await Promise.all([parts.cases.glance(`${importRun.name}-${id}`), rightsOf(parts, request)]);
  permitted(importRun, record, rights, 'read');
  return { id, rights };
}

/**
 * Which possible duplicates the caller is told of: persons they may find, and where a number was compared only who may look people up
 * by numbers. To others a score alone would confirm that somebody is on record.
 */
async function toldAmong(
  { cases }: ApiParts,
  rights: Rights,
  rows: readonly ImportedRow[],
): Promise<(one: Duplicate) => boolean> {
  const persons = new Set(rows.flatMap((row) => row.duplicates.flatMap((one) => one.person ?? [])));
  const asked = [...persons].map(async (id) => {
    const verdict = mayI(rights, 'person:find', targetOf(person, await cases.glance(`person-${id}`)));
    return verdict.allowed || verdict.mayFind ? [id] : [];
  });
  const findable = new Set((await Promise.all(asked)).flat());
  const numbers = reachOf(rights, 'register:lookup').length > 0;
  return ({ person: id, byNumber }) => id === undefined || (findable.has(id) && (numbers || !byNumber));
}

const headings: Readonly<Record<string, Label>> = Object.fromEntries(
  Object.values(PLANS).flatMap(({ columns }) => columns.map((one) => [one.key, one.heading])),
);

function viewOf({ errors, duplicates, cases, refusal, ...row }: ImportedRow): z.input<typeof RowView> {
  return {
    ...row,
    statusLabel: rowStatus[row.status],
    errors: errors.map((one) => ({ ...one, heading: headings[one.column], words: known[one.code] })),
    duplicates: duplicates.map(({ person: id, byNumber: _, ...one }) =>
      id === undefined ? one : { ...one, reference: referenceOf(id) },
    ),
    cases: cases.map((one) => ({ ...one, reference: referenceOf(one.id) })),
    ...(refusal === undefined ? {} : { refusal: { code: refusal, words: known[refusal] } }),
  };
}

function send(reply: FastifyReply, format: keyof typeof MEDIA, name: string, bytes: Buffer) {
  return reply
    .type(MEDIA[format])
    .header('content-disposition', `attachment; filename="${name}.${format}"`)
    .header('x-content-type-options', 'nosniff')
    .send(bytes);
}
