import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { registry } from '../../src/domain/index.ts';
import { wordFor } from '../../src/domain/kernel/caseLabels.ts';
import { GLOSSARY, type Label } from '../../src/domain/kernel/labels.ts';
import { isOpen } from '../../src/domain/kernel/privacy.ts';
import { provider } from '../../src/domain/provider/index.ts';
import { CLIENT_FIELDS, type ReferralState, referral } from '../../src/domain/referral/index.ts';
import { canonical, Payload, saysTooMuch } from '../../src/domain/referral/payload.ts';
import { neverWords } from '../../src/domain/referral/policy.ts';
import { client, referrals, START } from '../support/referrals.ts';
import { colleague, type Person, refused, someone } from '../support/scenario.ts';

type Sent = Extract<ReferralState, { status: 'sent' }>;
type World = Awaited<ReturnType<typeof referrals>>;

const HOUR = 3_600_000;
const later = (hours: number, from = START) => new Date(Date.parse(from) + hours * HOUR).toISOString();

// The way everything goes well on, and the ways off it: the table of domain.md §8.1, row by row.

t.test('a referral is drafted, sent, acknowledged, accepted, started, completed, spoken of by both and closed', async (t) => {
  const { w, sender, focal, receiver, draft, send, load } = await referrals();
  const id = await draft();
  const waitsFor = async () => (await load(id)).waits.map((one) => [one.key, one.party, one.holder?.organisation]);
  t.same(await waitsFor(), [['send', 'sender', undefined]]);
  const to = receiver.organisation;
  const sent = await send(id);
  t.match(sent, { outcome: { status: 'sent' }, events: [{ type: 'ReferralSent' }] });
  t.same(await waitsFor(), [['acknowledge', 'receiver', to]]);
  const steps = [
    [focal, 'acknowledge', {}, 'ReferralReceived', 'received', [['respond', 'receiver', to]]],
    [
      focal,
      'accept',
      { owner: focal.id, plannedDate: '2026-03-05' },
      'ReferralAccepted',
      'accepted',
      [['start', 'receiver', to]],
    ],
    [focal, 'start', { contactedOn: '2026-03-01' }, 'ReferralStarted', 'in_progress', [['complete', 'receiver', to]]],
    [focal, 'progress', { note: 'papers filed' }, 'ReferralProgressRecorded', 'in_progress', [['complete', 'receiver', to]]],
    [
      ...([focal, 'complete', { outcome: 'delivered' }, 'ReferralCompleted', 'completed'] as const),
      [
        ['clientFeedback', 'sender', undefined],
        ['receiverFeedback', 'receiver', to],
      ],
    ],
    [
      ...([sender, 'giveFeedback', { of: 'client', answer: 'given', satisfied: true, received: true }] as const),
      ...(['ReferralFeedbackReceived', 'feedback_due', [['receiverFeedback', 'receiver', to]]] as const),
    ],
    [
      ...([focal, 'giveFeedback', { of: 'receiver', answer: 'given', satisfied: true, received: true }] as const),
      ...(['ReferralFeedbackReceived', 'feedback_due', [['close', 'sender', undefined]]] as const),
    ],
    [sender, 'close', {}, 'ReferralClosed', 'closed', []],
  ] as const;
  for (const [by, command, input, event, status, waits] of steps) {
    const done = await w.when(by, 'referral', command, id, input);
    t.match(done, { outcome: { status }, events: [{ type: event }] }, command);
    t.same(await waitsFor(), waits, command);
  }
});

t.test('what misses data goes back with a list, is completed by the sender and sent again', async (t) => {
  const { w, sender, focal, ask, send, upTo, load } = await referrals();
  const id = await upTo('received');
  const back = await w.when(focal, 'referral', 'return', id, { missing: ['needSummary'], note: 'which document?' });
  t.match(back, { outcome: { status: 'returned' }, events: [{ type: 'ReferralReturned', data: { missing: ['needSummary'] } }] });
  t.match((await load(id)).waits, [{ key: 'supplement', party: 'sender' }]);
  await refused(t, w.when(focal, 'referral', 'return', id, { missing: [] }), 'INVALID_INPUT');
  const change = { ...ask, client: { ...client, needSummary: 'Needs a unified national card' } };
  t.equal((await w.when(sender, 'referral', 'updateDraft', id, change)).outcome.status, 'draft');
  await send(id);
  const { state } = await load(id);
  t.match((state as Sent).payload.client, { needSummary: 'Needs a unified national card' });
  t.match((await load(id)).waits, [{ key: 'acknowledge' }]);
});

