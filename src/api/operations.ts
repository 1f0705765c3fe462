import { wordFor } from '../domain/kernel/caseLabels.ts';
import type { Command, Process } from '../domain/kernel/process.ts';

const pascal = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** Name, words and tag of a derived operation in the OpenAPI document. */
export function operation(of: { process: Process; command?: Command; name: string; summary?: string; description?: string }) {
  const { process, command, name } = of;
  const words = command && wordFor(process, 'commands', command.name);
  const plural = process.labels.plural.en;
  return {
    operationId: `${process.name}${pascal(name)}`,
    tags: [process.name],
    summary: of.summary ?? `${plural}: ${words?.en ?? name}`,
    description: of.description ?? (command ? describe(process, command) : `${plural}.`),
    ...(command ? { 'x-command': command.name, 'x-permission': command.permission } : {}),
    ...(command?.effect ? { 'x-effect': command.effect } : {}),
  };
}

function describe(process: Process, command: Command): string {
  const states = command.from === 'new' ? [] : command.from === 'open' ? process.statuses.filter(isOpen(process)) : command.from;
  const parts = [
    command.from === 'new' ? 'Opens a case.' : `From: ${states.join(', ')}.`,
    command.to.length > 0 ? `To: ${command.to.join(', ')}.` : '',
    `Permission: ${command.permission}.`,
    command.effect ? `Has ${command.effect} effect, so \`If-Match\` is required.` : '',
  ];
  return parts.filter((part) => part !== '').join(' ');
}

const isOpen = (process: Process) => (status: string) => status !== process.initial.status && !process.ends.includes(status);
