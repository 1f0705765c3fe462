import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { ROLES } from '../../src/domain/access/roles.ts';
import type { Found } from '../support/matrix/ask.ts';
import { testDatabase } from '../support/postgres.ts';

const CHILD = fileURLToPath(new URL('../support/matrix/child.js', import.meta.url));
const CHILDREN = 2;
/** The whole takes a quarter of an hour on two processors. */
const MINUTES = process.env.MASAR_MATRIX === 'whole' ? 60 : 10;
/** With a slice of the routes alone there are few cells of a kind. */
const PART = process.env.MASAR_MATRIX_PART;

type Tap = Pick<typeof t, 'ok' | 'same' | 'comment'>;

t.setTimeout(MINUTES * 60_000);

// What each extent of `MASAR_MATRIX` asks is said beside `EXTENTS`: of a permission of a process every role meets one route (the
// default), every route (`routes`), or every route in every place (`whole`). `MASAR_MATRIX_PART=3/8` asks the third eighth of the
// routes alone, `MASAR_MATRIX_STORE=restricted` what is about the cases of one store.
type Both = Partial<Record<'general' | 'restricted', Found>>;
/** So many routes at least are about each store, and of each answer so many cells. */
const LEAST = { general: { routes: 700, cells: 500 }, restricted: { routes: 40, cells: 100 } };

t.test('every route answers every role as the policy table says, until the last second of a right', async (t) => {
  const { url } = await testDatabase(t);
  const started = Date.now();
  const both = await Promise.all(
    Array.from({ length: CHILDREN }, async (_, at): Promise<Both> => {
      const roles = ROLES.filter((_role, index) => index % CHILDREN === at);
      const child = fork(CHILD, roles, { env: { ...process.env, TEST_DATABASE_URL: url }, stdio: 'inherit' });
      const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`a child ended with ${code} and no answer`)));
      const [found] = await Promise.race([once(child, 'message'), ended]);
      ended.catch(() => undefined);
      return found as Both;
    }),
  );
  for (const store of ['general', 'restricted'] as const) {
    const parts = both.flatMap((one) => one[store] ?? []);
    if (parts.length > 0) await t.test(`${store} cases`, async (t) => told(t, store, parts));
  }
  t.comment(`${Date.now() - started} ms`);
});

function told(t: Tap, store: keyof typeof LEAST, parts: readonly Found[]): void {
  const least = LEAST[store];
  for (const { nameless, routes } of parts) {
    t.same(nameless, [], 'every route has a row of expectations');
    t.ok(routes > least.routes, `${routes} routes`);
  }
  const cells = parts.reduce((sum, one) => sum + one.cells, 0);
  const wrong = parts.flatMap((one) => one.wrong);
  t.same(wrong.slice(0, 40), [], `${wrong.length} of ${cells} cells are wrong`);
  const numbers = (['passes', 'FORBIDDEN', 'NOT_FOUND'] as const).map((verdict) => {
    const number = parts.reduce((sum, one) => sum + one.tally[verdict], 0);
    t.ok(number > (PART ? 0 : least.cells), `${verdict}: ${number}`);
    return `${verdict} ${number}`;
  });
  t.comment(
    `${cells} cells of ${PART ?? 'all'} of ${parts[0]?.routes} routes × ${ROLES.length} roles × ${parts[0]?.places} places × 2 seconds; ` +
      numbers.join(', '),
  );
}
