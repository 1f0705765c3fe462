import type { Entry, World } from './support.ts';

const clock = (wait: string, due: string) => ({ clocks: { [wait]: { due, rule: 'parcel.clock', version: 'default' } } });

/** Life stories of parcels, interleaved in the log as they are in an office: every kernel event that changes a queue occurs. */
export async function parcelStories(world: World, cases: number): Promise<readonly string[]> {
  const { random, write } = world;
  const ids = Array.from({ length: cases }, () => random.uuid());
  const households = Array.from({ length: Math.ceil(cases / 3) }, () => random.uuid());
  const stories = new Map(ids.map((id) => [id, storyOf(world, random.pick(households))]));
  while (stories.size > 0) {
    const id = random.pick([...stories.keys()]);
    const [append, ...rest] = stories.get(id)!;
    if (append === undefined) stories.delete(id);
    else {
      await write('parcel', id, ...append);
      stories.set(id, rest);
    }
  }
  return ids;
}

/** One list an append. */
function storyOf({ random, now }: World, household: string): readonly (readonly Entry[])[] {
  const to = random.pick(['carrierA', 'carrierB']);
  const due = new Date(Date.parse(now()) + 4 * 3_600_000).toISOString();
  const requested = {
    to,
    household,
    urgency: random.pick(['emergency', 'urgent', 'normal'] as const),
    name: `name of ${random.next()}`,
    contents: 'papers',
    expires: '2026-06-01',
  };
  const start: Entry = { type: 'ParcelRequested', data: requested, meta: clock('send', due) };
  const sent: Entry = { type: 'ParcelSent', data: { weight: 3 }, meta: clock('deliver', due) };
  const chance = (likelihood: number, ...entries: readonly Entry[]) => (random.next() < likelihood ? [entries] : []);
  const corrected = { ...requested, urgency: 'emergency' as const, to: 'carrierC' };
  const correction = { of: 0, type: 'ParcelRequested', fields: ['to', 'urgency'], after: corrected, reason: 'misread' };
  const office = { organisation: 'ministry', office: 'erbil', governorate: 'IQG11' };
  const opening =
    random.next() < 0.2
      ? [
          { type: 'CaseAdopted', data: { source: 'paper', facts: 1 } },
          { ...start, meta: { occurredAt: '2019-05-05T05:00:00.000Z' } },
        ]
      : [start];
  return [
    opening,
    ...(opening.length > 1 ? [[{ type: 'AdoptionConfirmed', data: {} }]] : []),
    ...chance(0.6, { type: 'CaseTaken', data: { wait: 'send', staff: random.pick(['zahra', 'karim']) } }),
    ...chance(0.3, { type: 'NoteAdded', data: { text: 'rang twice' } }),
    ...chance(0.3, { type: 'CaseReleased', data: { wait: 'send' } }),
    ...chance(0.3, { type: 'ClockPaused', data: { wait: 'send', reason: 'road closed' } }),
    ...chance(0.2, { type: 'ClockResumed', data: { wait: 'send', due: '2026-04-01T08:00:00.000Z' } }),
    ...chance(0.4, { type: 'WaitEscalated', data: { wait: 'send', level: 1, due } }),
    ...chance(0.3, {
      type: 'CaseShared',
      data: { reader: { kind: 'office', id: random.uuid() }, purpose: 'help', until: '2026-12-31' },
    }),
    ...chance(
      0.3,
      { type: 'TransferOffered', data: { to: office, reason: 'moved' } },
      { type: 'TransferAccepted', data: { to: office } },
    ),
    ...chance(0.8, sent),
    ...chance(0.4, { type: 'ParcelReturned', data: { reason: 'wrong door' } }),
    ...chance(0.4, { type: 'CaseCorrected', data: correction, meta: { correctionOf: 0 } }),
    ...chance(0.5, sent, { type: 'ParcelDelivered', data: {} }),
    ...chance(0.2, { type: 'CaseReopened', data: { reason: 'not the door' } }),
    ...chance(0.15, { type: 'CaseRetracted', data: { reason: 'wrong file' } }),
  ];
}
