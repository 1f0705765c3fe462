import type { ProcessLabels } from '../kernel/process.ts';

export const labels: ProcessLabels = {
  name: { en: 'Rule', ar: 'قاعدة' },
  plural: { en: 'Rules', ar: 'القواعد' },
  states: { none: { en: 'Not set', ar: 'غير محددة' }, kept: { en: 'In use', ar: 'معمول بها' } },
  commands: {
    establish: { en: 'Set the first version', ar: 'تحديد النسخة الأولى' },
    revise: { en: 'Set a new version', ar: 'تحديد نسخة جديدة' },
    withdrawVersion: { en: 'Withdraw a version', ar: 'سحب نسخة' },
  },
  events: {
    RuleVersionSet: { en: 'A version of the rule was set', ar: 'حُددت نسخة من القاعدة' },
    RuleVersionWithdrawn: { en: 'A version of the rule was withdrawn', ar: 'سُحبت نسخة من القاعدة' },
  },
  waits: {},
  parties: {},
  refusals: {
    RULE_UNKNOWN: { en: 'There is no rule with this key.', ar: 'لا توجد قاعدة بهذا المفتاح.' },
    RULE_VALUE_INVALID: { en: 'The value does not have the shape of this rule.', ar: 'القيمة لا تطابق شكل هذه القاعدة.' },
    VERSION_UNKNOWN: { en: 'The rule has no such version.', ar: 'لا توجد نسخة كهذه للقاعدة.' },
  },
  fields: {
    key: { en: 'Key', ar: 'المفتاح' },
    version: { en: 'Version', ar: 'النسخة' },
    effectiveFrom: { en: 'Effective from', ar: 'نافذة من تاريخ' },
    value: { en: 'Value', ar: 'القيمة' },
    source: { en: 'Source', ar: 'المصدر' },
    reason: { en: 'Reason', ar: 'السبب' },
  },
  codes: {},
};
