import { z } from 'zod';
import type { DocRequestState } from '../docRequest/state.ts';
import type { DuplicateState } from '../duplicate/state.ts';
import { baghdadDate, daysOf, LocalDate, PartialDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { opened } from '../kernel/privacy.ts';
import { type Context, defineProcess, fact } from '../kernel/process.ts';
import {
  atMostWhole,
  DocumentNumber,
  DocumentType,
  documentInput,
  Heir,
  isMinorOn,
  Language,
  Mandate,
  MotherName,
  type PersonField,
  PersonName,
  Phones,
  Sex,
} from './data.ts';
import { events } from './events.ts';
import { labels } from './labels.ts';
import { evolve, initial, type PersonDetails, type PersonState } from './state.ts';

const p = defineProcess({
  name: 'person',
  plural: 'persons',
  store: 'general',
  tier: 'T1',
  events,
  initial,
  evolve,
  // A person's record waits on nobody: what has to be done stands in the household, the application or the claim.
  waitsOn: { none: () => [], recorded: () => [], deceased: () => [], merged_into: () => [] },
  ends: ['merged_into'],
  about: (s, id) => ({
    persons: [id, ...s.representations.map((one) => one.representative), ...s.heirs.map((one) => one.person)],
    households: s.household === undefined ? [] : [s.household],
  }),
  decisions: ['PersonsMerged', 'PersonAbsorbed', 'PersonMergeReversed'],
  // Who is missing or detained is T2 (domain.md §1.4), and the name of the entry would tell it.
  discreet: { PersonReportedMissing: 'T2', PersonReportedDetained: 'T2', PersonReunited: 'T2' },
  labels,
});

const details = {
  name: PersonName.optional(),
  motherName: MotherName.optional(),
  sex: Sex.optional(),
  birth: PartialDate.optional(),
  phones: Phones.optional(),
  languages: z.array(Language).max(6).optional(),
};
const reason = z.string().min(3).max(500);

function past(date: PartialDate | undefined, ctx: Pick<Context, 'now'>): void {
  ensure(date === undefined || daysOf(date).first <= baghdadDate(ctx.now), 'DATE_IN_THE_FUTURE', { date: date?.date ?? '' });
}

const natural = (s: PersonState) => ensure(s.kind === 'natural', 'NOT_A_NATURAL_PERSON');

const onPaper = (ctx: Pick<Context, 'evidence' | 'letterRef'>): boolean => ctx.evidence.length > 0 || ctx.letterRef !== undefined;

/** What a merge takes over from the record folded in: the fields for which it was chosen. */
function chosenFrom(other: PersonState, id: string, fields: Readonly<Record<string, string>>): Partial<PersonDetails> {
  const take = <F extends PersonField>(field: F): PersonState[F] | undefined => (fields[field] === id ? other[field] : undefined);
  return {
    name: take('name'),
    motherName: take('motherName'),
    sex: take('sex'),
    birth: take('birth'),
    phones: take('phones'),
    languages: take('languages'),
  };
}

const absence = {
  since: PartialDate,
  account: z.string().min(3).max(2000).optional(),
};

/** Natural and legal persons: names, papers, who acts for them, who inherits. */
export const person = p.withCommands({
  register: p.command({
    from: 'new',
    permission: 'person:register',
    input: z.strictObject({ ...details, name: PersonName, sex: Sex }),
    emits: ['PersonRegistered'],
    to: ['recorded'],
    decide: (c, _s, ctx) => {
      past(c.birth, ctx);
      return [{ type: 'PersonRegistered', data: c }];
    },
  }),
  registerLegal: p.command({
    from: 'new',
    permission: 'person:register',
    input: z.strictObject({
      legalName: z.string().trim().min(2).max(200),
      registrationNumber: DocumentNumber.optional(),
      phones: Phones.optional(),
    }),
    emits: ['LegalPersonRegistered'],
    to: ['recorded'],
    decide: (c) => [{ type: 'LegalPersonRegistered', data: c }],
  }),
  updateDetails: p.command({
    from: ['recorded', 'deceased'],
    permission: 'person:update',
    input: z.strictObject({ ...details, ground: events.PersonDetailsUpdated.shape.ground }),
    emits: ['PersonDetailsUpdated'],
    to: ['recorded', 'deceased'],
    decide: (c, s, ctx) => {
      natural(s);
      const { ground, ...changed } = c;
      ensure(
        Object.values(changed).some((value) => value !== undefined),
        'NOTHING_CHANGED',
      );
      ensure(ground !== 'official_ruling' || onPaper(ctx), 'EVIDENCE_MISSING');
      past(c.birth, ctx);
      return [{ type: 'PersonDetailsUpdated', data: c }];
    },
  }),
  recordDocument: p.command({
    from: ['recorded', 'deceased'],
    permission: 'person:documents',
    input: z.strictObject({ docType: DocumentType, ...documentInput }),
    emits: ['IdentityDocumentRecorded'],
    to: ['recorded', 'deceased'],
    decide: (c, s, ctx) => {
      natural(s);
      const usable = c.status === 'valid';
      return [{ type: 'IdentityDocumentRecorded', data: { document: ctx.newId('document'), ...c, usable } }];
    },
  }),
  changeDocumentStatus: p.command({
    from: ['recorded', 'deceased'],
    permission: 'person:documents',
    input: z.strictObject({ document: z.uuid(), status: documentInput.status }),
    emits: ['IdentityDocumentStatusChanged'],
    to: ['recorded', 'deceased'],
    decide: (c, s) => {
      const known = s.documents.find((one) => one.document === c.document);
      ensure(known, 'DOCUMENT_UNKNOWN', { document: c.document });
      const data = { ...c, docType: known.docType, usable: c.status === 'valid' };
      return [{ type: 'IdentityDocumentStatusChanged', data }];
    },
  }),
  /** A paper asked for was delivered: what was lost or never issued is there now. */
  receiveDocument: p.command({
    from: ['recorded', 'deceased'],
    permission: 'system',
    input: z.strictObject({ request: z.uuid() }),
    emits: ['IdentityDocumentRecorded', 'IdentityDocumentStatusChanged'],
    to: ['recorded', 'deceased'],
    facts: (c) => ({ request: fact<DocRequestState>('docRequest', c.request) }),
    decide: (_c, s, ctx) => {
      const { docType: asked, issued } = ctx.facts.request.state;
      const docType = DocumentType.safeParse(asked).data;
      ensure(docType && issued, 'DOCUMENT_NOT_ISSUED');
      const paper = { docType, ...issued, status: 'valid', usable: true } as const;
      const before = s.documents.find((one) => one.docType === docType && !one.usable);
      return before
        ? [{ type: 'IdentityDocumentStatusChanged', data: { document: before.document, ...paper } }]
        : [{ type: 'IdentityDocumentRecorded', data: { document: ctx.newId('document'), ...paper } }];
    },
  }),
  appointRepresentative: p.command({
    from: ['recorded', 'deceased'],
    permission: 'person:represent',
    input: z.strictObject({ representative: z.uuid(), mandate: Mandate, until: LocalDate.optional() }),
    emits: ['RepresentativeAppointed'],
    to: ['recorded', 'deceased'],
    facts: (c) => ({ representative: fact<PersonState>('person', c.representative) }),
    decide: (c, _s, ctx) => {
      const { representative } = ctx.facts;
      ensure(c.representative !== ctx.id, 'REPRESENTS_ITSELF');
      ensure(representative.exists && representative.state.status === 'recorded', 'PERSON_UNKNOWN', { person: c.representative });
      ensure(onPaper(ctx), 'MANDATE_WITHOUT_EVIDENCE');
      const day = baghdadDate(ctx.now);
      ensure(c.until === undefined || c.until >= day, 'UNTIL_IN_THE_PAST', { until: c.until ?? '' });
      ensure(!isMinorOn(representative.state, day), 'REPRESENTATIVE_IS_A_MINOR', { person: c.representative });
      return [{ type: 'RepresentativeAppointed', data: { representation: ctx.newId('representation'), ...c } }];
    },
  }),
  endRepresentation: p.command({
    from: ['recorded', 'deceased'],
    permission: 'person:represent',
    input: z.strictObject({ representation: z.uuid(), reason }),
    emits: ['RepresentationEnded'],
    to: ['recorded', 'deceased'],
    decide: (c, s) => {
      const known = s.representations.some((one) => one.representation === c.representation);
      ensure(known, 'REPRESENTATION_UNKNOWN', { representation: c.representation });
      return [{ type: 'RepresentationEnded', data: c }];
    },
  }),
  reportMissing: p.command({
    from: ['recorded'],
    permission: 'person:vital',
    input: z.strictObject(absence),
    emits: ['PersonReportedMissing'],
    to: ['recorded'],
    decide: (c, s, ctx) => {
      natural(s);
      past(c.since, ctx);
      return [{ type: 'PersonReportedMissing', data: c }];
    },
  }),
  reportDetained: p.command({
    from: ['recorded'],
    permission: 'person:vital',
    input: z.strictObject(absence),
    emits: ['PersonReportedDetained'],
    to: ['recorded'],
    decide: (c, s, ctx) => {
      natural(s);
      past(c.since, ctx);
      return [{ type: 'PersonReportedDetained', data: c }];
    },
  }),
  recordReunion: p.command({
    from: ['recorded'],
    permission: 'person:vital',
    input: z.strictObject({ on: PartialDate }),
    emits: ['PersonReunited'],
    to: ['recorded'],
    decide: (c, s, ctx) => {
      ensure(s.absence !== undefined, 'NOT_ABSENT');
      past(c.on, ctx);
      return [{ type: 'PersonReunited', data: c }];
    },
  }),
  recordDeath: p.command({
    from: ['recorded'],
    permission: 'person:vital',
    input: z.strictObject({ on: PartialDate, papers: events.DeathRecorded.shape.papers }),
    emits: ['DeathRecorded'],
    to: ['deceased'],
    decide: (c, s, ctx) => {
      natural(s);
      past(c.on, ctx);
      const birth = opened(s.birth, undefined);
      ensure(!birth || daysOf(birth).first <= daysOf(c.on).last, 'DIED_BEFORE_BIRTH');
      ensure(c.papers === 'pending' || onPaper(ctx), 'EVIDENCE_MISSING');
      return [{ type: 'DeathRecorded', data: c }];
    },
  }),
  recordHeirs: p.command({
    from: ['deceased'],
    permission: 'person:represent',
    effect: 'legal',
    input: z.strictObject({ heirs: z.array(Heir).min(1).max(100) }),
    emits: ['HeirsRecorded'],
    to: ['deceased'],
    facts: (c) => Object.fromEntries(c.heirs.map((one) => [one.person, fact<PersonState>('person', one.person)])),
    decide: (c, _s, ctx) => {
      const ids = c.heirs.map((one) => one.person);
      ensure(!ids.includes(ctx.id), 'HEIR_OF_ITSELF');
      ensure(new Set(ids).size === ids.length, 'HEIR_TWICE');
      for (const id of ids) ensure(ctx.facts[id]?.exists, 'PERSON_UNKNOWN', { person: id });
      ensure(onPaper(ctx), 'EVIDENCE_MISSING');
      ensure(atMostWhole(c.heirs), 'SHARES_EXCEED_THE_WHOLE');
      return [{ type: 'HeirsRecorded', data: c }];
    },
  }),
  joinHousehold: p.command({
    from: ['recorded', 'deceased'],
    permission: 'system',
    input: z.strictObject({ household: z.uuid() }),
    emits: ['HouseholdJoined'],
    to: ['recorded', 'deceased'],
    decide: (c, s) => (s.household === c.household ? [] : [{ type: 'HouseholdJoined', data: c }]),
  }),
  leaveHousehold: p.command({
    from: ['recorded', 'deceased', 'merged_into'],
    permission: 'system',
    input: z.strictObject({ household: z.uuid() }),
    emits: ['HouseholdLeft'],
    to: ['recorded', 'deceased', 'merged_into'],
    decide: (c, s) => (s.household === c.household ? [{ type: 'HouseholdLeft', data: c }] : []),
  }),
  survive: p.command({
    from: ['recorded', 'deceased'],
    permission: 'system',
    input: z.strictObject({ duplicate: z.uuid(), absorbed: z.uuid() }),
    emits: ['PersonsMerged'],
    to: ['recorded', 'deceased'],
    facts: (c) => ({
      duplicate: fact<DuplicateState>('duplicate', c.duplicate),
      absorbed: fact<PersonState>('person', c.absorbed),
    }),
    decide: (c, s, ctx) => {
      if (s.merges.some((one) => one.duplicate === c.duplicate && one.absorbed === c.absorbed)) return [];
      const decision = ctx.facts.duplicate.state.decision;
      ensure(decision?.kind === 'merge', 'MERGE_NOT_DECIDED', { duplicate: c.duplicate });
      const { fields } = decision;
      return [{ type: 'PersonsMerged', data: { ...c, taken: chosenFrom(ctx.facts.absorbed.state, c.absorbed, fields) } }];
    },
  }),
  absorb: p.command({
    from: ['recorded', 'deceased'],
    permission: 'system',
    input: z.strictObject({ into: z.uuid(), duplicate: z.uuid() }),
    emits: ['PersonAbsorbed'],
    to: ['merged_into'],
    decide: (c) => [{ type: 'PersonAbsorbed', data: c }],
  }),
  reverseMerge: p.command({
    from: ['recorded', 'deceased', 'merged_into'],
    permission: 'system',
    input: z.strictObject({ duplicate: z.uuid() }),
    emits: ['PersonMergeReversed'],
    to: ['recorded', 'deceased'],
    decide: (c, s) =>
      s.mergedInto?.duplicate === c.duplicate || s.merges.some((one) => one.duplicate === c.duplicate)
        ? [{ type: 'PersonMergeReversed', data: c }]
        : [],
  }),
});
