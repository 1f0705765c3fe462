import { z } from 'zod';
import type { ClaimState } from '../claim/state.ts';
import type { HouseholdState } from '../household/state.ts';
import { LocalDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { type FactRef, fact } from '../kernel/process.ts';
import type { PersonState } from '../person/state.ts';
import { Adm3 } from '../places/pcodes.ts';
import { HlpType, PartyRole, Strength, TenureKind, Urgency } from './codes.ts';
import { notAhead, onPaper } from './guards.ts';
import { compared } from './policy.ts';
import { p } from './process.ts';
import { MOVING, SEEKING } from './state.ts';

const OpenInput = z.strictObject({
  type: HlpType,
  property: z.strictObject({
    deedNo: z.string().trim().min(1).max(80).optional(),
    plot: z.string().trim().min(1).max(120).optional(),
    adm3: Adm3,
  }),
  parties: z
    .array(z.strictObject({ person: z.uuid(), role: PartyRole }))
    .min(1)
    .max(40),
  household: z.uuid().optional(),
  urgency: Urgency,
});
type OpenInput = z.output<typeof OpenInput>;

type Known = { readonly [key: `person:${string}`]: FactRef<PersonState> } & {
  readonly household: FactRef<HouseholdState> | undefined;
};

const known = (c: OpenInput): Known => ({
  household: c.household === undefined ? undefined : fact<HouseholdState>('household', c.household),
  ...Object.fromEntries(c.parties.map((one) => [`person:${one.person}`, fact<PersonState>('person', one.person)])),
});

/** Intake, counselling, and what shows who holds the house or the land. */
export const opening = {
  open: p.command({
    from: 'new',
    permission: 'hlpCase:open',
    input: OpenInput,
    emits: ['HLPCaseOpened'],
    to: ['intake'],
    facts: known,
    decide: (c, _s, ctx) => {
      const { household } = ctx.facts;
      ensure(household === undefined || household.exists, 'HOUSEHOLD_UNKNOWN', { household: c.household ?? '' });
      for (const one of c.parties) ensure(ctx.facts[`person:${one.person}`]?.exists, 'PERSON_UNKNOWN', { person: one.person });
      ensure(
        c.parties.some((one) => one.role === 'claimant'),
        'CLAIMANT_MISSING',
      );
      const { deedNo, plot, adm3 } = c.property;
      ensure(deedNo !== undefined || plot !== undefined, 'PROPERTY_NOT_NAMED');
      const key = ctx.keyedHash('property', `${adm3} ${compared(deedNo)} ${compared(plot)}`);
      return [{ type: 'HLPCaseOpened', data: { ...c, property: { key, ...c.property } } }];
    },
  }),
  counsel: p.command({
    from: ['intake'],
    permission: 'hlpCase:handle',
    input: z.strictObject({ on: LocalDate }),
    emits: ['HLPCounsellingGiven'],
    to: ['counselled'],
    decide: (c, _s, ctx) => {
      notAhead(c.on, ctx);
      return [{ type: 'HLPCounsellingGiven', data: { provider: ctx.actor.organisation ?? '', on: c.on } }];
    },
  }),
  recordTenureEvidence: p.command({
    from: SEEKING,
    permission: 'hlpCase:handle',
    input: z.strictObject({ kind: TenureKind, strength: Strength }),
    emits: ['TenureEvidenceRecorded'],
    to: ['evidence', 'mediation_open', 'agreement', 'mediation_failed'],
    decide: (c, _s, ctx) => {
      ensure(onPaper(ctx), 'EVIDENCE_MISSING');
      return [{ type: 'TenureEvidenceRecorded', data: c }];
    },
  }),
  /** What the mayor, the sub-district director or the mukhtar confirm in writing. */
  recordAuthorityLetter: p.command({
    from: SEEKING,
    permission: 'hlpCase:letters',
    input: z.strictObject({ strength: Strength }),
    emits: ['TenureEvidenceRecorded'],
    to: ['evidence', 'mediation_open', 'agreement', 'mediation_failed'],
    decide: (c, _s, ctx) => {
      ensure(ctx.letterRef, 'LETTER_MISSING');
      return [{ type: 'TenureEvidenceRecorded', data: { kind: 'authority_letter', strength: c.strength } }];
    },
  }),
  /** A compensation claim for the same property, so that nobody is paid twice; looked at again, it says what was paid since. */
  recordOverlap: p.command({
    from: MOVING,
    permission: 'hlpCase:handle',
    input: z.strictObject({ claim: z.uuid() }),
    emits: ['OverlapRecorded'],
    to: MOVING,
    facts: (c) => ({ claim: fact<ClaimState>('claim', c.claim) }),
    decide: (c, _s, ctx) => {
      const { claim } = ctx.facts;
      ensure(claim.exists, 'CLAIM_UNKNOWN', { claim: c.claim });
      const { state } = claim;
      ensure('type' in state && state.type === 'property', 'CLAIM_NOT_OF_PROPERTY', { claim: claim.reference });
      const compensationPaid = 'payees' in state && state.payees.some((one) => one.status === 'paid');
      return [{ type: 'OverlapRecorded', data: { claim: c.claim, compensationPaid } }];
    },
  }),
};
