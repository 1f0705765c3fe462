import { installation } from './installation/index.ts';
import { registryOf } from './kernel/registry.ts';
import { office } from './office/index.ts';
import { organisation } from './organisation/index.ts';
import { reservation } from './reservation/index.ts';
import { rule } from './rule/index.ts';
import { staff } from './staff/index.ts';

/** Every process of Masar. Routes, codecs, queues, documents and tests are derived from this list. */
export const registry = registryOf([rule, reservation, installation, organisation, office, staff]);
