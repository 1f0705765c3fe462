import { awaitedCommands } from '../docRequest/data.ts';
import { p } from './definition.ts';
import { STATUSES } from './state.ts';

const rows = awaitedCommands(STATUSES);

/** Papers that a grant waits for: a card that could not be paid for want of one is asked for money again once it is there. */
export const awaiting = {
  awaitDocument: p.command(rows.awaitDocument),
  noteDocumentIssued: p.command(rows.noteDocumentIssued),
  noteDocumentGivenUp: p.command(rows.noteDocumentGivenUp),
};
