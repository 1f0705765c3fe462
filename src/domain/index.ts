import { registryOf } from './kernel/registry.ts';
import { reservation } from './reservation/index.ts';
import { rule } from './rule/index.ts';

/** Every process of Masar. Routes, codecs, queues, documents and tests are derived from this list. */
export const registry = registryOf([rule, reservation]);