t.test('a rejection has one of seven reasons and an alternative; the sender redirects the referral or closes it', async (t) => {
  const { w, sender, focal, ask, consentForm, register, addService, upTo, send, load, receiver } = await referrals();
  const other = await register();
  const reasons = ['not_eligible', 'out_of_area', 'no_capacity', 'no_funding', 'duplicate', 'service_ended', 'unsafe'];
  for (const reasonCode of reasons) {
    const id = await upTo('received');
    const done = await w.when(focal, 'referral', 'reject', id, { reasonCode, alternative: 'referral_desk' });
    t.match(done, { outcome: { status: 'rejected' }, events: [{ type: 'ReferralRejected', data: { reasonCode } }] });
  }
  const id = await upTo('received');
  const reject = (input: object) => w.when(focal, 'referral', 'reject', id, { reasonCode: 'no_funding', ...input });
  await refused(t, reject({ reasonCode: 'dislike', alternative: 'referral_desk' }), 'INVALID_INPUT');
  await refused(t, reject({}), 'INVALID_INPUT');
  await refused(t, reject({ alternative: 'provider' }), 'ALTERNATIVE_NOT_NAMED');
  await refused(t, reject({ alternative: 'none_known', alternativeProviderId: other.id }), 'ALTERNATIVE_NOT_NAMED');
  await refused(t, reject({ alternative: 'provider', alternativeProviderId: receiver.id }), 'ALTERNATIVE_UNKNOWN');
  await refused(t, reject({ alternative: 'provider', alternativeProviderId: randomUUID() }), 'ALTERNATIVE_UNKNOWN');
  await reject({ alternative: 'provider', alternativeProviderId: other.id });
  t.match((await load(id)).waits, [{ key: 'redirect', party: 'sender' }]);

  const elsewhere = { ...ask, providerId: other.id, serviceId: await addService(other) };
  const redirected = await w.when(sender, 'referral', 'updateDraft', id, elsewhere);
  t.equal(redirected.outcome.status, 'draft');
  t.match(
    redirected.record.waits,
    [{ key: 'send' }, { key: `confirmDeletion:${receiver.organisation}`, holder: { organisation: receiver.organisation } }],
    'who had it first is told to delete it',
  );
  await refused(t, send(id), 'CONSENT_DOES_NOT_NAME_RECEIVER');
  await send(id, { consent: { basis: 'form', form: { ...consentForm, recipients: [other.organisation] } } });
  await refused(t, w.when(focal, 'referral', 'acknowledge', id, {}), 'NOT_FOUND');

  const closed = await upTo('received');
  await w.when(focal, 'referral', 'reject', closed, { reasonCode: 'unsafe', alternative: 'none_known' });
  t.equal((await w.when(sender, 'referral', 'close', closed, {})).outcome.status, 'closed');
});

t.test('a referral is accepted by naming who takes care of it, of the receiver, and for when', async (t) => {
  const { w, focal, upTo } = await referrals();
  const id = await upTo('received');
  const accept = (input: object) => w.when(focal, 'referral', 'accept', id, input);
  await refused(t, accept({ plannedDate: '2026-03-05' }), 'INVALID_INPUT');
  await refused(t, accept({ owner: randomUUID(), plannedDate: '2026-03-05' }), 'OWNER_NOT_OF_RECEIVER');
  await refused(t, accept({ owner: focal.id, plannedDate: '2026-02-27' }), 'PLANNED_IN_THE_PAST');
  const owner = randomUUID();
  const post = { membership: randomUUID(), role: 'partnerCaseworker', organisation: focal.post.organisation, from: '2025-01-01' };
  const identity = { issuer: 'https://id.example.org', subject: owner };
  const enrolled = { type: 'StaffEnrolled', data: { name: { ar: 'موظف' }, identity, synthetic: true } };
  await w.given('staff', owner, enrolled, { type: 'MembershipGranted', data: post });
  t.match((await accept({ owner, plannedDate: '2026-03-05' })).events, [{ data: { owner, plannedDate: '2026-03-05' } }]);
});

t.test('work begins when the client was contacted, and says why when it falls short', async (t) => {
  const { w, focal, upTo } = await referrals();
  const id = await upTo('accepted');
  const give = (command: string, input: object) => w.when(focal, 'referral', command, id, input);
  await refused(t, give('progress', { note: 'not begun' }), 'WRONG_STATE');
  await refused(t, give('start', {}), 'INVALID_INPUT');
  await refused(t, give('start', { contactedOn: '2026-03-02' }), 'CONTACT_IN_THE_FUTURE');
  await give('start', { contactedOn: '2026-03-01' });
  await refused(t, give('complete', { outcome: 'partly' }), 'SHORTFALL_NEEDS_REASON');
  await refused(t, give('complete', { outcome: 'delivered', reasonCode: 'other' }), 'NO_SHORTFALL_TO_EXPLAIN');
  t.match((await give('complete', { outcome: 'not_delivered', reasonCode: 'client_moved' })).outcome, { status: 'completed' });
});

t.test('client and receiver are asked separately, and the sender closes once both were', async (t) => {
  const { w, sender, focal, upTo } = await referrals();
  const id = await upTo('completed');
  const say = (by: Person, input: object) => w.when(by, 'referral', 'giveFeedback', id, input);
  const yes = { answer: 'given', satisfied: true, received: true };
  await refused(t, say(focal, { of: 'client', ...yes }), 'ASKED_SEPARATELY');
  await refused(t, say(sender, { of: 'receiver', ...yes }), 'ASKED_SEPARATELY');
  await refused(t, say(sender, { of: 'client', answer: 'given', satisfied: true }), 'FEEDBACK_INCOMPLETE');
  await refused(t, say(sender, { of: 'client', answer: 'not_reached', received: false }), 'NO_ANSWER_NO_FEEDBACK');
  await refused(t, w.when(sender, 'referral', 'close', id, {}), 'WRONG_STATE');
  await say(sender, { of: 'client', answer: 'given', satisfied: false, received: false });
  await refused(t, say(sender, { of: 'client', ...yes }), 'FEEDBACK_ALREADY_GIVEN');
  await refused(t, w.when(sender, 'referral', 'close', id, {}), 'FEEDBACK_STILL_DUE');
  await say(focal, { of: 'receiver', ...yes });
  await refused(t, w.when(sender, 'referral', 'close', id, {}), 'ANSWERS_DISAGREE');
  await w.when(sender, 'referral', 'close', id, { note: 'the card was issued to a relative; new referral made' });
});

t.test('a client who cannot be reached was asked all the same', async (t) => {
  const { w, sender, focal, upTo } = await referrals();
  const id = await upTo('completed');
  await w.when(sender, 'referral', 'giveFeedback', id, { of: 'client', answer: 'not_reached' });
  await w.when(focal, 'referral', 'giveFeedback', id, { of: 'receiver', answer: 'declined' });
  t.equal((await w.when(sender, 'referral', 'close', id, {})).outcome.status, 'closed');
});

