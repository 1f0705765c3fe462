import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Rights } from '../domain/access/access.ts';
import type { Process } from '../domain/kernel/process.ts';
import type { Limited } from '../platform/limits/settings.ts';
import type { Page } from '../projections/reads.queries.ts';
import { awaitPosition, rightsOf } from './caseIds.ts';
import type { Columns } from './exports/columns.ts';
import { jsonSchemaOf } from './jsonSchema.ts';
import { PAGING, pageOf } from './listing.ts';
import type { Opener } from './opener.ts';
import type { operation } from './operations.ts';
import type { ApiParts } from './parts.ts';

/** Who asks for a list, and when. */
export interface Ask {
  readonly staff: string;
  readonly rights: Rights;
  /** RFC 3339 UTC. */
  readonly now: string;
  readonly opener: Opener;
  /** Counts a use that depends on the filter, before it is answered. @throws Problem RATE_LIMITED, LIMITS_UNAVAILABLE */
  readonly count: (what: Limited) => Promise<void>;
}

export interface Paging {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** A list of the API. Declared once, it is a page-by-page `GET` and can be exported with the same filters and the same rights. */
export interface List<F extends z.ZodRawShape, Row extends object> {
  readonly url: string;
  readonly operation: Partial<ReturnType<typeof operation>> & {
    readonly operationId: string;
    readonly tags: string[];
    readonly summary: string;
  };
  /** The process its rows belong to, where they do not name theirs. */
  readonly process?: Process;
  readonly filter: F;
  /** Filters of free words, which may name somebody. */
  readonly words?: readonly (keyof F & string)[];
  readonly readModels: readonly string[];
  /** What a page counts as beside a request. */
  readonly limit?: Limited;
  /** False for a roll-up, which is answered whole. */
  readonly paged?: false;
  /** A row as it is answered, for the serializer and the OpenAPI document. */
  readonly item: z.ZodType;
  readonly columns: Columns;
  page(ask: Ask, filter: z.output<z.ZodObject<F>>, paging: Paging): Promise<Page<Row>>;
  /** The page on the screen, where it shows more than may leave as a file; `view` is what it says beside its rows. */
  readonly onScreen?: {
    readonly view: z.ZodRawShape;
    page(ask: Ask, filter: z.output<z.ZodObject<F>>, paging: Paging): Promise<Page<Row>>;
  };
}

/** A list as an export sees it, its filter still to be parsed by `schema`. */
export interface ExportableList extends Pick<List<z.ZodRawShape, object>, 'words' | 'readModels' | 'columns'> {
  readonly name: string;
  readonly summary: string;
  readonly process: Process | undefined;
  readonly schema: z.ZodObject;
  page(ask: Ask, filter: unknown, paging: Paging): Promise<Page<object>>;
}

/** The lists of one API, by operation id. */
export type Lists = Map<string, ExportableList>;

export const askOf = async (parts: ApiParts, request: FastifyRequest): Promise<Ask> => ({
  staff: request.staff,
  rights: await rightsOf(parts, request),
  now: parts.now(),
  opener: request.opener,
  count: (what) => request.countUse(what),
});

/** Opens a list at its address and to exports. */
export function listRoute<F extends z.ZodRawShape, Row extends object>(
  app: FastifyInstance,
  parts: ApiParts,
  list: List<F, Row>,
): void {
  const { operationId: name, summary } = list.operation;
  const schema = z.strictObject(list.filter);
  // What is restricted is read case by case, and never leaves as a file (domain.md §0.4, T3).
  if (list.process?.store !== 'restricted') {
    app.lists.set(name, {
      name,
      summary,
      process: list.process,
      schema,
      words: list.words ?? [],
      readModels: list.readModels,
      columns: list.columns,
      page: (ask, filter, paging) => list.page(ask, schema.parse(filter), paging),
    });
  }
  app.get<{ Querystring: z.output<typeof PAGED> }>(
    list.url,
    {
      schema: {
        ...list.operation,
        querystring: list.paged === false ? schema : schema.extend(PAGING),
        response: {
          200: jsonSchemaOf(
            (list.paged === false ? z.object({ items: z.array(list.item) }) : pageOf(list.item)).extend(
              list.onScreen?.view ?? {},
            ),
            'output',
          ),
        },
      },
      config: { ...(list.process ? { process: list.process } : {}), ...(list.limit ? { limit: list.limit } : {}) },
    },
    async (request, reply) => {
      await awaitPosition(parts, request, reply, list.readModels);
      const { limit, cursor, ...filter } = request.query;
      return (list.onScreen ?? list).page(await askOf(parts, request), filter as z.output<typeof schema>, { limit, cursor });
    },
  );
}

const PAGED = z.looseObject(PAGING);
