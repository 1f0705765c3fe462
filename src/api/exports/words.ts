import { ROLE_LABELS } from '../../domain/access/labels.ts';
import { wordFor } from '../../domain/kernel/caseLabels.ts';
import { type Label, type Lang, say } from '../../domain/kernel/labels.ts';
import { isOpen } from '../../domain/kernel/privacy.ts';
import type { Process } from '../../domain/kernel/process.ts';
import type { Registry } from '../../domain/kernel/registry.ts';

/** Says codes of a list's rows in one language; a code without words stays as it is. */
export interface Words {
  readonly lang: Lang;
  process(name: unknown): string;
  status(process: unknown, status: unknown): string;
  wait(process: unknown, key: unknown): string;
  party(process: unknown, key: unknown): string;
  code(process: unknown, list: string, code: unknown): string;
  role(role: unknown): string;
  yesOrNo(value: boolean): string;
  /** A label, or the names of an organisation or office. */
  label(label: unknown): string | null;
  /** The name of an organisation or office whose id stands in a row. */
  named(id: unknown): string;
}

const YES_NO = { true: { en: 'Yes', ar: 'نعم' }, false: { en: 'No', ar: 'لا' } } as const;

const isLabel = (value: unknown): value is Label =>
  typeof value === 'object' && value !== null && 'en' in value && 'ar' in value && isOpen(value);

/** Words for a list; `of` is the process of rows that do not name theirs, `names` what organisations and offices are called. */
export function wordsFor(registry: Registry, lang: Lang, of: Process | undefined, names: ReadonlyMap<string, Label>): Words {
  const processOf = (name: unknown): Process | undefined => (typeof name === 'string' ? registry.byName(name) : of);
  const worded = (label: Label | undefined, code: unknown): string => (label ? say(label, lang) : String(code));
  const kernelWord = (kind: 'states' | 'waits' | 'parties') => (name: unknown, key: unknown) => {
    const process = processOf(name);
    return worded(process && wordFor(process, kind, String(key)), key);
  };
  return {
    lang,
    process: (name) => worded(processOf(name)?.labels.name, name),
    status: kernelWord('states'),
    wait: kernelWord('waits'),
    party: kernelWord('parties'),
    code: (name, list, code) => worded(processOf(name)?.labels.codes[list]?.[String(code)], code),
    role: (role) => worded(Object.entries(ROLE_LABELS).find(([name]) => name === role)?.[1], role),
    yesOrNo: (value) => say(YES_NO[value ? 'true' : 'false'], lang),
    label: (label) => (isLabel(label) ? say(label, lang) : null),
    named: (id) => worded(names.get(String(id)), id),
  };
}