t.test('the sender recalls until the referral is accepted, and may send it anew after reopening', async (t) => {
  const { w, sender, focal, receiver, upTo, send, load } = await referrals();
  for (const state of ['sent', 'received'] as const) {
    const id = await upTo(state);
    const done = await w.when(sender, 'referral', 'recall', id, { reason: 'sent to the wrong office' });
    t.match(done, { outcome: { status: 'recalled' }, events: [{ data: { toDelete: [receiver.organisation] } }] });
  }
  const late = await upTo('accepted');
  await refused(t, w.when(sender, 'referral', 'recall', late, { reason: 'too late' }), 'WRONG_STATE');
  const id = await upTo('sent');
  await refused(t, w.when(focal, 'referral', 'recall', id, { reason: 'not mine to recall' }), 'FORBIDDEN');
  await w.when(sender, 'referral', 'recall', id, { reason: 'the client asked to wait' });
  const reopened = await w.when(sender, 'referral', 'reopen', id, { reason: 'the client agrees now' });
  t.match(reopened.record.state, { status: 'draft', client: { name: 'Client A' } });
  await send(id);
  t.same(
    (await load(id)).waits.map((one) => one.key),
    ['acknowledge'],
    'the receiver has it again and deletes nothing',
  );
});

t.test('the client may withdraw at any time until the end, told by either side, and receivers are told to delete', async (t) => {
  const { w, sender, focal, receiver, upTo } = await referrals();
  for (const state of ['draft', 'sent', 'received', 'accepted', 'in_progress', 'completed'] as const) {
    const id = await upTo(state);
    const by = state === 'draft' || state === 'sent' ? sender : focal;
    const { outcome, events, record } = await w.when(by, 'referral', 'withdrawByClient', id, { by: 'client' });
    const toDelete = state === 'draft' ? [] : [receiver.organisation];
    t.equal(outcome.status, 'withdrawn_by_client', state);
    t.same(events, [{ type: 'ReferralWithdrawn', data: { by: 'client', toDelete } }], state);
    t.notOk('payload' in record.state || 'client' in record.state, `nothing of the payload is left (${state})`);
    await refused(t, w.when(sender, 'referral', 'withdrawByClient', id, { by: 'client' }), 'WRONG_STATE');
  }
});

t.test('after withdrawal the receiver can open nothing, and says that it keeps nothing', async (t) => {
  const { w, sender, focal, receiver, register, upTo } = await referrals();
  const id = await upTo('received');
  await w.when(sender, 'referral', 'withdrawByClient', id, { by: 'guardian' });
  await refused(t, w.when(focal, 'referral', 'note', id, { text: 'still here?' }), 'NOT_FOUND');
  const stranger = colleague((await register()).manager, 'referralFocalPoint');
  await refused(t, w.when(stranger, 'referral', 'confirmDeletion', id, {}), 'NOT_FOUND');
  const elsewhere = someone(sender.post.role, { organisation: sender.post.organisation });
  await refused(t, w.when(elsewhere, 'referral', 'confirmDeletion', id, {}), 'NOT_FOUND');
  await refused(t, w.when(focal, 'referral', 'confirmDeletion', await upTo('draft'), {}), 'NOT_FOUND');
  await refused(t, w.when(sender, 'referral', 'confirmDeletion', id, {}), 'NOTHING_TO_DELETE');
  const done = await w.when(focal, 'referral', 'confirmDeletion', id, {});
  t.match(done.events, [{ type: 'ReferralDeletionConfirmed', data: { organisation: receiver.organisation } }]);
  t.same(done.record.waits, []);
  await refused(t, w.when(focal, 'referral', 'confirmDeletion', id, {}), 'NOTHING_TO_DELETE');
});

// Guards of the draft and of sending.

t.test('only what the directory offers can be asked for', async (t) => {
  const { w, sender, ask, receiver, addService, draft, register } = await referrals();
  await refused(t, draft({ providerId: randomUUID() }), 'PROVIDER_UNKNOWN');
  await refused(t, draft({ serviceId: randomUUID() }), 'SERVICE_UNKNOWN');
  await refused(t, draft({ needCode: 'food' }), 'NEED_NOT_MET');
  await refused(t, draft({ client: { ...client, area: 'IQG01Q01N01' } }), 'OUT_OF_AREA');
  const full = await addService(receiver, { capacity: { level: 'full' } });
  await refused(t, draft({ serviceId: full }), 'NO_CAPACITY');
  const forGirls = await addService(receiver, { eligibility: { sex: ['female'], ageBands: ['12-17'] } });
  await refused(t, draft({ serviceId: forGirls }), 'NOT_ELIGIBLE');
  await refused(t, draft({ serviceId: forGirls, client: { ...client, ageBand: '12-17', sex: 'male' } }), 'NOT_ELIGIBLE');
  await draft({ serviceId: forGirls, client: { ...client, ageBand: '12-17' } });
  const district = await addService(receiver, { areas: ['IQG15Q07'] });
  await draft({ serviceId: district });
  const paused = await addService(receiver);
  await w.when(receiver.manager, 'provider', 'pauseService', receiver.id, { service: paused, reason: 'moving house' });
  await refused(t, draft({ serviceId: paused }), 'SERVICE_NOT_OFFERED');
  const own = await register({ organisation: sender.post.organisation });
  await refused(t, draft({ providerId: own.id, serviceId: await addService(own) }), 'OWN_ORGANISATION');
  await refused(t, draft({ householdId: randomUUID() }), 'HOUSEHOLD_UNKNOWN');
  await refused(t, draft({ personId: randomUUID() }), 'PERSON_UNKNOWN');
  await refused(t, w.when(sender, 'referral', 'draft', undefined, { ...ask, urgency: 'soon' }), 'INVALID_INPUT');
});

t.test('a directory entry nobody confirmed for 60 days is not offered, and is again once confirmed', async (t) => {
  const { w, receiver, draft, send } = await referrals();
  const id = await draft();
  w.at(later(60 * 24));
  await draft();
  w.at(later(60 * 24 + 1));
  await refused(t, draft(), 'PROVIDER_ENTRY_STALE');
  await refused(t, send(id), 'PROVIDER_ENTRY_STALE');
  await w.when(receiver.manager, 'provider', 'confirmEntry', receiver.id, {});
  await send(id);
});

