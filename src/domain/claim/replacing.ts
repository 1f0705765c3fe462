import { z } from 'zod';
import { ensure } from '../kernel/errors.ts';
import { iqd, shareOut } from '../kernel/money.ts';
import { fact } from '../kernel/process.ts';
import type { PersonState } from '../person/state.ts';
import { notTheSame, p } from './definition.ts';
import { Heir, No, Text } from './events.ts';
import type { Payee } from './payees.ts';
import { PAYING } from './stages.ts';
import type { Claim } from './state.ts';

/** Before the money is awaited heirs are recorded with the shares; a suspended claim is resumed first. */
const WHERE = PAYING.filter((one) => one !== 'paid');

function payeeOf(s: Claim, id: string): Payee {
  const one = s.payees.find(({ payee }) => payee === id);
  ensure(one, 'PAYEE_UNKNOWN', { payee: id });
  return one;
}

function proposalFor(s: Claim, id: string): Payee & { readonly replacement: NonNullable<Payee['replacement']> } {
  const { replacement, ...one } = payeeOf(s, id);
  ensure(replacement, 'NO_REPLACEMENT_PENDING', { payee: id });
  return { ...one, replacement };
}

/**
 * Heirs take the place of a payee who died before payment (domain.md §4.2: identity of the payee or heirs' share document). One
 * officer proposes them from the inheritance deed, the chair decides; meanwhile the payee is held. The sum stays what was decided.
 */
export const replacing = {
  proposeReplacement: p.command({
    from: WHERE,
    permission: 'claim:enter',
    effect: 'money',
    input: z.strictObject({ payee: z.uuid(), heirs: z.array(Heir).min(1).max(50), deedNo: No }),
    emits: ['PayeeReplacementProposed'],
    to: WHERE,
    facts: (c) =>
      Object.fromEntries([c.payee, ...c.heirs.map((one) => one.person)].map((id) => [id, fact<PersonState>('person', id)])),
    decide: (c, s, ctx) => {
      const one = payeeOf(s, c.payee);
      const persons = c.heirs.map((heir) => heir.person);
      ensure(one.replacement === undefined, 'REPLACEMENT_PENDING', { payee: c.payee });
      ensure(['due', 'failed', 'held'].includes(one.status), 'PAYMENT_UNDER_WAY');
      ensure(one.kind === 'natural' && statusOf(ctx.facts, one.person ?? c.payee) === 'deceased', 'PAYEE_NOT_DECEASED', {
        payee: c.payee,
      });
      ensure(new Set(persons).size === persons.length, 'HEIR_TWICE');
      for (const id of persons) ensure(statusOf(ctx.facts, id) === 'recorded', 'HEIR_NOT_LIVING', { person: id });
      ensure(ctx.evidence.length > 0 || ctx.letterRef, 'EVIDENCE_MISSING');
      return [{ type: 'PayeeReplacementProposed', data: c }];
    },
  }),
  declineReplacement: p.command({
    from: WHERE,
    permission: 'claim:liftHold',
    effect: 'money',
    input: z.strictObject({ payee: z.uuid(), reason: Text }),
    emits: ['PayeeReplacementDeclined'],
    to: WHERE,
    decide: (c, s) => {
      proposalFor(s, c.payee);
      return [{ type: 'PayeeReplacementDeclined', data: c }];
    },
  }),
  replacePayee: p.command({
    from: WHERE,
    permission: 'claim:liftHold',
    effect: 'money',
    input: z.strictObject({ payee: z.uuid() }),
    emits: ['PayeeReplaced'],
    to: WHERE,
    decide: (c, s, ctx) => {
      const { replacement, amountIQD } = proposalFor(s, c.payee);
      notTheSame(replacement.by, 'SAME_OFFICER', ctx);
      const { heirs } = replacement;
      const shares = shareOut(
        iqd(amountIQD),
        heirs.map((one) => one.weight),
      );
      // Who shares already is paid this share apart from their own.
      const taken = (id: string) => s.payees.some((one) => one.payee === id);
      const by = heirs.map(({ person, weight }, index) => ({
        payee: taken(person) ? ctx.newId(`heir ${person}`) : person,
        person,
        weight,
        amountIQD: shares[index]?.amount ?? 0,
      }));
      return [{ type: 'PayeeReplaced', data: { payee: c.payee, by } }];
    },
  }),
};

const statusOf = (persons: Readonly<Record<string, { readonly state: PersonState } | undefined>>, id: string) =>
  persons[id]?.state.status;
