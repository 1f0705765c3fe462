import { randomUUID } from 'node:crypto';
import { followUps as ofClaim } from '../../src/domain/claim/followUps.ts';
import { type DocRequestState, docRequest, docRequestFollowUps } from '../../src/domain/docRequest/index.ts';
import { household } from '../../src/domain/household/index.ts';
import { papersMissing as ofFamily } from '../../src/domain/household/papers.ts';
import { categoryOf, type RecordedEvent } from '../../src/domain/kernel/envelope.ts';
import { Refused } from '../../src/domain/kernel/errors.ts';
import type { FollowUp } from '../../src/domain/kernel/followUp.ts';
import type { Process } from '../../src/domain/kernel/process.ts';
import { followUps as ofMovement } from '../../src/domain/movement/followUps.ts';
import { office } from '../../src/domain/office/index.ts';
import { organisation } from '../../src/domain/organisation/index.ts';
import { person } from '../../src/domain/person/index.ts';
import { papersMissing as ofPerson } from '../../src/domain/person/papers.ts';
import { followUps as ofGrant } from '../../src/domain/returnGrant/followUps.ts';
import { colleague, someone, world } from './scenario.ts';

type Table = (event: never) => readonly FollowUp[];
const TABLES: Readonly<Record<string, Table>> = {
  docRequest: docRequestFollowUps,
  person: ofPerson,
  household: ofFamily,
  claim: ofClaim,
  movement: ofMovement,
  returnGrant: ofGrant,
};
const followUpsOf = (event: RecordedEvent): readonly FollowUp[] => TABLES[categoryOf(event.meta.stream)]?.(event as never) ?? [];

export const letter = { record: { letterRef: { number: '12/4', date: '2026-02-20', issuedBy: 'Mukhtar' } } };
export const paper = { record: { evidence: [{ docType: 'scan', ref: 'doc-1' }] } };

/** A branch, a legal partner, a court and a civil affairs office in one governorate; follow-ups happen at once. */
export async function papers(start = '2026-03-01T08:00:00.000Z', more: readonly Process[] = []) {
  const w = world([docRequest, person, household, organisation, office, ...more], start);
  const registrar = someone('registrar');
  const head = colleague(registrar, 'headOfBranch');
  const lawyer = someone('legalPartner');
  const clerk = someone('courtClerk');
  const civil = someone('civilAffairs');
  const names = { ar: 'دائرة', en: 'Office' };
  for (const one of [civil, clerk]) {
    const { organisation: of, office: id = '', governorate } = one.post;
    const data = { organisation: of, kind: 'court', names, governorate, from: '2000-01-01' };
    await w.given('office', id, { type: 'OfficeOpened', data });
  }
  await w.given('organisation', lawyer.post.organisation, {
    type: 'OrganisationRegistered',
    data: { kind: 'ngo', names, from: '2000-01-01' },
  });

  /** Does what the events of a stream from a revision on call for; what is refused is passed over, as by the reactor. */
  async function follow(stream: string, from: number): Promise<void> {
    const process = w.registry.ofStream(stream);
    const { history, record } = await w.cases.load(process, stream.slice(stream.indexOf('-') + 1));
    for (const event of history.slice(from)) {
      for (const [at, next] of followUpsOf(event).entries()) {
        const principal = { kind: 'system', name: 'followUps', ...(record.owner ? { office: record.owner } : {}) } as const;
        const { command, id, input } = next;
        const key = `${event.meta.eventId} ${at}`;
        const before = await w.log.head();
        const done = await w.executor
          .execute({ process: next.process, command, id, input, principal, key })
          .catch((error: unknown) => {
            if (error instanceof Refused) return undefined;
            throw error;
          });
        // What had nothing left to do wrote nothing: its stream's last event is not followed twice.
        if (done && (await w.log.head()) !== before) await follow(`${next.process}-${done.id}`, done.revision);
      }
    }
  }

  const when: typeof w.when = async (by, process, command, id, input, extra) => {
    const before = id === undefined ? 0 : (await w.log.read(`${process}-${id}`)).length;
    const done = await w.when(by, process, command, id, input, extra);
    await follow(`${process}-${done.outcome.id}`, before);
    return done;
  };

  /** Somebody on record, an adult unless said otherwise. */
  async function born(date = '1990-05-05'): Promise<string> {
    const id = randomUUID();
    const data = { name: { ar: { first: 'شخص' } }, sex: 'female', birth: { date, precision: 'day' } };
    await w.given('person', id, { type: 'PersonRegistered', data, by: registrar });
    return id;
  }

  const give = (by: Parameters<typeof when>[0], command: string, id: string, input: object, extra?: Parameters<typeof when>[5]) =>
    when(by, 'docRequest', command, id, input, extra);

  const need = async (input: object): Promise<string> =>
    (await when(registrar, 'docRequest', 'identifyNeed', undefined, { reason: 'lost', ...input })).outcome.id;

  const load = async (id: string) => {
    const { record, history } = await w.cases.load(docRequest, id);
    return { ...record, state: record.state as DocRequestState, history };
  };

  const STEPS: readonly (readonly [string, (id: string, whose: string) => Promise<unknown>])[] = [
    ['counselled', (id) => give(lawyer, 'counsel', id, { by: 'lawyer', mode: 'in_person', minutes: 30, advice: ['rights'] })],
    [
      'evidence_gathering',
      async (id) => {
        await give(lawyer, 'authorise', id, {}, paper);
        await give(lawyer, 'recordEvidence', id, { kind: 'witness_statement' }, paper);
      },
    ],
    ['application_filed', (id) => give(lawyer, 'file', id, { office: civil.post.office, applicationNo: 'A-1' })],
    ['issued', (id) => give(civil, 'issue', id, { number: 'N-99', issuedOn: '2026-03-01' })],
    ['delivered', (id, whose) => give(lawyer, 'deliver', id, { receivedBy: whose, on: '2026-03-01' }, paper)],
    ['verified_in_use', (id) => give(lawyer, 'verifyInUse', id, { usedFor: 'school', on: '2026-03-01' })],
  ];
  /** A lost civil record of somebody, the request for it brought as far as this state. */
  async function upTo(state: string, whose?: string, input: object = {}): Promise<string> {
    const of = whose ?? (await born());
    const id = await need({ docType: 'civil_record', person: of, ...input });
    await give(registrar, 'confirmEligibility', id, { provider: lawyer.post.organisation });
    for (const [reached, step] of STEPS) {
      if ((await load(id)).status === state) break;
      await step(id, of);
      if (reached === state) break;
    }
    return id;
  }
  return { w, when, give, need, load, born, upTo, follow, registrar, head, lawyer, clerk, civil };
}