t.test('what the directory no longer offers when the draft is sent is not asked for', async (t) => {
  const { w, receiver, serviceId, draft, send } = await referrals();
  const id = await draft();
  const full = { service: serviceId, capacity: { level: 'full' } };
  await w.when(receiver.manager, 'provider', 'changeCapacity', receiver.id, full);
  await refused(t, send(id), 'NO_CAPACITY');
  await w.when(receiver.manager, 'provider', 'endService', receiver.id, { service: serviceId, reason: 'project over' });
  await refused(t, send(id), 'SERVICE_NOT_OFFERED');
});

t.test('a consent on record covers the receiver and every field, for referrals, and still stands', async (t) => {
  const { w, draft, send, family } = await referrals();
  const tries: readonly [object, string][] = [
    [{ recipients: [randomUUID()] }, 'CONSENT_DOES_NOT_NAME_RECEIVER'],
    [{ fields: CLIENT_FIELDS.filter((one) => one !== 'safeContact') }, 'CONSENT_DOES_NOT_COVER_FIELDS'],
    [{ scopes: ['registration'] }, 'CONSENT_NOT_FOR_REFERRAL'],
    [{ expiresOn: '2026-02-28' }, 'CONSENT_EXPIRED'],
  ];
  for (const [change, code] of tries) {
    const { id: householdId, consentId } = await family(change);
    await refused(t, send(await draft({ householdId }), { consent: { basis: 'recorded', consentId } }), code);
  }
  const { id: householdId, consentId } = await family({ expiresOn: '2026-03-01' });
  const id = await draft({ householdId });
  await refused(t, send(id, { consent: { basis: 'recorded', consentId: randomUUID() } }), 'CONSENT_UNKNOWN');
  await refused(t, send(await draft(), { consent: { basis: 'recorded', consentId } }), 'CONSENT_UNKNOWN');
  await refused(t, send(id, {}), 'INVALID_INPUT');
  const { events, meta } = await send(id, { consent: { basis: 'recorded', consentId } });
  t.match(events, [{ data: { basis: 'recorded', consentRef: consentId } }]);
  t.ok(meta[0]?.relied?.some((one) => one.stream === `household-${householdId}`));
  const second = await draft({ householdId });
  await w.given('household', householdId, { type: 'ConsentWithdrawn', data: { consent: consentId, by: randomUUID() } });
  await refused(t, send(second, { consent: { basis: 'recorded', consentId } }), 'CONSENT_WITHDRAWN');
});

t.test('a consent on paper is recorded with what it covers, and has to cover it', async (t) => {
  const { draft, send, consentForm } = await referrals();
  const form = (change: object) => ({ consent: { basis: 'form', form: { ...consentForm, ...change } } });
  const id = await draft();
  await refused(t, send(id, form({ recipients: [randomUUID()] })), 'CONSENT_DOES_NOT_NAME_RECEIVER');
  await refused(t, send(id, form({ fields: ['name'] })), 'CONSENT_DOES_NOT_COVER_FIELDS');
  await refused(t, send(id, form({ givenOn: '2026-03-02' })), 'CONSENT_IN_THE_FUTURE');
  const { events } = await send(id, form({}));
  t.match(events, [{ data: { basis: 'form', consentRef: 'form 12', consentForm } }]);
});

t.test('without consent data goes only in an emergency, to save a life, with the reason', async (t) => {
  const { draft, send } = await referrals();
  const exception = { consent: { basis: 'life_saving', reason: 'bleeding, unconscious, no relative present' } };
  await refused(t, send(await draft(), exception), 'LIFE_SAVING_IS_AN_EMERGENCY');
  const id = await draft({ urgency: 'emergency' });
  await refused(t, send(id, { consent: { basis: 'life_saving' } }), 'INVALID_INPUT');
  const { events } = await send(id, exception);
  t.match(events, [{ data: { basis: 'life_saving', exceptionReason: exception.consent.reason } }]);
});

t.test(
  'a client under 18 needs a guardian who agreed and a best interest determination, unless a life is in danger',
  async (t) => {
    const { draft, send, onForm } = await referrals();
    const minor = { guardian: 'mother', bestInterestRef: 'BID 44' };
    for (const ageBand of ['0-4', '5-11', '12-17']) {
      const id = await draft({ client: { ...client, ageBand } });
      await refused(t, send(id), 'MINOR_NEEDS_GUARDIAN');
      await refused(t, send(id, { ...onForm, minor: { guardian: 'mother' } }), 'INVALID_INPUT');
      t.match((await send(id, { ...onForm, minor })).events, [{ data: minor }]);
    }
    const id = await draft({ urgency: 'emergency', client: { ...client, ageBand: '5-11' } });
    await send(id, { consent: { basis: 'life_saving', reason: 'child in danger of drowning' } });
  },
);

// The payload.

t.test('exactly the minimum set is sent, and what must never be in it cannot be expressed', async (t) => {
  const { w, sender, ask, serviceId, draft, send, load } = await referrals();
  const id = await draft();
  const { events, outcome } = await send(id);
  const { payload } = events[0]!.data as { payload: Record<string, unknown> };
  const { organisation, office } = sender.post;
  t.same(payload, {
    referralNo: outcome.reference,
    sender: { organisation, office, focalPoint: sender.id, contact: ask.contact },
    service: { needCode: 'civil_documents', serviceId },
    urgency: 'normal',
    client,
  });
  const never = ['securityResult', 'affiliation', 'perpetrator', 'clinicalNotes', 'hiv', 'survivor', 'nationalNumber', 'phone'];
  for (const field of never) {
    await refused(t, draft({ client: { ...client, [field]: 'x' } }), 'INVALID_INPUT');
    await refused(t, draft({ [field]: 'x' }), 'INVALID_INPUT');
    t.notOk(Payload.safeParse({ ...payload, [field]: 'x' }).success, field);
    t.notOk(Payload.safeParse({ ...payload, client: { ...client, [field]: 'x' } }).success, field);
  }
  for (const field of Object.keys(client).filter((one) => one !== 'kind')) {
    const { [field]: _, ...less } = client as Record<string, unknown>;
    await refused(t, w.when(sender, 'referral', 'draft', undefined, { ...ask, client: less }), 'INVALID_INPUT');
  }
  t.same((await load(id)).state.status, 'sent');
});

