import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { baghdadDate, LocalDate } from '../../domain/kernel/dates.ts';
import type { Process } from '../../domain/kernel/process.ts';
import { Accessibility, AgeBand, Cost, Language, Need, Sex, StaffSex } from '../../domain/provider/codes.ts';
import { officePage, organisationPage, staffPage } from '../../projections/directory.queries.ts';
import { servicesFor } from '../../projections/providers.queries.ts';
import { readDb, sightOf } from '../../projections/reads.queries.ts';
import { awaitPosition, rightsOf } from '../caseIds.ts';
import { jsonSchemaOf } from '../jsonSchema.ts';
import { OfficeItem, OrganisationItem, ServiceItem, StaffItem } from '../listAnswers.ts';
import { Code, Flag, Id, PAGING, pageOf } from '../listing.ts';
import { operation } from '../operations.ts';
import type { ApiParts } from '../parts.ts';

/** Processes whose list shows names, and so is not the list every process has. */
export const NAMED_LISTS: readonly string[] = ['organisation', 'office', 'staff'];

const Organisations = z.strictObject({ kind: Code.optional(), status: Code.optional(), ...PAGING });
const Offices = z.strictObject({
  organisation: Id.optional(),
  governorate: Code.optional(),
  kind: Code.optional(),
  status: Code.optional(),
  ...PAGING,
});
const Members = z.strictObject({
  office: Id.optional(),
  organisation: Id.optional(),
  role: Code.optional(),
  status: Code.optional(),
  on: LocalDate.optional().meta({ description: 'Posts held on this day; today when absent' }),
  ...PAGING,
});
const Services = z.strictObject({
  need: Need.optional().meta({ description: 'What the person needs' }),
  area: Code.optional().meta({ description: 'P-code of where the client lives' }),
  sex: Sex.optional(),
  ageBand: AgeBand.optional(),
  cost: Cost.optional(),
  staffSex: StaffSex.optional(),
  language: Language.optional(),
  accessibility: Accessibility.optional(),
  organisation: Id.optional(),
  all: Flag.optional().meta({ description: 'Also what is paused or full, and entries nobody confirmed in time' }),
  ...PAGING,
});

/** Who is who, and who offers what: lists with names for people who assign, hand over and refer. */
export async function directoryRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const db = readDb(parts.reads);
  const schemaOf = <Q extends z.ZodType>(process: Process, summary: string, querystring: Q, item: z.ZodType) => ({
    schema: {
      ...operation({ process, name: 'list', summary: `${process.labels.plural.en}: ${summary}` }),
      querystring,
      response: { 200: jsonSchemaOf(pageOf(item), 'output') },
    },
    config: { process },
  });

  const organisation = parts.registry.byName('organisation');
  if (organisation) {
    app.get<{ Querystring: z.output<typeof Organisations> }>(
      '/v1/organisations',
      schemaOf(organisation, 'list with names', Organisations, OrganisationItem),
      async (request, reply) => {
        await awaitPosition(parts, request, reply, ['cases', 'directory']);
        const { limit, cursor, ...filter } = request.query;
        const sight = sightOf(await rightsOf(parts, request), 'read', ['organisation']);
        return organisationPage(db, sight, filter, { limit, cursor });
      },
    );
  }

  const office = parts.registry.byName('office');
  if (office) {
    app.get<{ Querystring: z.output<typeof Offices> }>(
      '/v1/offices',
      schemaOf(office, 'list with names', Offices, OfficeItem),
      async (request, reply) => {
        await awaitPosition(parts, request, reply, ['cases', 'directory']);
        const { limit, cursor, ...filter } = request.query;
        const sight = sightOf(await rightsOf(parts, request), 'read', ['office']);
        return officePage(db, sight, filter, { limit, cursor });
      },
    );
  }

  const staff = parts.registry.byName('staff');
  if (staff) {
    app.get<{ Querystring: z.output<typeof Members> }>(
      '/v1/staff',
      schemaOf(staff, 'list with names, posts and who is absent', Members, StaffItem),
      async (request, reply) => {
        await awaitPosition(parts, request, reply, ['cases', 'directory']);
        const { limit, cursor, on, ...filter } = request.query;
        const sight = sightOf(await rightsOf(parts, request), 'read', ['staff']);
        return staffPage(db, sight, filter, on ?? baghdadDate(parts.now()), { limit, cursor });
      },
    );
  }

  if (parts.registry.byName('provider')) {
    app.get<{ Querystring: z.output<typeof Services> }>(
      '/v1/providers/search',
      {
        schema: {
          operationId: 'providersSearch',
          tags: ['registers'],
          summary: 'Services that could be asked now, those with room first',
          querystring: Services,
          response: { 200: jsonSchemaOf(pageOf(ServiceItem), 'output') },
        },
      },
      async (request, reply) => {
        await awaitPosition(parts, request, reply, ['cases', 'directory', 'providers']);
        const { limit, cursor, ...search } = request.query;
        const sight = sightOf(await rightsOf(parts, request), 'read', ['provider']);
        return servicesFor(db, sight, search, parts.now(), { limit, cursor });
      },
    );
  }
}
