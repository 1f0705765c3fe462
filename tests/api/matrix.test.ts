import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { ROLES } from '../../src/domain/access/roles.ts';
import type { Found } from '../support/matrix/ask.ts';
import { PLACES } from '../support/matrix/prepared.ts';
import { testDatabase } from '../support/postgres.ts';

const CHILD = fileURLToPath(new URL('../support/matrix/child.js', import.meta.url));
const CHILDREN = 2;
/** The whole takes a quarter of an hour on two processors. */
const MINUTES = process.env.MASAR_MATRIX === 'whole' ? 60 : 10;
/** With a slice of the routes alone there are few cells of a kind. */
const PART = process.env.MASAR_MATRIX_PART;

t.setTimeout(MINUTES * 60_000);

// What each extent of `MASAR_MATRIX` asks is said beside `EXTENTS`: of a permission of a process every role meets one route (the
// default), every route (`routes`), or every route in every place (`whole`). `MASAR_MATRIX_PART=3/8` asks the third eighth of the
// routes alone.
t.test('every route answers every role as the policy table says, until the last second of a right', async (t) => {
  const { url } = await testDatabase(t);
  const started = Date.now();
  const parts = await Promise.all(
    Array.from({ length: CHILDREN }, async (_, at): Promise<Found> => {
      const roles = ROLES.filter((_role, index) => index % CHILDREN === at);
      const child = fork(CHILD, roles, { env: { ...process.env, TEST_DATABASE_URL: url }, stdio: 'inherit' });
      const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`a child ended with ${code} and no answer`)));
      const [found] = await Promise.race([once(child, 'message'), ended]);
      ended.catch(() => undefined);
      return found as Found;
    }),
  );
  for (const { nameless, routes } of parts) {
    t.same(nameless, [], 'every route has a row of expectations');
    t.ok(routes > 700, `${routes} routes`);
  }
  const cells = parts.reduce((sum, one) => sum + one.cells, 0);
  const wrong = parts.flatMap((one) => one.wrong);
  t.same(wrong.slice(0, 40), [], `${wrong.length} of ${cells} cells are wrong`);
  const numbers = (['passes', 'FORBIDDEN', 'NOT_FOUND'] as const).map((verdict) => {
    const number = parts.reduce((sum, one) => sum + one.tally[verdict], 0);
    t.ok(number > (PART ? 0 : 500), `${verdict}: ${number}`);
    return `${verdict} ${number}`;
  });
  t.comment(
    `${cells} cells of ${PART ?? 'all'} of ${parts[0]?.routes} routes × ${ROLES.length} roles × ${PLACES.length} places × 2 seconds; ` +
      `${numbers.join(', ')}; ${Date.now() - started} ms`,
  );
});
