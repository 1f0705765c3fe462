import { circumstances } from './circumstances.ts';
import { composition } from './composition.ts';
import { consents } from './consents.ts';
import { p } from './definition.ts';
import { file } from './file.ts';
import { merging } from './merging.ts';
import { pathways } from './pathways.ts';
import { registering } from './registering.ts';

/** One durable record per displaced, returned, integrating or relocating household (domain specification §1). */
export const household = p.withCommands({
  ...registering,
  ...composition,
  ...circumstances,
  ...pathways,
  ...file,
  ...consents,
  ...merging,
});
