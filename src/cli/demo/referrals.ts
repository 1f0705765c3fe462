import type { Client } from './client.ts';
import { type DemoService, staffId } from './directory.ts';
import type { Family } from './families.ts';
import type { Random } from './random.ts';

const HOUR = 3_600_000;

/** Where a referral of the story stands in the end. */
const FATES = [
  'sent',
  'late',
  'received',
  'returned',
  'accepted',
  'in_progress',
  'completed',
  'closed',
  'rejected',
  'withdrawn',
] as const;
type Fate = (typeof FATES)[number];

export const dayOf = (instant: number): string => new Date(instant + 3 * HOUR).toISOString().slice(0, 10);

/** One referral from a branch to a partner, as far as its fate takes it. `start` is the beginning of the story. */
export async function refer(
  client: Client,
  random: Random,
  index: number,
  family: Family,
  service: DemoService,
  start: number,
): Promise<void> {
  if (!family.household) return;
  const fate: Fate = FATES[index % FATES.length] ?? 'sent';
  const sender = `${family.branch}.registrar`;
  const receiver = `${service.partner}.focal`;
  const key = (what: string) => `referral ${index} ${what}`;
  const urgency = fate === 'late' ? 'urgent' : random.pick(['normal', 'normal', 'urgent', 'emergency']);
  // The late one was sent forty hours ago: past its window for an answer, on paper until today.
  const record = fate === 'late' ? { record: { occurredAt: new Date(start - 40 * HOUR).toISOString() } } : {};
  const household = await client.get<{ state: { consents: readonly { id: string }[]; place?: { area: string } } }>(
    sender,
    `/v1/households/${family.household}`,
  );
  const drafted = await client.give(sender, '/v1/referrals', key('draft'), {
    providerId: service.provider,
    serviceId: service.service,
    needCode: service.need,
    urgency,
    contact: '+964 770 000 0001',
    householdId: family.household,
    personId: family.headId,
    client: {
      kind: 'person',
      name: family.head.name.ar[0],
      ageBand: '18-59',
      sex: family.head.sex,
      area: household.state.place?.area.length === 11 ? household.state.place.area : 'IQG15Q05N01',
      safeContact: { time: 'morning', channel: 'call', at: '+964 770 000 0002', workerSex: 'any' },
      needSummary: 'asks for help with the service named',
    },
    ...record,
  });
  const path = `/v1/referrals/${drafted.id}`;
  const consent = { basis: 'recorded', consentId: household.state.consents[0]?.id };
  await client.give(sender, `${path}/send`, key('send'), { consent, ...record });
  if (fate === 'sent' || fate === 'late') return;
  if (fate === 'withdrawn') {
    await client.give(sender, `${path}/withdraw-by-client`, key('withdraw'), { by: 'client' });
    return;
  }
  await client.give(receiver, `${path}/acknowledge`, key('acknowledge'), {});
  if (fate === 'received') return;
  if (fate === 'returned') {
    await client.give(receiver, `${path}/return`, key('return'), { missing: ['documents'] });
    return;
  }
  if (fate === 'rejected') {
    await client.give(receiver, `${path}/reject`, key('reject'), { reasonCode: 'no_capacity', alternative: 'referral_desk' });
    return;
  }
  await client.give(receiver, `${path}/accept`, key('accept'), {
    owner: staffId(receiver),
    plannedDate: dayOf(start + 7 * 24 * HOUR),
  });
  if (fate === 'accepted') return;
  await client.give(receiver, `${path}/start`, key('start'), { contactedOn: dayOf(start) });
  if (fate === 'in_progress') return;
  await client.give(receiver, `${path}/complete`, key('complete'), { outcome: 'delivered' });
  if (fate === 'completed') return;
  const answer = { answer: 'given', satisfied: true, received: true };
  await client.give(sender, `${path}/give-feedback`, key('client says'), { of: 'client', ...answer });
  await client.give(receiver, `${path}/give-feedback`, key('receiver says'), { of: 'receiver', ...answer });
  await client.give(sender, `${path}/close`, key('close'), {});
}
