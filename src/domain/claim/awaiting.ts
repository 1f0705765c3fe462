import { awaitedCommands } from '../docRequest/data.ts';
import { p } from './definition.ts';
import { ENDS, LINE } from './stages.ts';

const rows = awaitedCommands([...LINE, ...ENDS, 'suspended']);

/** Papers that a claim waits for: while one is under way at its office, the claimant is not reminded and the claim does not lapse. */
export const awaiting = {
  awaitDocument: p.command(rows.awaitDocument),
  noteDocumentIssued: p.command(rows.noteDocumentIssued),
  noteDocumentGivenUp: p.command(rows.noteDocumentGivenUp),
};
