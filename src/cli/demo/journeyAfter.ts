import type { Teller } from './client.ts';
import type { Directory } from './directory.ts';
import { type Days, ORIGIN, type Travellers } from './journeyFamily.ts';
import { until } from './steps.ts';

interface Returned {
  readonly client: Teller;
  readonly directory: Directory;
  readonly family: Travellers;
  readonly movement: string;
  readonly on: Days;
}

/** What came after the arrival: the grant, the second visit, the claim and the referral, and that the return did not hold. */
export async function afterReturn(told: Returned): Promise<string> {
  await approveGrant(told);
  const claim = await visit(told);
  await leaveAgain(told);
  return claim;
}

/** The file is closed on the family's word, and the grant of 4,000,000 dinars approved by a second officer. */
async function approveGrant({ client, family, on }: Returned): Promise<void> {
  const { household, mother } = family;
  const home = `/v1/households/${household}`;
  await until('the household to be returned', async () => {
    const { status } = await client.get<{ status: string }>('duhok.registrar', home);
    return !['displaced', 'departing'].includes(status) || undefined;
  });
  const closing = { reason: 'solution_reached', word: { how: 'asked', by: mother, on: '2024-11-18' }, record: on('2024-11-18') };
  await client.decide('duhok.registrar', home, 'close-file', 'travellers close', closing);
  const id = await until('the grant that follows from the arrival', async () => {
    const { items } = await client.get<{ items: readonly { process: string; id: string }[] }>(
      'duhok.verifier',
      `/v1/cases?household=${household}&limit=100`,
    );
    return items.find((one) => one.process === 'returnGrant')?.id;
  });
  const path = `/v1/return-grants/${id}`;
  const day = '2024-11-20';
  const enter = (command: string, input: object = {}) =>
    client.give('duhok.verifier', `${path}/${command}`, `grant ${command}`, { ...input, record: on(day) });
  await enter('apply');
  await enter('verify-file-closure');
  const letterRef = { number: '61/9', date: day, issuedBy: 'هيئة التدقيق' };
  const audit = { duplicates: 'none', record: { ...on(day), letterRef } };
  await client.give('duhok.verifier', `${path}/record-audit`, 'grant audit', audit);
  await client.decide('duhok.head', path, 'approve', 'grant approve', { record: on(day) });
}

/** The second round finds a destroyed house and no papers for school. */
async function visit({ client, directory, family, movement, on }: Returned): Promise<string> {
  const day = '2025-01-10';
  const { household, mother, father, consent } = family;
  const held = { round: 2, toolVersion: 'm1', riskLevel: 'high', risks: ['no_shelter', 'documents'] };
  const round = { ...held, actions: ['claim_prepared', 'referral'], record: on(day) };
  await client.give('ninewa.registrar', `/v1/movements/${movement}/record-monitoring-round`, 'round 2', round);
  const { id: claim } = await client.give('mosul.lawyer', '/v1/claims', 'travellers claim', {
    claimant: father,
    capacity: 'owner',
    incident: { date: { date: '2014-08-01', precision: 'month' }, area: ORIGIN.adm3, cause: 'military_operation' },
    loss: { type: 'property', items: [{ item: 'house', kind: 'house', deedNo: '1101/7', damage: 4 }], occupation: 'destroyed' },
    household,
    branch: directory.offices.duhok,
    record: on(day),
  });
  const service = directory.services.find((one) => one.need === 'civil_documents');
  const sender = 'duhok.registrar';
  const { id: referral } = await client.give(sender, '/v1/referrals', 'travellers referral', {
    providerId: service?.provider,
    serviceId: service?.service,
    needCode: 'civil_documents',
    urgency: 'urgent',
    contact: '+964 770 000 0003',
    householdId: household,
    personId: mother,
    client: {
      kind: 'person',
      name: 'أم العائلة',
      ageBand: '18-59',
      sex: 'female',
      area: ORIGIN.adm3,
      safeContact: { time: 'morning', channel: 'call', at: '+964 770 000 0004', workerSex: 'female' },
      needSummary: 'two children cannot go to school without birth certificates',
    },
    record: on(day),
  });
  const sending = { consent: { basis: 'recorded', consentId: consent }, record: on(day) };
  await client.give(sender, `/v1/referrals/${referral}/send`, 'travellers referral send', sending);
  return claim;
}

/** The family leaves again, and is seen at home twice: its status stays, somebody is to visit it. */
async function leaveAgain({ client, family, movement, on }: Returned): Promise<void> {
  const failure = { leftOn: '2025-03-01', causes: ['no_shelter', 'documents'], newPlace: 'IQG09', record: on('2025-03-01') };
  await client.decide('ninewa.head', `/v1/movements/${movement}`, 'declare-failed', 'movement failed', failure);
  const home = `/v1/households/${family.household}`;
  await until('the file to be open again', async () => {
    const { status } = await client.get<{ status: string }>('duhok.registrar', home);
    return status === 'secondary_displaced' || undefined;
  });
  const seen = [
    { area: ORIGIN.adm3, kind: 'origin', observedOn: '2025-03-20' },
    { area: 'IQG09', kind: 'camp', observedOn: '2025-03-25' },
    { area: ORIGIN.adm3, kind: 'origin', observedOn: '2025-04-01' },
  ];
  for (const one of seen) {
    const body = { ...one, observer: 'camp_management', confidence: 'high', record: on('2025-04-02') };
    await client.give('duhok.registrar', `${home}/report-presence`, `presence ${one.observedOn}`, body);
  }
}
