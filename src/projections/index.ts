import type { Registry } from '../domain/kernel/registry.ts';
import { casesProjection } from './cases.ts';
import { directoryProjection } from './directory.ts';
import type { Projection } from './runtime/projection.ts';
import { timelineProjection } from './timeline.ts';

/** Every read model of an installation. Rebuilding one never needs another. */
export const projectionsOf = (registry: Registry): readonly Projection[] => [
  casesProjection(registry),
  timelineProjection(registry),
  directoryProjection,
];
