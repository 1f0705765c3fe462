import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type Rights, reachOf } from '../../domain/access/access.ts';
import { matchingRule, type PossibleDuplicate, possibleDuplicates } from '../../domain/household/index.ts';
import { PartialDate } from '../../domain/kernel/dates.ts';
import { Refused } from '../../domain/kernel/errors.ts';
import { referenceOf } from '../../domain/kernel/reference.ts';
import { createDuplicateSearch } from '../../projections/duplicates.queries.ts';
import { createLookup, LOOKUP_KINDS, missedNumber } from '../../projections/numbers.queries.ts';
import { readDb, sightOf } from '../../projections/reads.queries.ts';
import { householdCard, type RegisterHit, type RegisterSight, searchRegister } from '../../projections/register.queries.ts';
import { awaitPosition, caseIdIn, rightsOf } from '../caseIds.ts';
import { permitted, shown } from '../caseView.ts';
import { REGISTER_COLUMNS } from '../exports/lists.ts';
import { jsonSchemaOf } from '../jsonSchema.ts';
import { HouseholdCard, MatchView, RegisterHitView } from '../listAnswers.ts';
import { Code, Id } from '../listing.ts';
import { listRoute } from '../lists.ts';
import type { Opener } from '../opener.ts';
import { operation } from '../operations.ts';
import type { ApiParts } from '../parts.ts';
import { Problem } from '../problem.ts';

const Words = z.string().trim().min(1).max(200);
const Search = {
  name: Words.optional().meta({
    description: 'Any of the four names in any order and script; one word of three letters at least',
  }),
  motherName: Words.optional(),
  birthYear: z.coerce.number().int().min(1850).max(2200).optional(),
  origin: Code.optional().meta({ description: 'P-code of the area of origin' }),
  place: Code.optional().meta({ description: 'P-code of where the household lives now' }),
  fileNo: Code.optional(),
  reference: Code.optional(),
  status: Code.optional(),
  branch: Id.optional(),
};
const Descriptor = z.strictObject({
  names: z.strictObject({ first: Words, father: Words.optional(), grandfather: Words.optional(), family: Words.optional() }),
  motherName: Words.optional(),
  sex: z.enum(['female', 'male']).optional(),
  birth: PartialDate.optional(),
  phone: Code.optional(),
  nationalNumber: Code.optional(),
  pdsNumber: Code.optional(),
  qCard: Code.optional(),
  originAdm2: Code.optional(),
});

const Lookup = z.strictObject({
  by: z.enum(LOOKUP_KINDS).meta({
    description: 'A national number of the unified or the civil status card; a telephone; the number of any paper or card',
  }),
  number: Code.meta({ description: 'In any digits, with or without spaces, dashes and leading zeros; the whole number' }),
});

/** What of a descriptor is a number, and how the lookup calls it. */
const NUMBERS = [
  { field: 'nationalNumber', kind: 'national_number' },
  { field: 'phone', kind: 'phone' },
  { field: 'pdsNumber', kind: 'document_number' },
  { field: 'qCard', kind: 'document_number' },
] as const;

const READ_MODELS = ['cases', 'register'];
const MOST_MATCHES = 20;
/** A telephone is shared by a family; more than this is no way of telling somebody. */
const MOST_LOOKED_UP = 20;

