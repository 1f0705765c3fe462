import type { Print } from '../../domain/kernel/printing.ts';
import type { Process } from '../../domain/kernel/process.ts';
import type { LoadedCase } from '../../eventlog/cases.ts';
import type { Opener } from '../opener.ts';
import type { ApiParts } from '../parts.ts';
import { caseThen } from './caseThen.ts';
import { issuerOf } from './names.ts';
import type { CaseThen, Look, PaperLayout } from './paper.ts';

/** Where the QR code on a paper of this case leads. */
export const addressOf = (publicUrl: string, process: Process, reference: string): string =>
  `${publicUrl.replace(/\/+$/, '')}/v1/${process.plural}/${reference}`;

/**
 * The file of one print: the case, and whatever its text names, as of the print. What happened since changes nothing in it; only
 * what was erased since is gone from it too.
 */
export async function printedFile(
  parts: ApiParts,
  opener: Opener,
  { process, record, history, stored }: LoadedCase,
  print: Print,
  layout: PaperLayout,
) {
  const [made, at] = [history[print.revision], stored[print.revision]];
  if (!made || !at) throw new Error(`${record.stream} has no revision ${print.revision}`);
  const seen = new Map<string, Promise<CaseThen>>();
  const look: Look = async (name, id) => {
    const other = parts.registry.byName(name);
    if (other?.store !== 'general') throw new Error(`no paper looks at ${name}`);
    const stream = `${name}-${id}`;
    const known = seen.get(stream) ?? caseThen(parts, opener, other, id, at.position, layout.tier);
    seen.set(stream, known);
    return (await known).record;
  };
  const then = await caseThen(parts, opener, process, record.id, at.position, layout.tier);
  // What draws pages and shapes letters is as large as all the rest, and most processes print nothing.
  const { pdfOf } = await import('./pdf.ts');
  return pdfOf(await layout.compose(then, look, process), {
    issuer: await issuerOf(look, made.meta.actor),
    reference: record.reference,
    number: print.number,
    copy: print.copy,
    printedAt: made.meta.recordedAt,
    address: addressOf(parts.config.publicUrl, process, record.reference),
  });
}
