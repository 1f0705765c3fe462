import { wordFor } from '../domain/kernel/caseLabels.ts';
import { type Label, type Lang, say } from '../domain/kernel/labels.ts';
import type { Command, Process } from '../domain/kernel/process.ts';

/** Characters Mermaid reads as syntax in a label. */
const asLabel = (text: string): string =>
  text
    .replace(/[:;#"\n]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

/**
 * A process as a Mermaid state diagram: its states with their names in a language, and an arrow for every way its own commands
 * lead from one to another. What the system does by itself is dotted in words: `(system)`. A command that leaves a case in the
 * state it is in is not drawn.
 */
export function stateDiagram(process: Process, lang: Lang): string {
  const named = (label: Label | undefined, otherwise: string) => asLabel(label ? say(label, lang) : otherwise);
  const statuses = process.statuses.filter((status) => status !== process.initial.status);
  const arrows = new Map<string, string[]>();
  for (const command of Object.values(process.commands).filter((one) => !one.kernel)) {
    const word = named(wordFor(process, 'commands', command.name), command.name);
    const label = command.permission === 'system' ? `${word} (system)` : word;
    for (const [from, to] of waysOf(process, command)) {
      const key = `${from} --> ${to}`;
      arrows.set(key, [...(arrows.get(key) ?? []), label]);
    }
  }
  return [
    'stateDiagram-v2',
    ...statuses.map((status) => `  state "${named(wordFor(process, 'states', status), status)}" as ${status}`),
    ...[...arrows].map(([arrow, labels]) => `  ${arrow} : ${labels.join(' / ')}`),
    ...process.ends.map((status) => `  ${status} --> [*]`),
    '',
  ].join('\n');
}

function waysOf(process: Process, command: Command): [string, string][] {
  const open = process.statuses.filter((status) => status !== process.initial.status && !process.ends.includes(status));
  const from = command.from === 'new' ? ['[*]'] : command.from === 'open' ? open : command.from;
  return from
    .map((status) => (status === process.initial.status ? '[*]' : status))
    .flatMap((status) => targetsOf(command, status).map((to): [string, string] => [status, to]))
    .filter(([status, to]) => status !== to);
}

/** A command that works in several states and may end in just those leaves each where it is. */
function targetsOf(command: Command, from: string): readonly string[] {
  const stays = command.from === 'open' ? command.to.length > 1 && command.to.includes(from) : sameSet(command.from, command.to);
  return stays ? [from] : command.to;
}

const sameSet = (one: Command['from'], other: readonly string[]): boolean =>
  Array.isArray(one) && one.length === other.length && one.every((status) => other.includes(status));
