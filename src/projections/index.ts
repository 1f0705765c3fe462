import type { Registry } from '../domain/kernel/registry.ts';
import { boardsProjection } from './boards.ts';
import { casesProjection } from './cases.ts';
import { directoryProjection } from './directory.ts';
import { duplicatesProjection, type Mac } from './duplicates.ts';
import { movementsProjection } from './movements.ts';
import { numbersProjection } from './numbers.ts';
import { providersProjection } from './providers.ts';
import { registerProjection } from './register.ts';
import type { Projection } from './runtime/projection.ts';
import { timelineProjection } from './timeline.ts';

/** Every read model of an installation. Rebuilding one never needs another. `mac` is the keyring's. */
export const projectionsOf = (registry: Registry, mac: Mac): readonly Projection[] => [
  casesProjection(registry),
  timelineProjection(registry),
  boardsProjection(registry),
  directoryProjection,
  registerProjection,
  duplicatesProjection(mac),
  numbersProjection(mac),
  providersProjection,
  movementsProjection,
];

/** The read models of the restricted store, in its own database: its cases and their trails, and nothing that joins them to others. */
export const restrictedProjectionsOf = (registry: Registry): readonly Projection[] => [
  casesProjection(registry, 'restricted'),
  timelineProjection(registry, 'restricted'),
  directoryProjection,
];
