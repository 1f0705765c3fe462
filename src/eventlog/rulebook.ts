import { figurePeriodRule, largestSumRule } from '../domain/access/figurePeriod.ts';
import { smallCellsRule } from '../domain/access/smallCells.ts';
import { DEFAULT_CALENDAR, WorkingCalendar } from '../domain/kernel/calendar.ts';
import { baghdadDate } from '../domain/kernel/dates.ts';
import { keptUploadsRule } from '../domain/kernel/documents.ts';
import { ensure } from '../domain/kernel/errors.ts';
import type { Registry } from '../domain/kernel/registry.ts';
import { defineRule, type Rule, type RuleVersion } from '../domain/kernel/rules.ts';
import { inForceOn, type RuleState } from '../domain/rule/index.ts';
import type { Cases } from './cases.ts';
import { naturalId } from './ids.ts';

/** Weekend, holidays and hours by which working days are counted. Friday and Saturday are practice; holidays are entered yearly. */
export const calendarRule = defineRule<WorkingCalendar>({
  key: 'calendar.working',
  schema: WorkingCalendar,
  default: DEFAULT_CALENDAR,
  source: '[C]',
});

/** Rules of no process of their own. */
const GENERAL: readonly Rule[] = [calendarRule, keptUploadsRule, smallCellsRule, figurePeriodRule, largestSumRule];

/** The versions of a set of rules in force on a day. */
export interface RulesInForce {
  of<T>(rule: Rule<T>): RuleVersion<T>;
}

export interface Rulebook {
  /** Every rule of this installation by key. */
  readonly all: ReadonlyMap<string, Rule>;
  /** The versions in force at an instant (Baghdad's day). Only these rules may be asked for. */
  inForce(rules: readonly Rule[], at: string): Promise<RulesInForce>;
  /** Forgets what was read, after this process itself changed a rule. */
  forget(): void;
}

// A rule takes effect on a day; a second of staleness is invisible, a read per rule and command is not.
const FRESH_MS = 1_000;

/** The rules every process of the registry declares, with their recorded versions. */
export function createRulebook(registry: Registry, cases: Cases, now: () => number = Date.now): Rulebook {
  const all = new Map<string, Rule>();
  for (const rule of [...GENERAL, ...registry.all.flatMap(rulesOf)]) {
    const known = all.get(rule.key);
    if (known && known !== rule) throw new Error(`two rules have the key ${rule.key}`);
    all.set(rule.key, rule);
  }
  const read = new Map<string, { readonly state: RuleState; readonly at: number }>();

  const stateOf = async (rule: Rule): Promise<RuleState> => {
    const known = read.get(rule.key);
    if (known && now() - known.at < FRESH_MS) return known.state;
    const record = await cases.glance(`rule-${naturalId('rule', rule.key)}`);
    const state = record.state as RuleState;
    read.set(rule.key, { state, at: now() });
    return state;
  };

  return {
    all,
    forget: () => read.clear(),
    inForce: async (rules, at) => {
      const day = baghdadDate(at);
      const versions = new Map<string, RuleVersion>();
      const states = await Promise.all(rules.map(async (rule) => [rule, await stateOf(rule)] as const));
      for (const [rule, state] of states) {
        const version = inForceOn(state, day);
        versions.set(
          rule.key,
          version
            ? { key: rule.key, version: version.version, value: rule.schema.parse(version.value) }
            : { key: rule.key, version: 'default', value: rule.default },
        );
      }
      return {
        of: <T>(rule: Rule<T>) => {
          const version = versions.get(rule.key);
          ensure(version, 'RULE_NOT_DECLARED', { key: rule.key });
          return version as RuleVersion<T>;
        },
      };
    },
  };
}

/** Every rule a process declares: on commands, clocks and escalation. */
function rulesOf(process: Registry['all'][number]): readonly Rule[] {
  return [
    ...Object.values(process.commands).flatMap((command) => command.rules ?? []),
    ...Object.values(process.clocks ?? {}),
    ...(process.escalation ? [process.escalation.rule] : []),
  ];
}
