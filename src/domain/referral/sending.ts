import { z } from 'zod';
import type { HouseholdState } from '../household/state.ts';
import type { CaseRecord } from '../kernel/case.ts';
import { baghdadDate } from '../kernel/dates.ts';
import { Uuid } from '../kernel/envelope.ts';
import { ensure } from '../kernel/errors.ts';
import { isOpen } from '../kernel/privacy.ts';
import { type Context, fact } from '../kernel/process.ts';
import type { PersonState } from '../person/state.ts';
import { Need } from '../provider/codes.ts';
import type { ProviderState } from '../provider/state.ts';
import { consentStanding, ensureCovers } from './consent.ts';
import { ConsentForm, Guardian } from './events.ts';
import { type Ask, ensureByCodeIfSensitive, ensureSpecialisedSender, needKept, serviceOffered } from './match.ts';
import { ClientInput, canonical, fieldsOf, isMinor, type Payload, SenderContact, saysTooMuch, Urgency } from './payload.ts';
import { expiryShare, neverWords } from './policy.ts';
import { p } from './process.ts';
import type { ReferralState } from './state.ts';

type Draft = Extract<ReferralState, { readonly status: 'draft' }>;

const DraftInput = z.strictObject({
  providerId: Uuid,
  serviceId: Uuid,
  needCode: Need,
  urgency: Urgency,
  /** Line of the sender's focal point. */
  contact: SenderContact,
  client: ClientInput,
  householdId: Uuid.optional(),
  personId: Uuid.optional(),
});

const draftFacts = (c: z.output<typeof DraftInput>) => ({
  provider: fact<ProviderState>('provider', c.providerId),
  household: c.householdId === undefined ? undefined : fact<HouseholdState>('household', c.householdId),
  person: c.personId === undefined ? undefined : fact<PersonState>('person', c.personId),
});

/** The data of a draft, once the directory says that this may be asked of this provider. */
function drafted(c: z.output<typeof DraftInput>, ctx: Context<ReturnType<typeof draftFacts>>) {
  const { provider, household, person } = ctx.facts;
  const service = askable(provider, c, ctx);
  ensure(household === undefined || household.exists, 'HOUSEHOLD_UNKNOWN', { household: c.householdId ?? '' });
  ensure(person === undefined || person.exists, 'PERSON_UNKNOWN', { person: c.personId ?? '' });
  return { ...c, to: provider.state.organisation, needCode: needKept(service, c.needCode) };
}

function askable(provider: CaseRecord<ProviderState>, ask: Ask, ctx: Context) {
  const service = serviceOffered(provider, ask, ctx.now);
  ensure(provider.state.organisation !== ctx.actor.organisation, 'OWN_ORGANISATION');
  ensureByCodeIfSensitive(service, ask);
  if (ask.client.kind === 'person' && isOpen(ask.client.needSummary)) {
    const term = saysTooMuch(ask.client.needSummary, ctx.rule(neverWords).value);
    ensure(term === undefined, 'SUMMARY_SAYS_WHY', { term: term ?? '' });
  }
  return service;
}

/** On what ground the data may go: the family's consent on record, one on paper, or a life in danger. */
const Ground = z.discriminatedUnion('basis', [
  z.strictObject({ basis: z.literal('recorded'), consentId: Uuid }),
  z.strictObject({ basis: z.literal('form'), form: ConsentForm }),
  z.strictObject({ basis: z.literal('life_saving'), reason: z.string().trim().min(10).max(1000) }),
]);

const SendInput = z.strictObject({
  consent: Ground,
  /** For a client under 18: the guardian who agreed, and where the best interest is determined. */
  minor: z.strictObject({ guardian: Guardian, bestInterestRef: z.string().trim().min(3).max(200) }).optional(),
  /** The sender's own directory entry, for a sensitive service. */
  senderProviderId: Uuid.optional(),
});

const sendFacts = (c: z.output<typeof SendInput>, s: Draft) => ({
  provider: fact<ProviderState>('provider', s.providerId),
  household:
    c.consent.basis === 'recorded' && s.householdId !== undefined ? fact<HouseholdState>('household', s.householdId) : undefined,
  sender: c.senderProviderId === undefined ? undefined : fact<ProviderState>('provider', c.senderProviderId),
});
type SendContext = Context<ReturnType<typeof sendFacts>>;

