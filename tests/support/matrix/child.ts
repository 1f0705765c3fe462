/**
 * The matrix for some of the roles, as a plain program: the hooks a test library has on every promise would cost more than the
 * requests. Roles are its arguments; what it found goes to its parent.
 */
import { ROLES, type Role } from '../../../src/domain/access/roles.ts';
import { askMatrix, EXTENTS, type Found, generalSetting, sliceOf } from './ask.ts';
import { restrictedSetting } from './restricted.ts';

// Nobody is left to tell once the parent is gone.
const parentGone = () => process.exit(1);
process.once('disconnect', parentGone);
// Hundreds of thousands of refusals, none of which anybody reads the stack of.
Error.stackTraceLimit = 0;
const roles = process.argv.slice(2).filter((one): one is Role => (ROLES as readonly string[]).includes(one));
const ends: (() => unknown)[] = [];
const test = { teardown: (end: () => unknown) => ends.unshift(end) };
const extent = EXTENTS.find((one) => one === process.env.MASAR_MATRIX) ?? 'permissions';
const slice = sliceOf(process.env.MASAR_MATRIX_PART);
const only = process.env.MASAR_MATRIX_STORE;
const found: Partial<Record<'general' | 'restricted', Found>> = {};
if (only !== 'restricted') found.general = await askMatrix(test, await generalSetting(), roles, extent, slice);
if (only !== 'general') found.restricted = await askMatrix(test, await restrictedSetting(test, roles), roles, extent, slice);
for (const end of ends) await end();
process.send?.(found);
process.off('disconnect', parentGone);
process.disconnect();