/** The register of persons and households: found by name, and looked through before somebody is registered again. */
export async function registerRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const household = parts.registry.byName('household');
  if (!household || !parts.registry.byName('person')) return;
  const db = readDb(parts.reads);
  const lookUp = createLookup(parts.reads, parts.mac);
  const searchDuplicates = createDuplicateSearch(parts.reads, parts.codec, parts.mac);
  const tags = ['registers'];

  listRoute(app, parts, {
    url: '/v1/register',
    operation: {
      operationId: 'registerSearch',
      tags,
      summary: 'Persons and their households, by name, mother, birth year, place or file number',
      description:
        'Of a record you may only find, you learn its reference and the branch to ask; `place` and `status` find only those you may read, ' +
        'and so does `fileNo` for who may not look people up by numbers. A search by `fileNo` counts and is on record as a lookup.',
    },
    filter: Search,
    words: ['name', 'motherName', 'fileNo', 'birthYear'],
    readModels: READ_MODELS,
    limit: 'searches',
    item: RegisterHitView,
    columns: REGISTER_COLUMNS,
    page: async ({ rights, opener, count }, search, paging) => {
      const sight = registerSight(rights);
      // The number of a file may be that of a card: to search by it is a lookup, counted and on record as one.
      if (search.fileNo !== undefined) await count('dailyLookups');
      const { persons, ...page } = await searchRegister(db, sight, search, paging);
      if (search.fileNo !== undefined) {
        opener.lookedFor(persons.length === 0 ? missedNumber(parts.mac, 'document_number', search.fileNo) : undefined);
        for (const person of persons) opener.showed({ stream: `person-${person}` }, 'T2');
      }
      return { ...page, items: await toShow(opener, page.items) };
    },
  });

  app.post<{ Body: z.output<typeof Descriptor> }>(
    '/v1/register/matches',
    {
      schema: {
        operationId: 'registerMatches',
        tags,
        summary: 'Who on record this person may be, likeliest first: ask before registering',
        description:
          'Nothing is entered and nothing follows from a score by itself. A POST, so that names stay out of addresses. ' +
          'Numbers are for who may look people up by them, and asking with one is on record as a lookup is.',
        body: Descriptor,
        response: { 200: jsonSchemaOf(z.object({ items: z.array(MatchView) }), 'output') },
      },
      config: { limit: ['searches', 'dailyLookups'] },
    },
    async (request, reply) => {
      await awaitPosition(parts, request, reply, [...READ_MODELS, 'duplicates']);
      const rights = await rightsOf(parts, request);
      const sight = registerSight(rights);
      const asked = Descriptor.parse(request.body);
      const number = NUMBERS.find(({ field }) => asked[field] !== undefined);
      // A score that rises confirms a number as a lookup does.
      if (number) registerSight(rights, 'register:lookup');
      const [known, rules] = await Promise.all([searchDuplicates(asked), parts.rulebook.inForce([matchingRule], parts.now())]);
      const matches = possibleDuplicates(asked, known, rules.of(matchingRule).value).slice(0, MOST_MATCHES);
      const page = await searchRegister(db, sight, { persons: matches.map((one) => one.other) }, { limit: 200 });
      const hits = await toShow(request.opener, page.items);
      const items = matches.flatMap((match) => matchOf(match, hits));
      // Whether a guessed document number is right is as good as the number.
      for (const { person, readable } of items)
        if (readable || number) request.opener.showed({ stream: `person-${person}` }, 'T2');
      if (number) {
        const missed = items.length === 0 ? missedNumber(parts.mac, number.kind, asked[number.field] ?? '') : undefined;
        request.opener.lookedFor(missed);
      }
      return { items: items.map(({ told }) => told) };
    },
  );

  app.post<{ Body: z.output<typeof Lookup> }>(
    '/v1/register/lookup',
    {
      schema: {
        operationId: 'registerLookup',
        tags,
        summary: 'Who bears a national number, a telephone or the number of a paper',
        description:
          'The whole number only. Every question is on record, answered or not. A POST, so that numbers stay out of addresses. ' +
          `At most ${MOST_LOOKED_UP} persons; a family's paper leads to its head.`,
        body: Lookup,
        response: { 200: jsonSchemaOf(z.object({ items: z.array(RegisterHitView) }), 'output') },
      },
      config: { limit: ['lookups', 'dailyLookups'] },
    },
    async (request, reply) => {
      const rights = await rightsOf(parts, request);
      const sight = registerSight(rights, 'register:lookup');
      await awaitPosition(parts, request, reply, [...READ_MODELS, 'numbers']);
      const { by, number } = request.body;
      const persons = await lookUp(by, number, MOST_LOOKED_UP);
      if (persons === undefined) throw new Problem('NUMBER_MALFORMED');
      const page = await searchRegister(db, sight, { persons }, { limit: 200 });
      // Of numbers that are tried one after the other most find nobody: that they were other numbers each time is to be seen.
      request.opener.lookedFor(page.items.length === 0 ? missedNumber(parts.mac, by, number) : undefined);
      const shownTo = new Set(page.items.map((hit) => hit.personReference));
      // That somebody bears a number is as good as the number, whatever else of them is shown.
      for (const person of persons)
        if (shownTo.has(referenceOf(person))) request.opener.showed({ stream: `person-${person}` }, 'T2');
      return { items: await toShow(request.opener, page.items) };
    },
  );

  app.get<{ Params: { id: string } }>(
    '/v1/households/:id/card',
    {
      schema: {
        ...operation({ process: household, name: 'card', summary: `${household.labels.plural.en}: the family on one page` }),
        response: { 200: jsonSchemaOf(HouseholdCard, 'output') },
      },
      config: { process: household },
    },
    async (request, reply) => {
      await awaitPosition(parts, request, reply, READ_MODELS);
      const id = await caseIdIn(parts, household, request.params.id, request, reply);
      const [record, rights] = await Promise.all([parts.cases.glance(`household-${id}`), rightsOf(parts, request)]);
      permitted(household, record, rights, 'read');
      const card = await householdCard(db, sightOf(rights, 'read', ['person', 'household']), id);
      if (!card) throw new Refused('NOT_FOUND');
      return shown(await request.opener.open(record, card, 'T1'));
    },
  );
}

/** Who may search at all, and what of each hit they may find and read. @throws Refused FORBIDDEN */
function registerSight(rights: Rights, permission = 'register:search'): RegisterSight {
  if (reachOf(rights, permission).length === 0) throw new Refused('FORBIDDEN');
  const processes = ['person', 'household'];
  const [find, read] = [sightOf(rights, 'find', processes), sightOf(rights, 'read', processes)];
  // Numbers of files are searched with those of cards, and to find somebody by one confirms it.
  return { find, read, numbers: reachOf(rights, 'register:lookup').length > 0 ? find : read };
}

/** Values up to T1, which is what a list shows; the rest is seen on the case itself. */
const toShow = async (opener: Opener, hits: readonly RegisterHit[]): Promise<readonly RegisterHit[]> =>
  shown(await opener.openForLists(hits)) as readonly RegisterHit[];

/**
 * A match with the hits of its person. How each field agrees is told only of a record the caller may read: it would otherwise tell
 * whether a guessed document number is right.
 */
function matchOf(match: PossibleDuplicate, hits: readonly RegisterHit[]) {
  const reference = referenceOf(match.other);
  const found = hits.filter((hit) => hit.personReference === reference);
  if (found.length === 0) return [];
  const readable = found.some((hit) => hit.person !== undefined);
  const { score, algorithmVersion, fields } = match;
  const told = { score, algorithmVersion, ...(readable ? { fields } : {}), hits: found };
  return [{ told, person: match.other, readable }];
}
