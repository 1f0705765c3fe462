import { caseLabels } from '../domain/kernel/caseLabels.ts';
import { type Label, type Lang, say } from '../domain/kernel/labels.ts';
import type { Registry } from '../domain/kernel/registry.ts';
import type { Params } from './problem.ts';
import { apiProblems } from './problemCodes.ts';

/** Words for every code an answer may carry: the API's, the kernel's and those of every process. */
export interface Catalogue {
  /** The words of a code; those of the process asked about come first, since two processes may word one rule differently. */
  label(code: string, process?: string): Label | undefined;
  /** The words in a language, with `{names}` filled in; a code without words is said as it is. */
  message(code: string, lang: Lang, params?: Params, process?: string): string;
}

export function catalogueOf(registry: Registry): Catalogue {
  const all: Readonly<Record<string, Label>> = {
    ...Object.assign({}, ...registry.all.map((process) => process.labels.refusals)),
    ...caseLabels.refusals,
    ...Object.fromEntries(Object.entries(apiProblems).map(([code, one]) => [code, one.label])),
  };
  const label: Catalogue['label'] = (code, process) =>
    (process === undefined ? undefined : registry.byName(process)?.labels.refusals[code]) ?? all[code];
  return {
    label,
    message: (code, lang, params = {}, process) => {
      const found = label(code, process);
      return found ? say(found, lang).replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole)) : code;
    },
  };
}
