import { z } from 'zod';
import { OfficeRef, Reader } from '../domain/kernel/caseEvents.ts';

/** Shapes of answers, for the serializers and for the OpenAPI document. */
export const LabelView = z.object({ en: z.string(), ar: z.string(), ckb: z.string().optional() });

export const Action = z.object({
  command: z.string(),
  allowed: z.boolean(),
  reason: z.string().optional().meta({ description: 'Code of the refusal a try would meet' }),
});

export const Reference = z.string().meta({ description: 'Short reference with a check digit', examples: ['4821-9037-5512-3'] });
const Position = z.string().meta({ description: 'Opaque position of the event log; send it back in Masar-After' });

export const CommandAnswer = z.object({
  id: z.uuid(),
  reference: Reference,
  status: z.string(),
  revision: z.int(),
  position: Position,
  actions: z.array(Action),
});

const Holder = z.object({
  organisation: z.string().optional(),
  office: z.string().optional(),
  role: z.string().optional(),
  governorate: z.string().optional(),
});

export const WaitView = z.object({
  key: z.string(),
  party: z.string(),
  holder: Holder.optional(),
  clock: z.string().optional(),
  by: z.string().optional(),
  since: z.string().meta({ format: 'date-time' }),
  sinceRevision: z.int(),
  due: z.string().meta({ format: 'date-time' }).optional(),
  rule: z.string().optional(),
  ruleVersion: z.string().optional(),
  level: z.int().meta({ description: 'Highest level of escalation reached, 0 for none' }),
  paused: z.object({ at: z.string() }).optional(),
  assignee: z.string().optional(),
});

export const CaseAnswer = z.object({
  process: z.string(),
  id: z.uuid(),
  reference: Reference,
  status: z.string(),
  revision: z.int(),
  openedAt: z.string().meta({ format: 'date-time' }).optional(),
  changedAt: z.string().meta({ format: 'date-time' }).optional(),
  owner: OfficeRef.optional(),
  state: z.unknown().meta({ description: 'The process\'s own state; {"hidden":true} stands for what you may not see' }),
  waits: z.array(WaitView),
  shares: z.array(
    z.object({
      reader: Reader,
      until: z.string().meta({ description: 'The last day, or for a grant of a restricted case the instant' }),
    }),
  ),
  transfer: z.object({ to: OfficeRef, by: z.string() }).optional(),
  adoption: z.object({ by: z.string(), confirmed: z.boolean(), facts: z.int(), revision: z.int() }).optional(),
  corrections: z.array(z.object({ of: z.int(), proposedBy: z.string(), revision: z.int() })),
  reservations: z.array(z.object({ scope: z.string(), status: z.string(), heldBy: z.string().optional() })),
  actions: z.array(Action),
});

const FieldError = z.object({ pointer: z.string(), code: z.string(), message: z.string() });

export const ProblemAnswer = z
  .looseObject({
    type: z.string(),
    title: z.string().meta({ description: 'What is wrong and what to do, in the language asked for' }),
    status: z.int(),
    code: z.string().meta({ description: 'Stable; part of the API' }),
    instance: z.string().meta({ description: 'Id of this request, for reporting it' }),
    params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
    errors: z.array(FieldError).optional(),
  })
  .meta({ description: 'RFC 9457 problem' });
