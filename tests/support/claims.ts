import { randomUUID } from 'node:crypto';
import { allocation } from '../../src/domain/allocation/index.ts';
import { type Claim, claim, claimFollowUps } from '../../src/domain/claim/index.ts';
import type { CaseRecord } from '../../src/domain/kernel/case.ts';
import type { FollowUp } from '../../src/domain/kernel/followUp.ts';
import { listExport } from '../../src/domain/listExport/index.ts';
import { office } from '../../src/domain/office/index.ts';
import { paymentBatch } from '../../src/domain/paymentBatch/index.ts';
import { person } from '../../src/domain/person/index.ts';
import { colleague, type Person, someone, world } from './scenario.ts';

export const letter = { record: { letterRef: { number: '118/3', date: '2026-02-01', issuedBy: 'Sub-committee' } } };
export const papers = { record: { evidence: [{ docType: 'deed', ref: 'scan-1' }] } };
export const votes = { present: 3, votes: { for: 3, against: 0, abstained: 0 } };
/** Why somebody is listed by hand. */
export const byHand = { outOfOrder: 'left_out_before' } as const;
const incident = { date: { date: '2014-08-03', precision: 'day' }, area: 'IQG15Q07', cause: 'military_operation' };

/** What is lost, by type, in the words of `prepare`. */
export const losses = {
  martyrdom: { type: 'martyrdom', diedOn: { date: '2014-08-03', precision: 'day' } },
  missing: { type: 'missing', lastSeen: { on: { date: '2014-08-01', precision: 'month' }, area: 'IQG15Q07' } },
  injury: { type: 'injury', treatment: 'surgery and a prosthesis' },
  property: { type: 'property', items: [{ item: 'house', kind: 'house', deedNo: '00412/7' }], occupation: 'destroyed' },
  job_study: { type: 'job_study', kind: 'employment', institution: 'Textile works', from: '2014-06-10', until: '2017-07-10' },
} as const;
export type Type = keyof typeof losses;

const related = (staff: string) => [{ staff, related: false }];