t.test('the summary of need says what is needed and never why', async (t) => {
  const { draft } = await referrals();
  const why = [
    'Her brother joined ISIS',
    'Refused by security clearance',
    'HIV positive',
    'A survivor',
    'عائلة متهمة بالانتماء لداعش',
    'لم تحصل على التبرئة',
    'مصابة بالإيدز',
  ];
  for (const needSummary of why) await refused(t, draft({ client: { ...client, needSummary } }), 'SUMMARY_SAYS_WHY');
  const what = ['School crisis support kit', 'بطاقة وطنية موحدة لطفلين', 'Affordable rent, ground floor'];
  for (const needSummary of what) t.equal(saysTooMuch(needSummary, neverWords.default), undefined, needSummary);
});

t.test('what was sent is frozen: it has a digest, is never corrected, and outlives later changes', async (t) => {
  const { w, sender, receiver, ask, upTo, load } = await referrals();
  const id = await upTo('sent');
  const { payload, payloadHash } = (await load(id)).state as Sent;
  t.equal(payloadHash, w.keyring.mac('referral.payload', canonical(payload)));
  t.not(
    payloadHash,
    createHash('sha256').update(canonical(payload)).digest('hex'),
    'the digest cannot be guessed without the key',
  );
  t.equal(canonical({ b: 1, a: [{ d: 2, c: undefined }] }), canonical({ a: [{ d: 2 }], b: 1 }));
  t.not(canonical({ ...payload, urgency: 'urgent' }), canonical(payload));
  await refused(
    t,
    w.when(sender, 'referral', 'correct', id, { revision: 1, fields: { to: randomUUID() }, reason: 'elsewhere' }),
    'DECISION_NOT_CORRECTABLE',
  );
  const fields = { urgency: 'emergency', client: { ...client, name: 'Client B' }, to: randomUUID() };
  const { record } = await w.when(sender, 'referral', 'correct', id, { revision: 0, fields, reason: 'wrong client typed' });
  t.match(record.state, { to: receiver.organisation, urgency: 'normal' });
  t.match((record.state as Sent).payload, { client: { name: ask.client.name }, urgency: 'normal' });
});

t.test('personal fields lie sealed in the log and are erased with the referral’s key, while its course stays', async (t) => {
  const { w, upTo, load } = await referrals();
  const id = await upTo('sent');
  const stored = Buffer.concat((await w.log.read(`referral-${id}`)).map((one) => Buffer.from(one.bytes))).toString();
  for (const secret of [client.name, client.needSummary, client.safeContact.at, '+9647700000009'])
    t.notOk(stored.includes(secret), secret);
  w.keyring.destroy(id);
  const { record } = await w.cases.load(referral, id);
  const { payload } = record.state as Sent;
  t.notOk(payload.client.kind === 'person' && isOpen(payload.client.name));
  t.match(record, { status: 'sent', waits: [{ key: 'acknowledge' }] });
  t.equal((await load(id)).reference, payload.referralNo);
});

// Sensitive services.

async function specialised(): Promise<World & { gbv: string; senderEntry: string; byCode: object }> {
  const all = await referrals();
  const gbv = await all.listSpecialised(all.receiver, 'gbv');
  const { id: senderEntry } = await all.register({ organisation: all.sender.post.organisation });
  const byCode = { serviceId: gbv, needCode: 'specialised_support', client: { kind: 'code', code: 'K-204' } };
  return { ...all, gbv, senderEntry, byCode };
}

t.test('nothing about a person is recorded for a sensitive service: it is asked for by phone, and by code alone', async (t) => {
  const { gbv, byCode, draft, family } = await specialised();
  const { id: householdId } = await family();
  await refused(t, draft({ serviceId: gbv, needCode: 'gbv' }), 'SENSITIVE_BY_PHONE');
  await refused(t, draft({ ...byCode, client }), 'SENSITIVE_BY_PHONE');
  await refused(t, draft({ ...byCode, householdId }), 'SENSITIVE_BY_PHONE');
  await refused(t, draft({ ...byCode, needCode: 'mhpss' }), 'NEED_NOT_MET');
  t.match(wordFor(referral, 'refusals', 'SENSITIVE_BY_PHONE')?.en, /call the specialised provider/);
});

t.test('a sensitive referral goes from one listed specialised provider to another, carrying a code', async (t) => {
  const { w, sender, byCode, senderEntry, listSpecialised, consentForm, draft, send, load, ask, gbv } = await specialised();
  const consent = { basis: 'form', form: { ...consentForm, fields: [] } };
  const id = await draft({ ...byCode, needCode: 'gbv' });
  await refused(t, send(id, { consent }), 'NOT_A_SPECIALISED_SENDER');
  await refused(t, send(id, { consent, senderProviderId: senderEntry }), 'NOT_A_SPECIALISED_SENDER');
  await listSpecialised({ id: senderEntry }, 'mhpss');
  await refused(t, send(id, { consent, senderProviderId: senderEntry }), 'NOT_A_SPECIALISED_SENDER');
  await refused(t, send(id, { consent, senderProviderId: ask.providerId }), 'NOT_A_SPECIALISED_SENDER');
  await listSpecialised({ id: senderEntry }, 'gbv');
  const { outcome } = await send(id, { consent, senderProviderId: senderEntry });
  const { state } = await load(id);
  t.same((state as Sent).payload, {
    referralNo: outcome.reference,
    sender: { organisation: sender.post.organisation, office: sender.post.office, focalPoint: sender.id, contact: ask.contact },
    service: { needCode: 'specialised_support', serviceId: gbv },
    urgency: 'normal',
    client: { kind: 'code', code: 'K-204' },
  });
  const stored = Buffer.concat((await w.log.read(`referral-${id}`)).map((one) => Buffer.from(one.bytes))).toString();
  t.notMatch(stored, /gbv/, 'the kind of service is not named in the log');
});

