import { z } from 'zod';
import type { CaseRecord } from '../kernel/case.ts';
import { baghdadDate, daysOf, PartialDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { type Context, type FactRef, fact } from '../kernel/process.ts';
import type { PersonState } from '../person/state.ts';
import { AreaCode } from '../places/register.ts';
import { Capacity, Cause } from './codes.ts';
import { notAhead, p } from './definition.ts';
import { Heir, No, Text } from './events.ts';
import { Loss } from './loss.ts';
import { isUntouched } from './payees.ts';
import { LAW_FROM } from './policy.ts';
import { LINE } from './stages.ts';

const Prepare = z.strictObject({
  claimant: z.uuid(),
  capacity: Capacity,
  principal: z.uuid().optional(),
  victims: z.array(z.uuid()).max(20).default([]),
  incident: z.strictObject({ date: PartialDate, area: AreaCode, cause: Cause }),
  loss: Loss,
  household: z.uuid().optional(),
  branch: z.uuid().optional(),
});
type Prepare = z.output<typeof Prepare>;

type Persons = { readonly [id: string]: FactRef<PersonState> };
const personsIn = (ids: readonly (string | undefined)[]): Persons =>
  Object.fromEntries(ids.flatMap((id) => (id === undefined ? [] : [[id, fact<PersonState>('person', id)]])));

const known = (person: CaseRecord<PersonState> | undefined): boolean =>
  person?.state.status === 'recorded' || person?.state.status === 'deceased';

/** Who acts for somebody shows by what right: a mandate on record, or the paper given with the command. */
function authorityShown(
  c: Prepare,
  principal: CaseRecord<PersonState> | undefined,
  ctx: Pick<Context, 'now' | 'evidence' | 'letterRef'>,
) {
  const day = baghdadDate(ctx.now);
  const mandated = principal?.state.representations.some(
    (one) => one.representative === c.claimant && (one.until === undefined || day <= one.until),
  );
  ensure(mandated || ctx.evidence.length > 0 || ctx.letterRef, 'AUTHORITY_NOT_SHOWN');
}

/** The claimant is victim, owner or of the family, or acts for one who is (domain specification §4.2, PrepareClaim). */
function entitled(c: Prepare): void {
  const represents = c.capacity === 'lawyer' || c.capacity === 'legal_representative';
  ensure(represents === (c.principal !== undefined) && c.principal !== c.claimant, 'PRINCIPAL_DOES_NOT_FIT');
  ensure(c.capacity !== 'self' || c.victims.includes(c.claimant), 'NOT_THE_VICTIM');
  ensure(c.capacity !== 'heir' || !c.victims.includes(c.claimant), 'HEIR_OF_ONESELF');
  ensure(c.capacity !== 'owner' || c.loss.type === 'property', 'OWNER_OF_PROPERTY_ONLY');
  ensure(c.loss.type === 'property' || c.victims.length > 0, 'VICTIM_MISSING');
  ensure(new Set(c.victims).size === c.victims.length, 'VICTIM_TWICE');
}

const UNLISTED = LINE.slice(0, LINE.indexOf('batch_listed'));

/** What the claimant says, and who shares. */
export const preparing = {
  prepare: p.command({
    from: 'new',
    permission: 'claim:prepare',
    input: Prepare,
    emits: ['ClaimPrepared'],
    to: ['draft'],
    facts: (c) => personsIn([c.claimant, c.principal, ...c.victims]),
    decide: (c, _s, ctx) => {
      const { loss, incident, principal, ...rest } = c;
      entitled(c);
      for (const [id, person] of Object.entries(ctx.facts)) ensure(known(person), 'PERSON_UNKNOWN', { person: id });
      if (principal !== undefined) authorityShown(c, ctx.facts[principal], ctx);
      notAhead(incident.date, ctx);
      ensure(daysOf(incident.date).last >= LAW_FROM, 'BEFORE_THE_LAW', { from: LAW_FROM });
      const kindOf = (id: string) => ctx.facts[id]?.state.kind ?? 'natural';
      const whose = kindOf(principal ?? c.claimant);
      // Law 57/2015 extends the law to legal persons; they have no body and no school.
      ensure(whose === 'natural' || loss.type === 'property', 'LEGAL_PERSONS_CLAIM_PROPERTY');
      const acting = principal === undefined ? {} : { principal, principalKind: whose };
      return [
        {
          type: 'ClaimPrepared',
          data: { ...rest, ...acting, claimantKind: kindOf(c.claimant), type: loss.type, incident, loss },
        },
      ];
    },
  }),
  recordShares: p.command({
    from: UNLISTED,
    permission: 'claim:enter',
    input: z.strictObject({ heirs: z.array(Heir).min(1).max(200), papers: z.enum(['seen', 'pending']), deedNo: No.optional() }),
    emits: ['SharesRecorded'],
    to: UNLISTED,
    facts: (c) => personsIn(c.heirs.map((one) => one.person)),
    decide: (c, s, ctx) => {
      const persons = c.heirs.map((one) => one.person);
      ensure(new Set(persons).size === persons.length, 'HEIR_TWICE');
      for (const id of persons) {
        ensure(known(ctx.facts[id]), 'PERSON_UNKNOWN', { person: id });
        ensure(s.type !== 'martyrdom' || !s.victims.includes(id), 'VICTIM_IS_NO_HEIR', { person: id });
      }
      ensure(c.papers === 'pending' || ctx.evidence.length > 0 || ctx.letterRef, 'EVIDENCE_MISSING');
      ensure(isUntouched(s.payees), 'PAYMENT_UNDER_WAY');
      // The shares of the deed are no longer who is paid: whoever dies next is replaced like the first.
      ensure(!s.payees.some((one) => one.heirOf !== undefined), 'PAYEE_REPLACED_BEFORE');
      return [{ type: 'SharesRecorded', data: c }];
    },
  }),
  setPriority: p.command({
    from: UNLISTED,
    permission: 'claim:enter',
    input: z.strictObject({ vulnerable: z.boolean(), grounds: Text }),
    emits: ['ClaimPriorityRecorded'],
    to: UNLISTED,
    decide: (c) => [{ type: 'ClaimPriorityRecorded', data: c }],
  }),
};
