import { erasureEvents } from '../../domain/erasure/index.ts';
import type { ProjectedEvent } from './projection.ts';

/** Subjects whose keys are destroyed as of an event; none for every other event. */
export const erasedBy = ({ process, type, data }: ProjectedEvent): readonly string[] =>
  process.name === 'erasure' && type === 'ErasureCarriedOut' ? erasureEvents.ErasureCarriedOut.parse(data).subjects : [];