/** A sub-committee in Ninewa with its people, the Central Committee, the Ministry of Finance, a lawyer; claims at any stage. */
export async function claims(start = '2026-03-01T08:00:00.000Z', governorate = 'IQG15') {
  const w = world([claim, person, office, paymentBatch, allocation, listExport], start);
  const clerk = someone('subcommitteeClerk', { governorate });
  const chair = colleague(clerk, 'subcommitteeChair');
  const assessor = colleague(clerk).id;
  const central = someone('centralCommittee', { governorate: 'IQG07' });
  const finance = someone('financeMinistry', { governorate: 'IQG07' });
  const accounts = someone('financeMinistry', { governorate });
  const lawyer = someone('legalPartner', { governorate });

  async function openOffice(of: Person, kind: string): Promise<string> {
    const at = { organisation: of.post.organisation, governorate: of.post.governorate, from: '2020-01-01' };
    const opened = { ...at, kind, names: { ar: 'دائرة', en: 'Office' } };
    await w.given('office', of.post.office!, { type: 'OfficeOpened', data: opened });
    return of.post.office!;
  }
  const subcommittee = await openOffice(clerk, 'committee');

  async function someoneNamed(first = 'سلمى'): Promise<string> {
    const id = randomUUID();
    await w.given('person', id, { type: 'PersonRegistered', data: { name: { ar: { first } }, sex: 'female' } });
    return id;
  }
  async function company(): Promise<string> {
    const id = randomUUID();
    await w.given('person', id, { type: 'LegalPersonRegistered', data: { legalName: 'Brick works' } });
    return id;
  }

  /** Input of `prepare` for a type: the owner of a house, the widow of a martyr, the injured person. */
  async function preparation(type: Type, more: object = {}) {
    const claimant = await someoneNamed();
    const self = type === 'injury' || type === 'job_study';
    const victims = type === 'property' ? [] : self ? [claimant] : [await someoneNamed('كريم')];
    const capacity = type === 'property' ? 'owner' : self ? 'self' : 'heir';
    return { claimant, capacity, victims, incident, loss: losses[type], ...more };
  }

  type Extra = Parameters<typeof w.when>[5];
  const when = (by: Person | string, command: string, id: string, input: object = {}, extra: Extra = {}) =>
    w.when(by, 'claim', command, id, input, extra);
  async function prepared(type: Type, more: object = {}): Promise<string> {
    return (await w.when(clerk, 'claim', 'prepare', undefined, await preparation(type, more), papers)).outcome.id;
  }
  const submission = { subcommittee, receiptNo: '77', papers: [...allPapers] };

  let number = 100;
  /** The steps of a claim in order; `amount` is what the session recommends. */
  const steps = (type: Type, amount: number): readonly [string, (id: string) => Promise<unknown>][] => [
    ['submitted_to_subcommittee', (id) => when(clerk, 'submit', id, submission)],
    ['registered', (id) => when(clerk, 'register', id, { claimNo: `${number++}`, year: 2026 })],
    ['security_check', (id) => when(clerk, 'requestSecurityCheck', id, {}, letter)],
    ['assessment', (id) => when(clerk, 'completeSecurityCheck', id, { result: 'passed' }, letter)],
    ['assessed', (id) => assess(type, id)],
    ['session_scheduled', (id) => when(clerk, 'scheduleSession', id, { sessionNo: '9', on: w.now().slice(0, 10) })],
    ['recommended', (id) => when(chair, 'recommend', id, { ...votes, amountIQD: amount })],
    ['contestation_open', (id) => notify(id)],
    ['contestation_ended', (id) => periodOver(id)],
    ['forwarded', (id) => when(clerk, 'forward', id, {}, letter)],
  ];

  async function assess(type: Type, id: string): Promise<void> {
    const assessors = related(assessor);
    const survey = { item: 'house', kind: 'house', category: 4, quantity: 120, unitCostIQD: 250_000, estimateIQD: 30_000_000 };
    const visitDate = w.now().slice(0, 10);
    if (type === 'property') await when(clerk, 'assessDamage', id, { items: [survey], assessors, visitDate });
    const medical = { reportNo: 'M-7', percentage: 60, kind: 'partial_disability', assessors };
    if (type === 'injury') await when(clerk, 'reportMedicalCommittee', id, medical);
    if (type === 'missing') await when(clerk, 'concludeMissingInquiry', id, { outcome: 'missing_confirmed', assessors });
    if (type === 'job_study')
      await when(clerk, 'concludeJobStudyInquiry', id, { outcome: 'loss_confirmed', months: 37, assessors });
  }
  const notify = (id: string) =>
    when(clerk, 'notify', id, { deliveredOn: w.now().slice(0, 10), method: 'in_person', language: 'ar' }, letter);
  async function periodOver(id: string): Promise<unknown> {
    const { state } = await record(id);
    const { contestUntil } = state.notified ?? { contestUntil: '' };
    w.at(new Date(Date.parse(`${contestUntil}T08:00:00.000Z`) + 86_400_000).toISOString());
    return when('timers', 'endContestation', id);
  }

  /** A claim brought to a stage: prepared as `more` says, with `amount` recommended. */
  async function upTo(stage: string, type: Type = 'property', amount = 20_000_000, more: object = {}): Promise<string> {
    const id = await prepared(type, more);
    return stage === 'draft' ? id : goOn(id, type, amount, stage);
  }

  /** Brings a prepared claim further, to where it waits for money unless said otherwise. */
  async function goOn(id: string, type: Type, amount: number, stage = 'awaiting_allocation'): Promise<string> {
    for (const [name, step] of steps(type, amount)) {
      await step(id);
      if (name === stage) return id;
    }
    const { status } = await record(id);
    if (stage === 'final') return id;
    if (status === 'central_review') await when(central, 'ratify', id, { committeeNo: 1, decisionNo: 'D-1' });
    if (stage === 'ratified') return id;
    await when(clerk, 'sendToFinance', id, {}, letter);
    if (stage === 'sent_to_finance') return id;
    await when(finance, 'passFinanceAudit', id);
    return id;
  }

  async function record(id: string): Promise<CaseRecord<Claim>> {
    const loaded = (await w.cases.load(claim, id)).record;
    const { state } = loaded;
    if (!isClaim(state)) throw new Error(`no claim ${id}`);
    return { ...loaded, state };
  }
  const isClaim = (state: { readonly status: string }): state is Claim => state.status !== 'none';

  /** Gives the commands in the claim's own stream that its last refused reservation calls for, as the reactor does. */
  async function follow(id: string): Promise<readonly FollowUp[]> {
    const { history } = await w.cases.load(claim, id);
    const called = history.flatMap((event) => [...claimFollowUps(event as never)]);
    for (const next of called.filter((one) => one.process === 'claim'))
      await when('claims', next.command, next.id ?? '', next.input);
    return called;
  }

  /** An open batch of a governorate, as its own stream tells it. */
  async function batch(at = governorate): Promise<string> {
    const id = randomUUID();
    const data = { batchNo: 1, allocation: randomUUID(), governorate: at, fiscalYear: 2026 };
    await w.given('paymentBatch', id, { type: 'PaymentBatchOpened', data });
    return id;
  }

  const people = { clerk, chair, assessor, central, finance, accounts, lawyer };
  return {
    ...people,
    w,
    when,
    openOffice,
    subcommittee,
    someoneNamed,
    company,
    preparation,
    prepared,
    submission,
    assess,
    notify,
    periodOver,
    upTo,
    goOn,
    record,
    follow,
    batch,
  };
}

const allPapers = [
  'identity',
  'residence_card',
  'title_or_occupancy',
  'damage_photos',
  'death_certificate',
  'inheritance_deed',
  'investigation_papers',
  'police_complaint',
  'missing_person_certificate',
  'medical_report',
  'employer_or_school_letter',
] as const;
