import { approving } from './approving.ts';
import { arriving } from './arriving.ts';
import { awaiting } from './awaiting.ts';
import { checking } from './checking.ts';
import { clearing } from './clearing.ts';
import { deciding } from './deciding.ts';
import { p } from './definition.ts';
import { departing } from './departing.ts';
import { holding } from './holding.ts';
import { informing } from './informing.ts';
import { visiting } from './visiting.ts';

/** Move a household safely, informed and of its own will, and see whether the solution holds (domain.md §2). */
export const movement = p.withCommands({
  ...informing,
  ...visiting,
  ...deciding,
  ...clearing,
  ...checking,
  ...approving,
  ...holding,
  ...departing,
  ...arriving,
  ...awaiting,
});
