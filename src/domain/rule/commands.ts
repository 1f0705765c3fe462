import { z } from 'zod';
import { LocalDate } from '../kernel/dates.ts';
import { ensure, Refused } from '../kernel/errors.ts';
import { defineProcess } from '../kernel/process.ts';
import type { Rule } from '../kernel/rules.ts';
import { events } from './events.ts';
import { labels } from './labels.ts';
import { evolve, initial } from './state.ts';

const version = {
  effectiveFrom: LocalDate,
  value: z.unknown(),
  source: z.string().min(3).max(500),
};

/** The value in the rule's own shape, or a refusal that names what is wrong. */
function parsedValue(rule: Rule | undefined, key: string, value: unknown): unknown {
  ensure(rule, 'RULE_UNKNOWN', { key });
  const parsed = rule.schema.safeParse(value);
  if (!parsed.success) {
    throw new Refused('RULE_VALUE_INVALID', {
      key,
      fields: parsed.error.issues.map((one) => one.path.join('.') || '(value)').join(', '),
    });
  }
  return parsed.data;
}

const p = defineProcess({
  name: 'rule',
  plural: 'rules',
  store: 'general',
  tier: 'T0',
  events,
  initial,
  evolve,
  waitsOn: { none: () => [], kept: () => [] },
  ends: [],
  labels,
});

/** Amounts, windows and routings as effective-dated configuration (design.md §3). */
export const rule = p.withCommands({
  establish: p.command({
    from: 'new',
    permission: 'rule:set',
    input: z.strictObject({ key: z.string().max(120), ...version }),
    naturalKey: (c) => c.key,
    emits: ['RuleVersionSet'],
    to: ['kept'],
    decide: (c, _s, ctx) => [
      {
        type: 'RuleVersionSet',
        data: {
          key: c.key,
          version: ctx.newId('version'),
          effectiveFrom: c.effectiveFrom,
          value: parsedValue(ctx.ruleNamed(c.key), c.key, c.value),
          source: c.source,
        },
      },
    ],
  }),
  revise: p.command({
    from: ['kept'],
    permission: 'rule:set',
    input: z.strictObject(version),
    emits: ['RuleVersionSet'],
    to: ['kept'],
    decide: (c, s, ctx) => [
      {
        type: 'RuleVersionSet',
        data: {
          key: s.key,
          version: ctx.newId('version'),
          effectiveFrom: c.effectiveFrom,
          value: parsedValue(ctx.ruleNamed(s.key), s.key, c.value),
          source: c.source,
        },
      },
    ],
  }),
  withdrawVersion: p.command({
    from: ['kept'],
    permission: 'rule:set',
    input: z.strictObject({ version: z.string(), reason: z.string().min(3).max(500) }),
    emits: ['RuleVersionWithdrawn'],
    to: ['kept'],
    decide: (c, s) => {
      ensure(
        s.versions.some((one) => one.version === c.version),
        'VERSION_UNKNOWN',
        { version: c.version },
      );
      return [{ type: 'RuleVersionWithdrawn', data: c }];
    },
  }),
});
