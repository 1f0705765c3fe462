import type { FastifyInstance } from 'fastify';
import { baghdadDate, LocalDate } from '../../domain/kernel/dates.ts';
import { Accessibility, AgeBand, Cost, Language, Need, Sex, StaffSex } from '../../domain/provider/codes.ts';
import { officePage, organisationPage, staffPage } from '../../projections/directory.queries.ts';
import { servicesFor } from '../../projections/providers.queries.ts';
import { readDb, sightOf } from '../../projections/reads.queries.ts';
import { OFFICE_COLUMNS, ORGANISATION_COLUMNS, SERVICE_COLUMNS, STAFF_COLUMNS } from '../exports/lists.ts';
import { OfficeItem, OrganisationItem, ServiceItem, StaffItem } from '../listAnswers.ts';
import { Code, Flag, Id } from '../listing.ts';
import { listRoute } from '../lists.ts';
import { operation } from '../operations.ts';
import type { ApiParts } from '../parts.ts';

/** Processes whose list shows names, and so is not the list every process has. */
export const NAMED_LISTS: readonly string[] = ['organisation', 'office', 'staff'];

const Organisations = { kind: Code.optional(), status: Code.optional() };
const Offices = {
  organisation: Id.optional(),
  governorate: Code.optional(),
  kind: Code.optional(),
  status: Code.optional(),
};
const Members = {
  office: Id.optional(),
  organisation: Id.optional(),
  role: Code.optional(),
  status: Code.optional(),
  on: LocalDate.optional().meta({ description: 'Posts held on this day; today when absent' }),
};
const Services = {
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
};

const READ_MODELS = ['cases', 'directory'];

/** Who is who, and who offers what: lists with names for people who assign, hand over and refer. */
export async function directoryRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const db = readDb(parts.reads);
  const organisation = parts.registry.byName('organisation');
  if (organisation) {
    listRoute(app, parts, {
      url: '/v1/organisations',
      operation: operation({ process: organisation, name: 'list', summary: `${organisation.labels.plural.en}: list with names` }),
      process: organisation,
      filter: Organisations,
      readModels: READ_MODELS,
      item: OrganisationItem,
      columns: ORGANISATION_COLUMNS,
      page: ({ rights }, filter, paging) => organisationPage(db, sightOf(rights, 'read', ['organisation']), filter, paging),
    });
  }

  const office = parts.registry.byName('office');
  if (office) {
    listRoute(app, parts, {
      url: '/v1/offices',
      operation: operation({ process: office, name: 'list', summary: `${office.labels.plural.en}: list with names` }),
      process: office,
      filter: Offices,
      readModels: READ_MODELS,
      item: OfficeItem,
      columns: OFFICE_COLUMNS,
      page: ({ rights }, filter, paging) => officePage(db, sightOf(rights, 'read', ['office']), filter, paging),
    });
  }

  const staff = parts.registry.byName('staff');
  if (staff) {
    listRoute(app, parts, {
      url: '/v1/staff',
      operation: operation({
        process: staff,
        name: 'list',
        summary: `${staff.labels.plural.en}: list with names, posts and who is absent`,
      }),
      process: staff,
      filter: Members,
      readModels: READ_MODELS,
      item: StaffItem,
      columns: STAFF_COLUMNS,
      page: ({ rights, now }, { on, ...filter }, paging) =>
        staffPage(db, sightOf(rights, 'read', ['staff']), filter, on ?? baghdadDate(now), paging),
    });
  }

  if (parts.registry.byName('provider')) {
    listRoute(app, parts, {
      url: '/v1/providers/search',
      operation: {
        operationId: 'providersSearch',
        tags: ['registers'],
        summary: 'Services that could be asked now, those with room first',
      },
      filter: Services,
      readModels: [...READ_MODELS, 'providers'],
      item: ServiceItem,
      columns: SERVICE_COLUMNS,
      page: ({ rights, now }, search, paging) => servicesFor(db, sightOf(rights, 'read', ['provider']), search, now, paging),
    });
  }
}