t.test('a correction cannot put a family beside a sensitive draft', async (t) => {
  const { w, sender, byCode, draft, family } = await specialised();
  const id = await draft(byCode);
  const { id: householdId } = await family();
  const change = { revision: 0, fields: { householdId }, reason: 'to find it again' };
  await refused(t, w.when(sender, 'referral', 'correct', id, change), 'CORRECTION_INVALID');
});

// Clocks, escalation, expiry.

const windows = {
  emergency: { acknowledge: 4, respond: 24, start: 24 },
  urgent: { acknowledge: 24, respond: 72, start: 72 },
  normal: { acknowledge: 3 * 24, respond: 14 * 24, start: 14 * 24 },
};

t.test('each urgency has its windows to acknowledge, answer and begin; completion 30 days, feedback 14', async (t) => {
  const { w, focal, steps, upTo, load } = await referrals();
  for (const [urgency, window] of Object.entries(windows)) {
    w.at(START);
    const id = await upTo('sent', { urgency });
    const due = async (key: string) => (await load(id)).waits.find((one) => one.key === key);
    const rule = (key: string) => ({ rule: `referral.${key}`, ruleVersion: 'default' });
    t.match(await due('acknowledge'), { due: later(window.acknowledge), ...rule('acknowledge') }, urgency);
    w.at(later(1));
    await w.when(focal, 'referral', 'acknowledge', id, {});
    t.match(await due('respond'), { due: later(1 + window.respond), ...rule('respond') }, urgency);
    await w.when(focal, 'referral', 'accept', id, steps.accept[1]);
    t.match(await due('start'), { due: later(1 + window.start), ...rule('start') }, urgency);
    await w.when(focal, 'referral', 'start', id, { contactedOn: '2026-03-01' });
    t.match(await due('complete'), { due: later(1 + 30 * 24), ...rule('complete') }, urgency);
    await w.when(focal, 'referral', 'complete', id, { outcome: 'delivered' });
    t.match(await due('clientFeedback'), { due: later(1 + 14 * 24), ...rule('feedback') }, urgency);
    t.match(await due('receiverFeedback'), { due: later(1 + 14 * 24), ...rule('feedback') }, urgency);
  }
});

t.test('an emergency sent on the eve of a weekend is due four hours later all the same, and its clock never stops', async (t) => {
  const thursday = '2026-03-05T20:00:00.000Z';
  const { w, focal, upTo, load } = await referrals(thursday);
  const form = await upTo('sent', { urgency: 'emergency' });
  t.match((await load(form)).waits, [{ due: later(4, thursday), by: 'emergency' }]);
  await refused(t, w.when(focal, 'referral', 'pauseClock', form, { reason: 'office closed' }), 'FORBIDDEN');
  const manager = colleague(focal, 'providerManager');
  await refused(t, w.when(manager, 'referral', 'pauseClock', form, { reason: 'office closed' }), 'EMERGENCY_CLOCK_NEVER_STOPS');
});

t.test('windows are rules: a version set by the ministry holds for what is sent from its day on', async (t) => {
  const { w, upTo, load } = await referrals();
  const hq = someone('branchesAffairs');
  const value = { emergency: { hours: 2 }, urgent: { hours: 12 }, normal: { workingDays: 2 } };
  const version = { key: 'referral.acknowledge', effectiveFrom: '2026-03-02', value, source: 'circular 7' };
  await w.when(hq, 'rule', 'establish', undefined, version);
  t.match((await load(await upTo('sent', { urgency: 'emergency' }))).waits, [{ due: later(4), ruleVersion: 'default' }]);
  w.at(later(24));
  const [wait] = (await load(await upTo('sent', { urgency: 'emergency' }))).waits;
  t.equal(wait?.due, later(26));
  t.not(wait?.ruleVersion, 'default');
});

const late = (wait: string, level: number, due: string) => ({ wait, level, due });

t.test('a missed due time is overdue once and escalates to desk, provider manager and committee, each once', async (t) => {
  const { w, focal, upTo, load } = await referrals();
  const id = await upTo('sent', { urgency: 'emergency' });
  const due = later(4);
  w.at(later(5));
  const first = await w.when('deadlines', 'referral', 'escalate', id, late('acknowledge', 1, due));
  t.same(first.events, [
    { type: 'ReferralOverdue', data: { wait: 'acknowledge', due } },
    { type: 'ReferralEscalated', data: late('acknowledge', 1, due) },
  ]);
  const wait = (party: string) => ({ key: 'escalation:acknowledge', party, holder: { role: party } });
  t.match((await load(id)).waits, [{ key: 'acknowledge', level: 1 }, wait('referralDesk')]);
  t.same(
    (await w.when('deadlines', 'referral', 'escalate', id, late('acknowledge', 1, due))).events,
    [],
    'one breach is one event',
  );
  t.equal((await w.when('deadlines', 'referral', 'escalate', id, late('acknowledge', 2, due))).events.length, 1);
  t.match((await load(id)).waits, [{ level: 2 }, wait('providerManager')]);
  await w.when('deadlines', 'referral', 'escalate', id, late('acknowledge', 3, due));
  t.match((await load(id)).waits, [{ level: 3 }, wait('reintegrationCommittee')]);
  t.same((await w.when('deadlines', 'referral', 'escalate', id, late('acknowledge', 2, due))).events, [], 'levels only rise');
  const { record } = await w.when(focal, 'referral', 'acknowledge', id, {});
  t.same(
    record.waits.map((one) => [one.key, one.level]),
    [['respond', 0]],
    'the answer ends it',
  );
  t.same((await w.when('deadlines', 'referral', 'escalate', id, late('acknowledge', 3, due))).events, []);
  await refused(t, w.when(focal, 'referral', 'escalate', id, late('respond', 1, due)), 'FORBIDDEN');
});

