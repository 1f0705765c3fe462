import { createConfig, lintFromString } from '@redocly/openapi-core';
import t from 'tap';
import { startApi } from '../support/api.ts';
import { parcel } from '../support/sampleProcess.ts';

t.test('the OpenAPI document passes a linter', async (t) => {
  const api = await startApi([parcel]);
  t.teardown(() => api.close());
  const { text, status } = await api.call('GET', '/openapi.json');
  t.equal(status, 200, text.slice(0, 300));
  const config = await createConfig({ extends: ['recommended'] });
  const found = await lintFromString({ source: text, absoluteRef: 'openapi.json', config });
  t.same(
    found.map((one) => `${one.severity} ${one.ruleId}: ${one.message} at ${one.location[0]?.pointer}`),
    [],
  );
});
