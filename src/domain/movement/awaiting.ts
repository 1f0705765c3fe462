import { awaitedCommands } from '../docRequest/data.ts';
import { p } from './definition.ts';
import { STAGES } from './state.ts';

const rows = awaitedCommands([...STAGES, 'on_hold']);

/** Papers that travellers wait for. They show beside the checks and never block them (domain.md §0.2, rule 4). */
export const awaiting = {
  awaitDocument: p.command(rows.awaitDocument),
  noteDocumentIssued: p.command(rows.noteDocumentIssued),
  noteDocumentGivenUp: p.command(rows.noteDocumentGivenUp),
};
