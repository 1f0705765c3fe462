import t from 'tap';
import { projectionsCommand } from '../../src/cli/projections/commands.ts';
import { pause } from '../../src/eventlog/follow.ts';
import { projectionsOf } from '../../src/projections/index.ts';
import type { Projection } from '../../src/projections/runtime/projection.ts';
import { parcelStories } from '../projections/parcels.ts';
import { logWith, parcel, readModels, SCHEMA } from '../projections/support.ts';

const forever = new AbortController().signal;

t.test('an operator sees how far the read models are, rebuilds one, and proves them against a rebuild', async (t) => {
  const world = logWith([parcel]);
  await parcelStories(world, 5);
  const models = await readModels(t, world);
  const projections = projectionsOf(world.registry, world.keyring.mac);
  await models.catchUp(projections);
  const command = async (...argv: string[]) => {
    const lines: string[] = [];
    const code = await projectionsCommand(
      argv,
      { general: models.parts(projections), print: (line) => lines.push(line) },
      forever,
    );
    return { code, text: lines.join('\n') };
  };
  const before = await command('status');
  t.equal(before.code, 0);
  t.match(before.text, /NAME +VERSION +STATE[\s\S]*\ncases +\d+ +live +\d+ +\d+ +none/);
  const old = (await models.pool.query(`select id from ${SCHEMA}.projection_build where name = 'cases'`)).rows[0].id;
  t.match(await command('rebuild', 'cases'), { code: 0, text: /cases is rebuilt and shown/ });
  const { rows } = await models.pool.query(
    `select id, state from ${SCHEMA}.projection_build where name = 'cases' and state = 'live'`,
  );
  t.not(rows[0].id, old, 'by another set of tables');
  const checked = await command('check');
  t.equal(checked.code, 0, checked.text);
  t.match(checked.text, /cases at \d+: queue \d+ rows, md5 [0-9a-f]{32}, same/);
  await models.pool.query(`update ${SCHEMA}.queue set party = 'x'`);
  t.match(await command('check', 'cases', 'timeline'), { code: 1, text: /queue[^\n]*DIFFERENT\n {2}first at .*: party\n/ });
  await t.rejects(command('rebuild', 'nothing'), /no read model nothing; there are cases/);
  await t.rejects(command('status', '--store', 'restricted'), /no store restricted/);
  for (const wrong of [
    [],
    ['rebuild'],
    ['skip', 'cases', 'first', '--by', 'x', '--reason', 'x'],
    ['skip', 'cases', '1', '--by', 'x'],
    ['skip', 'cases', '1', '--reason', 'x'],
    ['status', 'cases'],
  ]) {
    t.match(await command(...wrong), { code: 2, text: /npm run projections -- status/ }, wrong.join(' '));
  }
});

t.test(
  'an operator passes over the one event a read model is halted at, and no other, in the restricted store as in the general one',
  async (t) => {
    const world = logWith([parcel]);
    const id = world.random.uuid();
    await world.write('parcel', id, { type: 'NoteAdded', data: { text: 'a' } });
    const bad = await world.write('parcel', id, { type: 'CaseReopened', data: { reason: 'b' } });
    let repaired = false;
    const halting: Projection = {
      name: 'halting',
      version: 1,
      categories: ['parcel'],
      opening: 'none',
      tables: [{ name: 'halting', columns: { type: 'text' }, key: ['type'] }],
      start: () => async (batch) => {
        if (!repaired && batch.some((event) => event.type === 'CaseReopened')) throw new TypeError('x is undefined');
        return [{ table: 'halting', put: batch.map(({ type }) => ({ type })) }];
      },
    };
    const models = await readModels(t, world);
    models.run([halting]);
    const command = async (...argv: string[]) => {
      const lines: string[] = [];
      const stores = { general: models.parts([]), restricted: async () => models.parts([halting]) };
      const asked = [...argv, '--store', 'restricted'];
      const code = await projectionsCommand(asked, { ...stores, print: (line) => lines.push(line) }, forever);
      return { code, text: lines.join('\n') };
    };
    t.ok(await models.waitFor(['halting'], bad - 1n, 5_000));
    let shown = await command('status');
    while (shown.code === 0) {
      await pause(10, forever);
      shown = await command('status');
    }
    t.match(shown.text, /halting +1 +halted/);
    t.match(shown.text, new RegExp(`halted at position ${bad}: parcel.CaseReopened.v1 at parcel-${id}/1\n  failed: TypeError`));
    t.match(await command('skip', 'halting', '1', '--by', 'an operator', '--reason', 'no'), {
      code: 1,
      text: /is not halted at position 1/,
    });
    t.match(await command('skip', 'halting', String(bad), '--by', 'an operator', '--reason', 'known'), { code: 0 });
    const { rows } = await models.pool.query(`select by, reason from ${SCHEMA}.projection_skip`);
    t.same(rows, [{ by: 'an operator', reason: 'known' }]);
    t.ok(await models.waitFor(['halting'], bad, 5_000));
    t.match(await command('status'), { code: 0, text: /WORKED ON +SKIPPED\nhalting .* 1$/ });

    const shownRows = async () => (await models.dump(['halting'])).halting;
    t.strictSame(await shownRows(), ['(NoteAdded)']);
    await t.rejects(command('rebuild', 'halting'), new RegExp(`halted at position ${bad}`), 'what is still bad is not left out');
    t.strictSame(await shownRows(), ['(NoteAdded)'], 'and what is shown stays');
    repaired = true;
    t.equal((await command('rebuild', 'halting')).code, 0);
    t.strictSame(await shownRows(), ['(CaseReopened)', '(NoteAdded)'], 'what can be read again is shown');
    t.match(await command('status'), { code: 0, text: /\nhalting .* 0$/ });
  },
);