t.test('a scan that comes late tells of the breach all the same, once', async (t) => {
  const { w, upTo } = await referrals();
  const id = await upTo('sent', { urgency: 'urgent' });
  w.at(later(41));
  const { events } = await w.when('deadlines', 'referral', 'escalate', id, late('acknowledge', 3, later(24)));
  t.same(
    events.map((one) => one.type),
    ['ReferralOverdue', 'ReferralEscalated'],
  );
});

t.test('nobody acknowledges or answers for twice the window: the referral expires and is the sender’s again', async (t) => {
  const { w, sender, focal, ask, upTo, load } = await referrals();
  for (const [state, wait, window] of [
    ['sent', 'acknowledge', 24],
    ['received', 'respond', 72],
  ] as const) {
    w.at(START);
    const id = await upTo(state, { urgency: 'urgent' });
    const at = later(2 * window);
    t.same(referral.timers?.((await load(id)).state), [{ key: 'expire', at, command: 'expire' }]);
    w.at(later(2 * window - 1));
    t.same((await w.when('deadlines', 'referral', 'expire', id, {})).events, [], 'not before');
    w.at(at);
    const { outcome, events } = await w.when('deadlines', 'referral', 'expire', id, {});
    t.equal(outcome.status, 'expired');
    t.same(events, [{ type: 'ReferralExpired', data: { wait, due: later(window) } }]);
    t.match((await load(id)).waits, [{ key: 'redirect', party: 'sender' }]);
    await refused(t, w.when(focal, 'referral', 'acknowledge', id, {}), 'NOT_FOUND');
    t.equal((await w.when(sender, 'referral', 'updateDraft', id, ask)).outcome.status, 'draft');
  }
  w.at(START);
  const worked = await upTo('accepted');
  t.same(referral.timers?.((await load(worked)).state), []);
  await refused(t, w.when('deadlines', 'referral', 'expire', worked, {}), 'WRONG_STATE');
});

t.test('a clock paused with a reason moves the expiry with it', async (t) => {
  const { w, focal, upTo } = await referrals();
  const manager = colleague(focal, 'providerManager');
  const id = await upTo('received', { urgency: 'urgent' });
  await w.when(manager, 'referral', 'pauseClock', id, { reason: 'road to the district closed' });
  w.at(later(150));
  t.same((await w.when('deadlines', 'referral', 'expire', id, {})).events, []);
  await w.when(manager, 'referral', 'resumeClock', id, {});
  w.at(later(250));
  t.same((await w.when('deadlines', 'referral', 'expire', id, {})).events, []);
  w.at(later(2 * (72 + 150)));
  t.equal((await w.when('deadlines', 'referral', 'expire', id, {})).outcome.status, 'expired');
});

// Who may.

t.test('each side does its own part only, and a stranger finds nothing', async (t) => {
  const { w, sender, focal, steps, upTo, send, onForm } = await referrals();
  const id = await upTo('draft');
  await refused(t, w.when(focal, 'referral', 'send', id, onForm), 'NOT_FOUND');
  await refused(t, w.when(colleague(sender, 'verifier'), 'referral', 'send', id, onForm), 'FORBIDDEN');
  await refused(t, w.when(someone('partnerCaseworker'), 'referral', 'send', id, onForm), 'NOT_FOUND');
  await send(id);
  await refused(t, w.when(sender, 'referral', 'acknowledge', id, {}), 'FORBIDDEN');
  await refused(t, w.when(someone('referralFocalPoint'), 'referral', 'acknowledge', id, {}), 'NOT_FOUND');
  await w.when(focal, 'referral', 'acknowledge', id, {});
  const answers = [
    ['accept', steps.accept[1]],
    ['reject', { reasonCode: 'unsafe', alternative: 'none_known' }],
    ['return', { missing: ['other'] }],
  ] as const;
  for (const [command, input] of answers) await refused(t, w.when(sender, 'referral', command, id, input), 'FORBIDDEN');
  await w.when(focal, 'referral', 'accept', id, steps.accept[1]);
  await refused(t, w.when(sender, 'referral', 'start', id, steps.start[1]), 'FORBIDDEN');
  await w.when(focal, 'referral', 'start', id, steps.start[1]);
  await refused(t, w.when(sender, 'referral', 'progress', id, { note: 'x' }), 'FORBIDDEN');
  await refused(t, w.when(sender, 'referral', 'complete', id, { outcome: 'delivered' }), 'FORBIDDEN');
  await w.when(focal, 'referral', 'complete', id, { outcome: 'delivered' });
  await w.when(sender, 'referral', 'giveFeedback', id, { of: 'client', answer: 'declined' });
  await w.when(focal, 'referral', 'giveFeedback', id, { of: 'receiver', answer: 'declined' });
  await refused(t, w.when(focal, 'referral', 'close', id, {}), 'FORBIDDEN');
});

t.test('a draft is the sender’s alone; from sent on the receiver’s organisation takes part, never one person', async (t) => {
  const { upTo, load, receiver, w, focal } = await referrals();
  const about = async (id: string) => referral.about?.((await load(id)).state, id);
  t.match(await about(await upTo('draft')), { parties: [], urgency: 'normal', tier: 'T2' });
  const id = await upTo('sent');
  t.match(await about(id), { parties: [receiver.organisation], tier: 'T2' });
  t.match((await load(id)).waits, [{ holder: { organisation: receiver.organisation }, assignee: undefined }]);
  const other = someone('referralFocalPoint', { organisation: receiver.organisation, governorate: 'IQG01' });
  await w.when(other, 'referral', 'take', id, {});
  await refused(t, w.when(focal, 'referral', 'take', id, {}), 'ALREADY_TAKEN');
});

