/**
 * The least a server can do: a Fastify route that answers what one statement answers. `node bareServer.mjs URL TEXT`, with as many
 * connections as Masar has; `POST /` passes the body as the one value, `GET /` the values of the order, a line of JSON.
 */
import Fastify from 'fastify';
import pg from 'pg';
import { orders, say } from './child.mjs';
import { CONNECTIONS } from './database.mjs';

const [url, text] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
const app = Fastify();
let values = [];
app.post('/', async ({ body }) => (await pool.query(text, [Buffer.from(JSON.stringify(body))])).rows[0]);
app.get('/', async () => ({ items: (await pool.query(text, values)).rows }));
orders().on('line', (line) => {
  values = JSON.parse(line);
  say({ ready: true });
});
say({ address: await app.listen({ host: '127.0.0.1', port: 0 }) });
