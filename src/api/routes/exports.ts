import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { reachOf } from '../../domain/access/access.ts';
import { baghdadDate } from '../../domain/kernel/dates.ts';
import { Refused } from '../../domain/kernel/errors.ts';
import { pickLanguage, say } from '../../domain/kernel/labels.ts';
import { awaitPosition } from '../caseIds.ts';
import { valueIn } from '../exports/columns.ts';
import type { Table } from '../exports/files.ts';
import { gatherRows, namesIn } from '../exports/gather.ts';
import { wordsFor } from '../exports/words.ts';
import { writeFile } from '../exports/writer.ts';
import { absentColleague, idempotencyKey } from '../headers.ts';
import { type Ask, askOf, type ExportableList } from '../lists.ts';
import type { ApiParts } from '../parts.ts';
import { SchemaMismatch } from '../validation.ts';

/** Rows in one file, at most. Nobody published a bound; this one opens on an office's computer. */
const MOST_ROWS = 50_000;

const TYPES = {
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  csv: 'text/csv; charset=utf-8',
} as const;

const binary = { schema: { type: 'string', format: 'binary' } };

/**
 * `POST /v1/list-exports`: a list with its filters as a file. Registered after every list. The file leaves when it is on record
 * who took which rows; what its reader may not see in the list is not in the file either.
 */
export async function exportRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const process = parts.registry.byName('listExport');
  if (!process) return;
  const Wanted = z.strictObject({
    list: z.enum([...app.lists.keys()]).meta({ description: 'Operation id of the list' }),
    format: z.enum(['xlsx', 'csv']).default('xlsx'),
    filter: z
      .record(z.string(), z.string())
      .default({})
      .meta({ description: 'The query parameters of the list, without paging' }),
  });

  app.post(
    '/v1/list-exports',
    {
      schema: {
        operationId: 'listExportMake',
        tags: ['listExport'],
        summary: 'Exported lists: a list as a file, with the same filters and the same rights',
        description: `Headings in the language of Accept-Language; ${MOST_ROWS} rows at most. On record before the file leaves.`,
        'x-command': 'make',
        'x-permission': 'listExport:make',
        body: Wanted,
        response: {
          201: { description: 'The file', content: Object.fromEntries(Object.values(TYPES).map((type) => [type, binary])) },
        },
      },
      config: { process, command: 'make', limit: 'exports' },
    },
    async (request, reply) => {
      const key = idempotencyKey(request.headers);
      const { list: name, format, filter } = Wanted.parse(request.body);
      const list = app.lists.get(name);
      if (!list) throw new Refused('NOT_FOUND');
      const ask = await askOf(parts, request);
      if (reachOf(ask.rights, 'listExport:make').length === 0) throw new Refused('FORBIDDEN');
      const parsed = list.schema.safeParse(filter);
      if (!parsed.success) throw new SchemaMismatch(z.object({ filter: list.schema }), { filter }, 'body');
      await awaitPosition(parts, request, reply, list.readModels);

      const table = await tableOf(parts, list, ask, filter, request.headers['accept-language']);
      const file = await writeFile({ table, format });
      const behalf = absentColleague(request.headers);
      const outcome = await parts.executor.execute({
        process: process.name,
        command: 'make',
        input: { list: name, ...onRecord(list, filter), format, rows: table.rows.length },
        record: behalf === undefined ? undefined : { onBehalfOf: behalf },
        key,
        principal: { kind: 'staff', id: request.staff },
        correlationId: request.correlationId,
      });
      const fileName = `${name}-${baghdadDate(ask.now)}.${format}`;
      return reply
        .code(201)
        .header('location', `/v1/list-exports/${outcome.id}`)
        .header('masar-position', String(outcome.position))
        .header('content-disposition', `attachment; filename="${fileName}"`)
        .type(TYPES[format])
        .send(file);
    },
  );

  async function tableOf(
    of: ApiParts,
    list: ExportableList,
    ask: Ask,
    filter: object,
    language: string | undefined,
  ): Promise<Table> {
    const lang = pickLanguage(language);
    const rows = await gatherRows(list, ask, filter, MOST_ROWS);
    const columns = typeof list.columns === 'function' ? list.columns(rows) : list.columns;
    const words = wordsFor(of.registry, lang, list.process, await namesIn(of, columns, rows));
    return {
      name: list.process ? say(list.process.labels.plural, lang) : list.name,
      lang,
      columns: columns.map(({ title, kind }) => ({ title: say(title, lang), kind })),
      rows: rows.map((row) => columns.map((column) => valueIn(column, row, words))),
    };
  }
}

/** The filter as it is kept: codes and ids in clear, words apart, to be sealed. */
function onRecord(list: ExportableList, filter: Readonly<Record<string, string>>) {
  const of = (words: boolean) =>
    Object.fromEntries(Object.entries(filter).filter(([name]) => list.words?.includes(name) === words));
  const words = of(true);
  return { filter: of(false), ...(Object.keys(words).length > 0 ? { words } : {}) };
}
