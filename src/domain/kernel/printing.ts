import { z } from 'zod';
import { type CaseEventData, caseEvents } from './caseEvents.ts';
import type { RecordedEvent } from './envelope.ts';
import { ensure } from './errors.ts';
import { event, type KernelTable, spec } from './kernelSpec.ts';
import type { Context, Process, Stated } from './process.ts';

/** One print of a case, in the words of its event, with the revision it was made at. */
export type Print = CaseEventData<'PaperPrinted'> & { readonly revision: number };

/** What was printed of a case so far, in order. */
export const printsIn = (history: readonly RecordedEvent[]): readonly Print[] =>
  history
    .filter((one) => one.type === 'PaperPrinted')
    .map((one) => ({ ...caseEvents.PaperPrinted.parse(one.data), revision: one.meta.revision }));

/** The next print of a case. @throws Refused PAPER_UNKNOWN, PAPER_NOT_YET */
function nextPrint(name: string, ctx: Context, process: Process): CaseEventData<'PaperPrinted'> {
  const paper = process.papers?.[name];
  ensure(paper, 'PAPER_UNKNOWN', { paper: name });
  // Nothing is printed of a retracted or unconfirmed case, so its state stands under the process's own status.
  const state = ctx.case.state as Stated;
  ensure(paper.from.includes(state.status), 'PAPER_NOT_YET', { paper: name, states: paper.from.join(', ') });
  const edition = paper.edition?.(state);
  const prints = printsIn(ctx.history);
  const copies = prints.filter((one) => one.paper === name && one.edition === edition);
  return { paper: name, number: prints.length + 1, copy: copies.length + 1, ...(edition === undefined ? {} : { edition }) };
}

/** Papers: each print is numbered within its case, a second one of the same paper is a reprint, and both are on record. */
export const printing: KernelTable = {
  print: spec({
    verb: 'print',
    from: 'printable',
    input: z.strictObject({ paper: z.string().min(1).max(60) }),
    emits: ['PaperPrinted'],
    decide: (c, ctx, process) => [event('PaperPrinted', nextPrint(c.paper, ctx, process))],
  }),
};
