import { randomUUID } from 'node:crypto';
import { household } from '../../src/domain/household/index.ts';
import type { Process } from '../../src/domain/kernel/process.ts';
import { office } from '../../src/domain/office/index.ts';
import { organisation } from '../../src/domain/organisation/index.ts';
import { person } from '../../src/domain/person/index.ts';
import { provider } from '../../src/domain/provider/index.ts';
import { CLIENT_FIELDS, referral } from '../../src/domain/referral/index.ts';
import { staff } from '../../src/domain/staff/index.ts';
import { colleague, type Person, someone, world } from './scenario.ts';

/** A Sunday, 08:00 in Baghdad. */
export const START = '2026-03-01T05:00:00.000Z';

export const terms = {
  needs: ['civil_documents', 'legal_counselling'],
  areas: ['IQG15'],
  eligibility: {},
  hours: 'Sunday to Thursday, 08:00 to 14:00',
  cost: 'free',
  staffSex: 'both',
  accessibility: ['step_free'],
  languages: ['ar', 'ckb'],
  capacity: { level: 'open' },
};

export const client = {
  kind: 'person',
  name: 'Client A',
  ageBand: '18-59',
  sex: 'female',
  area: 'IQG15Q07N03',
  safeContact: { time: 'morning', channel: 'call', at: '+9647700000001', workerSex: 'female' },
  needSummary: 'Needs a new civil status identity card',
};

/** A world with a referral desk, a directory, a sending branch, and one provider that answers legal needs in Ninewa. */
export async function referrals(start = START, more: readonly Process[] = []) {
  const w = world([organisation, office, staff, person, household, provider, referral, ...more], start);
  const desk = someone('referralDesk');

  const register = async (at: { organisation?: string; governorate?: string } = {}) => {
    const manager = someone('providerManager', at);
    const { organisation: id } = manager.post;
    const names = { ar: 'منظمة', en: 'Organisation' };
    if ((await w.log.read(`organisation-${id}`)).length === 0)
      await w.given('organisation', id, { type: 'OrganisationRegistered', data: { kind: 'ngo', names, from: '2020-01-01' } });
    const { outcome } = await w.when(desk, 'provider', 'register', undefined, { organisation: id, phone: '+964 770 000 0000' });
    return { manager, id: outcome.id, organisation: id };
  };
  const addService = async (to: { manager: Person; id: string }, change: object = {}): Promise<string> => {
    const { events } = await w.when(to.manager, 'provider', 'addService', to.id, { ...terms, ...change });
    return (events[0]!.data as { service: string }).service;
  };
  const listSpecialised = async (to: { id: string }, sensitive: string): Promise<string> => {
    const { needs: _, ...rest } = terms;
    const { events } = await w.when(desk, 'provider', 'listSpecialised', to.id, { ...rest, sensitive });
    return (events[0]!.data as { service: string }).service;
  };

  const sender = someone('partnerCaseworker');
  const receiver = await register();
  const serviceId = await addService(receiver);
  const focal = colleague(receiver.manager, 'referralFocalPoint');
  const ask = {
    providerId: receiver.id,
    serviceId,
    needCode: 'civil_documents',
    urgency: 'normal',
    contact: '+9647700000009',
    client,
  };
  const consentForm = {
    ref: 'form 12',
    givenOn: '2026-02-28',
    givenBy: 'client',
    recipients: [receiver.organisation],
    fields: [...CLIENT_FIELDS],
  };
  const onForm = { consent: { basis: 'form', form: consentForm } };

  const draft = async (change: object = {}) =>
    (await w.when(sender, 'referral', 'draft', undefined, { ...ask, ...change })).outcome.id;
  const send = (id: string, input: object = onForm) => w.when(sender, 'referral', 'send', id, input);

  const today = '2026-03-01';
  /** The commands that lead through the whole table, with who gives them. */
  const steps = {
    acknowledge: [focal, {}],
    accept: [focal, { owner: focal.id, plannedDate: today }],
    start: [focal, { contactedOn: today }],
    complete: [focal, { outcome: 'delivered' }],
  } as const;
  /** A referral brought up to a state of the way that everything goes well on. */
  const upTo = async (state: string, change: object = {}): Promise<string> => {
    const id = await draft(change);
    if (state === 'draft') return id;
    await send(id);
    for (const [status, command] of [
      ['sent', undefined],
      ['received', 'acknowledge'],
      ['accepted', 'accept'],
      ['in_progress', 'start'],
      ['completed', 'complete'],
    ] as const) {
      if (command) await w.when(steps[command][0], 'referral', command, id, steps[command][1]);
      if (status === state) return id;
    }
    throw new Error(`no way to ${state}`);
  };
  const load = async (id: string) => (await w.cases.load(referral, id)).record;

  /** A family whose consent is on record. */
  const family = async (consent: object = {}) => {
    const [id, consentId] = [randomUUID(), randomUUID()];
    const data = {
      consent: consentId,
      scopes: ['referral'],
      recipients: [receiver.organisation],
      fields: [...CLIENT_FIELDS],
      givenBy: randomUUID(),
      means: 'signature',
      language: 'ar',
      explainedBy: 'officer',
      ...consent,
    };
    await w.given('household', id, { type: 'ConsentGiven', data });
    return { id, consentId };
  };

  return {
    ...{ w, desk, register, addService, listSpecialised, sender, receiver, serviceId, focal, ask, consentForm, onForm },
    ...{ draft, send, steps, upTo, load, family },
  };
}
