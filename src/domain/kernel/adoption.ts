import { z } from 'zod';
import { Instant } from './dates.ts';
import { Evidence, LetterRef } from './envelope.ts';
import { ensure, Refused } from './errors.ts';
import { event, type KernelTable, reason, spec } from './kernelSpec.ts';
import { ensureAnother } from './officers.ts';
import type { Context, Process, ProposedFact, Stated, ToldFact } from './process.ts';

/**
 * Whether an event may be recorded after these: in a status some command that emits it may be given in, beside the others with
 * which a command opens a case, or where the process lets a paper file leave out what lies between.
 */
function mayFollow(process: Process, state: Stated, fact: ToldFact, before: readonly string[]): boolean {
  const told = process.onPaper?.(state, fact);
  if (told !== undefined) return told;
  const { status } = state;
  const { type } = fact;
  return Object.values(process.commands).some((command) => {
    if (command.kernel || !command.emits.includes(type)) return false;
    if (command.from === 'new') return before.every((one) => command.emits.includes(one)) && !before.includes(type);
    if (command.from === 'open') return status !== process.initial.status && !process.ends.includes(status);
    return command.from.includes(status);
  });
}

const adoptedFact = z.strictObject({
  type: z.string(),
  data: z.record(z.string(), z.unknown()),
  occurredAt: Instant,
  letterRef: LetterRef.optional(),
  evidence: z.array(Evidence).max(20).optional(),
});

function adoptedFacts(process: Process, facts: readonly z.output<typeof adoptedFact>[], ctx: Context): readonly ProposedFact[] {
  let state: Stated = process.initial;
  let last = '';
  const types = facts.map((one) => one.type);
  return facts.map((one, index) => {
    const shape = process.events[one.type];
    ensure(shape, 'FACT_UNKNOWN', { type: one.type, index });
    ensure(one.letterRef !== undefined || (one.evidence?.length ?? 0) > 0, 'FACT_WITHOUT_LETTER', { type: one.type, index });
    ensure(one.occurredAt >= last, 'FACTS_OUT_OF_ORDER', { type: one.type, index });
    ensure(one.occurredAt <= ctx.now, 'IN_THE_FUTURE', { index });
    const parsed = shape.safeParse(one.data);
    if (!parsed.success) {
      throw new Refused('FACT_INVALID', {
        type: one.type,
        index,
        fields: parsed.error.issues.map((issue) => issue.path.join('.')).join(', '),
      });
    }
    const fact = { type: one.type, data: parsed.data };
    const { status } = state;
    ensure(mayFollow(process, state, fact, types.slice(0, index)), 'FACT_OUT_OF_PLACE', { type: one.type, status, index });
    last = one.occurredAt;
    const noted = {
      occurredAt: one.occurredAt,
      ...(one.letterRef ? { letterRef: one.letterRef } : {}),
      ...(one.evidence ? { evidence: one.evidence } : {}),
    };
    const meta = {
      ...ctx.history[0]?.meta,
      occurredAt: one.occurredAt,
      recordedAt: ctx.now,
      actor: ctx.actor,
      revision: index + 1,
    };
    state = process.evolve(state, { ...fact, meta: meta as never });
    return { ...fact, noted };
  });
}

/** Taking over a paper file at its stage, from dated facts with letters; a second officer confirms it. */
export const adoption: KernelTable = {
  adopt: spec({
    verb: 'adopt',
    from: 'new',
    input: z.strictObject({
      source: z.string().min(3).max(200),
      fileNo: z.string().max(80).optional(),
      facts: z.array(adoptedFact).min(1).max(200),
    }),
    emits: ['CaseAdopted'],
    decide: (c, ctx, process) => [
      event('CaseAdopted', { source: c.source, facts: c.facts.length, ...(c.fileNo ? { fileNo: c.fileNo } : {}) }),
      ...adoptedFacts(process, c.facts, ctx),
    ],
  }),
  confirmAdoption: spec({
    verb: 'adopt',
    from: 'any',
    idle: (record) => (record.adoption?.confirmed === false ? undefined : 'NO_ADOPTION_PENDING'),
    effect: 'legal',
    input: z.strictObject({}),
    emits: ['AdoptionConfirmed'],
    decide: (_, ctx) => {
      const { adoption } = ctx.case;
      ensure(adoption && !adoption.confirmed, 'NO_ADOPTION_PENDING');
      ensureAnother(ctx, 'SECOND_OFFICER_NEEDED', ['CaseAdopted']);
      return [event('AdoptionConfirmed', {})];
    },
  }),
  declineAdoption: spec({
    verb: 'adopt',
    from: 'any',
    idle: (record) => (record.adoption?.confirmed === false ? undefined : 'NO_ADOPTION_PENDING'),
    input: z.strictObject({ reason }),
    emits: ['AdoptionDeclined'],
    decide: (c, ctx) => {
      ensure(ctx.case.adoption && !ctx.case.adoption.confirmed, 'NO_ADOPTION_PENDING');
      return [event('AdoptionDeclined', { reason: c.reason })];
    },
  }),
};
