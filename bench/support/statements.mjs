/** What a query sends to Postgres, so that a bare route can send the same. */
import { built } from './built.mjs';

/** A pool that notes what is sent through it. */
function noting(pool, sent) {
  return {
    connect: async () => {
      const client = await pool.connect();
      return {
        query: (text, values) => {
          sent.push({ text, values });
          return client.query(text, values);
        },
        release: () => client.release(),
      };
    },
  };
}

/** The statement of the first page of the queue as somebody of the demo sees it, with how many rows of a page of 50 it finds. */
export async function queueStatement(core, login) {
  const { sightOfAll } = await built('src/api/listing.js');
  const { queuePage } = await built('src/projections/queuePage.queries.js');
  const { readDb } = await built('src/projections/reads.queries.js');
  const { staffId } = await built('src/cli/demo/directory.js');
  const now = new Date().toISOString();
  const rights = await core.rights(staffId(login), now);
  const sent = [];
  const db = readDb({ pool: noting(core.pool, sent), schema: 'read' });
  const sight = sightOfAll(core.registry, rights, 'queue:read');
  const page = await queuePage(db, sight, {}, { now, day: now.slice(0, 10) }, { order: 'priority', limit: 50 });
  return { ...sent.at(-1), found: page.items.length };
}
