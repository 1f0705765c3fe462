import { z } from 'zod';
import { withCorrections } from './case.ts';
import { caseEvents } from './caseEvents.ts';
import { ensure, Refused } from './errors.ts';
import { event, type KernelTable, reason, spec } from './kernelSpec.ts';
import { isOwnEntry } from './officers.ts';
import type { Context, Process, Stated } from './process.ts';
import { newestVersion } from './registry.ts';

/** The entry a correction means, as corrected so far: a recorded domain event that is no decision. */
function entryMeant(ctx: Context, process: Process, revision: number) {
  const entry = withCorrections(ctx.history)[revision];
  ensure(entry, 'REVISION_UNKNOWN', { revision });
  const shape = process.events[entry.type];
  ensure(shape, 'NOT_CORRECTABLE', { event: entry.type });
  ensure(!process.decisions?.includes(entry.type), 'DECISION_NOT_CORRECTABLE', { event: entry.type });
  ensure(!process.reliedUpon?.(ctx.case.state as Stated).includes(entry.type), 'RELIED_UPON', { event: entry.type });
  return { entry, shape };
}

function correctedData(ctx: Context, process: Process, revision: number, fields: Readonly<Record<string, unknown>>) {
  const { entry, shape } = entryMeant(ctx, process, revision);
  const unknown = Object.keys(fields).filter((name) => !(name in shape.shape));
  ensure(unknown.length === 0, 'FIELD_UNKNOWN', { fields: unknown.join(', ') });
  const parsed = shape.safeParse({ ...(entry.data as Record<string, unknown>), ...fields });
  if (!parsed.success)
    throw new Refused('CORRECTION_INVALID', { fields: parsed.error.issues.map((one) => one.path.join('.')).join(', ') });
  return { entry, after: parsed.data };
}

function correctionMeant(ctx: Context, revision: number) {
  const pending = ctx.case.corrections.find((one) => one.of === revision);
  const proposed = pending && ctx.history[pending.revision];
  ensure(proposed, 'NO_CORRECTION_PENDING', { revision });
  return { meta: proposed.meta, data: caseEvents.CorrectionProposed.parse(proposed.data) };
}

/** Corrections: alone on one's own entry until somebody acted upon it, then with a second officer. */
export const correction: KernelTable = {
  correct: spec({
    verb: 'correct',
    from: 'any',
    input: z.strictObject({ revision: z.int().min(0), fields: z.record(z.string(), z.unknown()), reason }),
    emits: ['CaseCorrected', 'CorrectionProposed'],
    decide: (c, ctx, process) => {
      const { entry, after } = correctedData(ctx, process, c.revision, c.fields);
      ensure(!ctx.case.corrections.some((one) => one.of === c.revision), 'CORRECTION_PENDING', { revision: c.revision });
      const ownEntry = entry.meta.actor.id === ctx.actor.id;
      const others = ctx.history.slice(c.revision + 1).filter((later) => later.meta.actor.id !== ctx.actor.id);
      const actedUpon = others.some((later) => later.meta.actor.post !== 'system');
      const version = newestVersion(process, entry.type);
      const data = { of: c.revision, type: entry.type, fields: Object.keys(c.fields), version, after, reason: c.reason };
      return [event(ownEntry && !actedUpon ? 'CaseCorrected' : 'CorrectionProposed', data)];
    },
  }),
  confirmCorrection: spec({
    verb: 'correct',
    from: 'any',
    idle: (record) => (record.corrections.length > 0 ? undefined : 'NO_CORRECTION_PENDING'),
    effect: 'legal',
    input: z.strictObject({ revision: z.int().min(0) }),
    emits: ['CaseCorrected'],
    decide: (c, ctx, process) => {
      const proposed = correctionMeant(ctx, c.revision);
      entryMeant(ctx, process, c.revision);
      ensure(!isOwnEntry(proposed.meta, ctx), 'SECOND_OFFICER_NEEDED');
      return [event('CaseCorrected', proposed.data)];
    },
  }),
  declineCorrection: spec({
    verb: 'correct',
    from: 'any',
    idle: (record) => (record.corrections.length > 0 ? undefined : 'NO_CORRECTION_PENDING'),
    input: z.strictObject({ revision: z.int().min(0), reason }),
    emits: ['CorrectionDeclined'],
    decide: (c, ctx) => {
      correctionMeant(ctx, c.revision);
      return [event('CorrectionDeclined', { of: c.revision, reason: c.reason })];
    },
  }),
};