t.test('a referral stands on the page of the family it was drafted for', async (t) => {
  const { draft, family, load } = await referrals();
  const { id: householdId } = await family();
  const id = await draft({ householdId });
  const record = await load(id);
  t.match(referral.about?.(record.state, id), { households: [householdId], persons: [] });
});

t.test('every command given twice under one key happens once', async (t) => {
  const { w, sender, focal, ask, onForm, steps, upTo } = await referrals();
  const id = randomUUID();
  const second = await upTo('received');
  const third = await upTo('sent');
  const fourth = await upTo('sent', { urgency: 'emergency' });
  const yes = { answer: 'given', satisfied: true, received: true };
  w.at(later(9));
  const tries: readonly (readonly [Person | string, string, string, object])[] = [
    [sender, 'draft', id, ask],
    [sender, 'updateDraft', id, ask],
    [sender, 'send', id, onForm],
    [focal, 'acknowledge', id, {}],
    [focal, 'accept', id, steps.accept[1]],
    [focal, 'start', id, steps.start[1]],
    [focal, 'progress', id, { note: 'papers filed' }],
    [focal, 'complete', id, steps.complete[1]],
    [sender, 'giveFeedback', id, { of: 'client', ...yes }],
    [focal, 'giveFeedback', id, { of: 'receiver', ...yes }],
    [sender, 'close', id, {}],
    [focal, 'return', second, { missing: ['other'] }],
    [sender, 'recall', third, { reason: 'wrong office' }],
    [focal, 'confirmDeletion', third, {}],
    ['deadlines', 'escalate', fourth, late('acknowledge', 1, later(4))],
    ['deadlines', 'expire', fourth, {}],
    [sender, 'withdrawByClient', fourth, { by: 'client' }],
  ];
  for (const [index, [by, command, on, input]] of tries.entries()) {
    const key = `${command} ${index}`;
    const first = await w.when(by, 'referral', command, on, input, { key });
    const again = await w.when(by, 'referral', command, on, input, { key });
    t.ok(first.events.length > 0, command);
    t.match(again, { events: [], outcome: { replayed: true, revision: first.outcome.revision } }, command);
  }
  const own = Object.values(referral.commands).filter((one) => !one.kernel || one.name === 'escalate');
  const tried = [...tries.map(([, command]) => command), 'reject'];
  t.same(
    own.map((one) => one.name).filter((name) => !tried.includes(name)),
    [],
    'every command of the table was tried',
  );
});

t.test('a rejection given twice under one key happens once', async (t) => {
  const { w, focal, upTo } = await referrals();
  const id = await upTo('received');
  const input = { reasonCode: 'unsafe', alternative: 'none_known' };
  const first = await w.when(focal, 'referral', 'reject', id, input, { key: 'r' });
  const again = await w.when(focal, 'referral', 'reject', id, input, { key: 'r' });
  t.match(again, { events: [], outcome: { replayed: true, revision: first.outcome.revision } });
});

t.test('every refusal of the directory and of referrals has its words, and no words are left over', async (t) => {
  for (const process of [provider, referral]) {
    const folder = `src/domain/${process.name}`;
    const text = readdirSync(folder).map((file) => readFileSync(`${folder}/${file}`, 'utf8'));
    const codes = new Set(
      text.flatMap((one) => [...one.matchAll(/ensure\([^;]*?'([A-Z][A-Z_]{4,})'/g)].map((match) => match[1]!)),
    );
    t.ok(codes.size > 8, `${codes.size} codes of ${process.name}`);
    for (const code of codes) t.match(wordFor(process, 'refusals', code), { en: /\w/, ar: /\p{Script=Arabic}/u }, code);
    for (const code of Object.keys(process.labels.refusals)) t.ok(codes.has(code), `${code} is still used`);
  }
});

t.test(
  'everything a person reads of a referral has its words in English and Arabic, and Sorani only from the glossary',
  async (t) => {
    type Kind = Parameters<typeof wordFor>[1];
    const said = (kind: Kind, keys: readonly string[]) => {
      for (const key of keys) t.match(wordFor(referral, kind, key), { en: /\w/, ar: /\p{Script=Arabic}/u }, `${kind} ${key}`);
    };
    said('states', referral.statuses);
    said('commands', Object.keys(referral.commands));
    said('events', Object.keys(referral.events));
    said('waits', ['send', 'acknowledge', 'respond', 'supplement', 'start', 'complete', 'clientFeedback', 'receiverFeedback']);
    said('waits', ['close', 'redirect', 'confirmDeletion:x']);
    said('parties', ['sender', 'receiver', 'formerReceiver', 'referralDesk', 'providerManager', 'reintegrationCommittee']);
    const own = Object.values(referral.commands).filter((one) => !one.kernel);
    const shapes = [...Object.values(referral.events), ...own.map((one) => one.input)];
    said('fields', [...new Set(shapes.flatMap((shape) => Object.keys(shape.shape)))]);
    const sorani = new Set(Object.values(GLOSSARY).flatMap((one) => (one.ckb ? [one.ckb] : [])));
    const { labels } = referral;
    const flat: Label[] = [
      ...[labels.name, labels.plural],
      ...Object.values({ ...labels.states, ...labels.commands, ...labels.fields, ...labels.refusals }),
      ...Object.values(labels.codes).flatMap((codes) => Object.values(codes)),
    ];
    for (const label of flat) if (label.ckb) t.ok(sorani.has(label.ckb), label.ckb);
    t.ok(registry.byName('referral') && registry.byName('provider'));
  },
);
