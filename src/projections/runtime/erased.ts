import { erasureEvents } from '../../domain/erasure/index.ts';
import { idOf } from '../../domain/kernel/envelope.ts';
import type { ProjectedEvent } from './projection.ts';

/** Subjects whose keys are destroyed as of an event; none for every other event. */
export function erasedBy({ process, type, data, meta }: ProjectedEvent): readonly string[] {
  if (process.name === 'listExport' && type === 'ListExportForgotten') return [idOf(meta.stream)];
  return process.name === 'erasure' && type === 'ErasureCarriedOut' ? erasureEvents.ErasureCarriedOut.parse(data).subjects : [];
}