/** What the event keeps of the ground, or a refusal when it does not carry this referral. */
function ground(c: z.output<typeof SendInput>, s: Draft, ctx: SendContext) {
  const { consent } = c;
  const fields = fieldsOf(s.client);
  const today = baghdadDate(ctx.now);
  switch (consent.basis) {
    case 'recorded': {
      const { household } = ctx.facts;
      ensure(household?.exists, 'CONSENT_UNKNOWN', { consent: consent.consentId });
      ensureCovers(consentStanding(household.state, consent.consentId, today), s.to, fields);
      return { basis: consent.basis, consentRef: consent.consentId };
    }
    case 'form': {
      ensure(consent.form.givenOn <= today, 'CONSENT_IN_THE_FUTURE', { givenOn: consent.form.givenOn });
      ensureCovers(consent.form, s.to, fields);
      return { basis: consent.basis, consentRef: consent.form.ref, consentForm: consent.form };
    }
    case 'life_saving':
      ensure(s.urgency === 'emergency', 'LIFE_SAVING_IS_AN_EMERGENCY', { urgency: s.urgency });
      return { basis: consent.basis, exceptionReason: consent.reason };
  }
}

/** Guardian and best interest for a client under 18, unless a life is in danger. */
function protection(c: z.output<typeof SendInput>, s: Draft) {
  ensure(!isMinor(s.client) || c.minor || c.consent.basis === 'life_saving', 'MINOR_NEEDS_GUARDIAN');
  return c.minor ?? {};
}

function payloadOf(s: Draft, ctx: SendContext): Payload {
  const { organisation, office, id } = ctx.actor;
  return {
    referralNo: ctx.case.reference,
    sender: { organisation: organisation ?? '', ...(office === undefined ? {} : { office }), focalPoint: id, contact: s.contact },
    service: { needCode: s.needCode, serviceId: s.serviceId },
    urgency: s.urgency,
    client: s.client,
  };
}

/** The sender's side up to the hand-over. */
export const sending = {
  draft: p.command({
    from: 'new',
    permission: 'referral:draft',
    input: DraftInput,
    rules: [neverWords],
    facts: draftFacts,
    emits: ['ReferralDrafted'],
    to: ['draft'],
    decide: (c, _s, ctx) => [{ type: 'ReferralDrafted', data: drafted(c, ctx) }],
  }),
  /** Also sends on elsewhere what was returned, rejected or not answered in time. */
  updateDraft: p.command({
    from: ['draft', 'returned', 'rejected', 'expired'],
    permission: 'referral:draft',
    input: DraftInput,
    rules: [neverWords],
    facts: draftFacts,
    emits: ['ReferralDraftUpdated'],
    to: ['draft'],
    decide: (c, _s, ctx) => [{ type: 'ReferralDraftUpdated', data: drafted(c, ctx) }],
  }),
  send: p.command({
    from: ['draft'],
    permission: 'referral:send',
    input: SendInput,
    rules: [neverWords, expiryShare],
    facts: sendFacts,
    emits: ['ReferralSent'],
    to: ['sent'],
    decide: (c, s, ctx) => {
      ensure(s.client.kind === 'code' || isOpen(s.client.name), 'CLIENT_ERASED');
      const service = askable(ctx.facts.provider, s, ctx);
      ensureSpecialisedSender(service, ctx.facts.sender?.state, ctx.actor.organisation);
      const payload = payloadOf(s, ctx);
      return [
        {
          type: 'ReferralSent',
          data: {
            to: s.to,
            providerId: s.providerId,
            payload,
            payloadHash: ctx.keyedHash('referral.payload', canonical(payload)),
            ...ground(c, s, ctx),
            ...protection(c, s),
            expiresAfter: ctx.rule(expiryShare).value,
          },
        },
      ];
    },
  }),
  recall: p.command({
    from: ['sent', 'received', 'returned'],
    permission: 'referral:recall',
    input: z.strictObject({ reason: z.string().trim().min(3).max(500) }),
    emits: ['ReferralRecalled'],
    to: ['recalled'],
    decide: (c, s) => [{ type: 'ReferralRecalled', data: { reason: c.reason, toDelete: [s.to] } }],
  }),
};
