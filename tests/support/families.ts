import { randomUUID } from 'node:crypto';
import { application, applicationFollowUps } from '../../src/domain/application/index.ts';
import { duplicate, duplicateFollowUps } from '../../src/domain/duplicate/index.ts';
import { type HouseholdState, household, householdFollowUps } from '../../src/domain/household/index.ts';
import type { RecordedEvent } from '../../src/domain/kernel/envelope.ts';
import { categoryOf } from '../../src/domain/kernel/envelope.ts';
import type { FollowUp } from '../../src/domain/kernel/followUp.ts';
import type { Process } from '../../src/domain/kernel/process.ts';
import { office } from '../../src/domain/office/index.ts';
import { type PersonState, person } from '../../src/domain/person/index.ts';
import { staff } from '../../src/domain/staff/index.ts';
import { colleague, type Person, someone, world } from './scenario.ts';

type Table = (event: never) => readonly FollowUp[];
const TABLES: Readonly<Record<string, Table>> = {
  application: applicationFollowUps,
  household: householdFollowUps,
  duplicate: duplicateFollowUps,
};

/** The follow-ups the tables name for an event; the codec has held its data to the shapes they read. */
const followUpsOf = (event: RecordedEvent): readonly FollowUp[] => TABLES[categoryOf(event.meta.stream)]?.(event as never) ?? [];

/** A letter, as the record of a command names it. */
export const letter = { record: { letterRef: { number: '41/7', date: '2026-02-01', issuedBy: 'Mayor' } } };

/** A world in which families register: a branch with its officers, another branch, headquarters; reactors follow at once. */
export async function families(start = '2026-03-01T08:00:00.000Z', more: readonly Process[] = []) {
  const w = world([person, application, household, duplicate, office, staff, ...more], start);
  const registrar = someone('registrar');
  const verifier = colleague(registrar, 'verifier');
  const head = colleague(registrar, 'headOfBranch');
  const elsewhere = someone('registrar', { organisation: registrar.post.organisation, governorate: 'IQG01' });
  const elsewhereVerifier = colleague(elsewhere, 'verifier');
  const headquarters = someone('branchesAffairs', { organisation: registrar.post.organisation, governorate: 'IQG07' });

  /** Does what the events of a stream from a revision on call for, and what that calls for in turn. */
  async function follow(stream: string, from: number): Promise<void> {
    const process = w.registry.ofStream(stream);
    const { history } = await w.cases.load(process, stream.slice(stream.indexOf('-') + 1));
    for (const event of history.slice(from)) {
      for (const [at, next] of followUpsOf(event).entries()) {
        const target = `${next.process}-${next.id}`;
        const before = (await w.log.read(target)).length;
        const principal = { kind: 'system', name: 'followUps', ...(next.office ? { office: next.office } : {}) } as const;
        const { command, id, input } = next;
        await w.executor.execute({ process: next.process, command, id, input, principal, key: `${event.meta.eventId} ${at}` });
        await follow(target, before);
      }
    }
  }

  /** Gives a command and lets the reactors follow. */
  const when: typeof w.when = async (by, process, command, id, input, extra) => {
    const before = id === undefined ? 0 : (await w.log.read(`${process}-${id}`)).length;
    const done = await w.when(by, process, command, id, input, extra);
    await follow(`${process}-${done.outcome.id}`, before);
    return done;
  };

  async function member(by: Person = registrar, details: object = {}): Promise<string> {
    const input = { name: { ar: { first: 'Member', father: 'Father' } }, sex: 'female', ...details };
    return (await when(by, 'person', 'register', undefined, input)).outcome.id;
  }
  const adult = (by: Person = registrar, details: object = {}) =>
    member(by, { birth: { date: '1980-05-05', precision: 'day' }, ...details });
  const child = (by: Person = registrar, details: object = {}) =>
    member(by, { birth: { date: '2015-05-05', precision: 'day' }, ...details });

  const submission = (head: string, others: readonly string[] = []) => ({
    members: [{ person: head, relation: 'head' }, ...others.map((one) => ({ person: one, relation: 'daughter' }))],
    head,
    origin: { adm1: 'IQG15', adm2: 'IQG15Q07', adm3: 'IQG15Q07N03', declaredText: 'a village by the river' },
    legs: [
      {
        from: 'IQG15Q07N03',
        to: 'IQG09',
        on: { date: '2014-08-01', precision: 'month' },
        wave: 'aug_2014',
        cause: 'conflict',
        source: 'family',
      },
    ],
    place: { siteType: 'camp', shelter: 'camp', area: 'IQG15Q02' },
    consent: {
      scopes: ['registration', 'referral'],
      recipients: [],
      fields: ['name', 'phone'],
      givenBy: head,
      means: 'thumbprint',
      language: 'ar',
      explainedBy: 'officer at the desk',
    },
  });

  /** An application as far as it is asked for. */
  async function drafted(applicant: string, by: Person = registrar): Promise<string> {
    const { outcome } = await when(by, 'application', 'start', undefined, { applicant, capacity: 'adult_member' });
    return outcome.id;
  }
  async function submitted(applicant: string, others: readonly string[] = [], change: object = {}, by: Person = registrar) {
    const id = await drafted(applicant, by);
    await when(by, 'application', 'submit', id, { ...submission(applicant, others), ...change });
    return id;
  }
  const check = { algorithmVersion: 'person-match-1/test', findings: [] as object[] };
  async function verified(applicant: string, others: readonly string[] = [], change: object = {}, by: Person = registrar) {
    const id = await submitted(applicant, others, change, by);
    const officer = by === elsewhere ? elsewhereVerifier : verifier;
    await when(officer, 'application', 'beginVerification', id, {});
    await when(officer, 'application', 'recordDuplicateCheck', id, check);
    return id;
  }

  /** A registered household: head, two daughters, and its ids. */
  async function registered(by: Person = registrar, fileNo: string = randomUUID().slice(0, 8), change: object = {}) {
    const [mother, one, two] = [await adult(by), await child(by), await child(by)];
    const application = await verified(mother, [one, two], change, by);
    const { events } = await when(by === elsewhere ? elsewhereVerifier : verifier, 'application', 'accept', application, {
      fileNo,
    });
    const { household: id } = events[0]!.data as { household: string };
    return { id, application, fileNo, mother, daughters: [one, two] as const };
  }

  const familyOf = async (id: string) => {
    const { record } = await w.cases.load(household, id);
    return { ...record, state: record.state as HouseholdState };
  };
  const personOf = async (id: string) => (await w.cases.load(person, id)).record.state as PersonState;

  return {
    w,
    when,
    registrar,
    verifier,
    head,
    elsewhere,
    elsewhereVerifier,
    headquarters,
    member,
    adult,
    child,
    submission,
    drafted,
    submitted,
    verified,
    registered,
    familyOf,
    personOf,
    check,
    follow,
  };
}
