import { importRun } from '../../domain/importRun/index.ts';
import { idOf } from '../../domain/kernel/envelope.ts';
import type { Reactor } from '../runtime/reactor.ts';

export interface ShortLifeParts {
  /** Destroys the keys of subjects; may be asked again. */
  destroy(subjects: readonly string[]): Promise<unknown>;
  /** Removes the sealed bytes of files. */
  discard(files: readonly string[]): Promise<void>;
}

/**
 * Ends what holds many people at once when its time is over: the key of an imported file goes, with its bytes, and the key of the
 * words a list was searched by. Also where
 * somebody named the file in another case: it tells of too many.
 */
export const shortLife = ({ destroy, discard }: ShortLifeParts): Reactor => ({
  name: 'short life',
  start: 'beginning',
  categories: ['importRun', 'listExport'],
  react: (event) => {
    if (event.type === 'ListExportForgotten') return [{ step: 'words', ids: {} }];
    if (event.type === 'ImportFileDestroyed') {
      return [{ step: 'file', ids: { document: importRun.events.ImportFileDestroyed.parse(event.data).document } }];
    }
    return [];
  },
  perform: async ({ step, ids: { document } }, { cause }) => {
    if (step === 'words') await destroy([idOf(cause.stream)]);
    if (step !== 'file' || document === undefined) return;
    await destroy([document]);
    await discard([document]);
  },
});
