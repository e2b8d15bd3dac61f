// A `_bulk` endpoint that keeps nothing: it counts documents and says that each was created. Run on a core of its own;
// prints its port, and answers `GET /count`. `refresh` and the like are ignored.
import { createServer } from 'node:http';

let documents = 0;
let bytes = 0;
/** Items as OpenSearch answers them, by what the request's `filter_path` leaves. */
const created = '{"create":{"_index":"bench","_id":"x","status":201}}';
const createdFiltered = '{"create":{"status":201}}';

function countLines(chunk) {
  let lines = 0;
  for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines++;
  return lines;
}

const server = createServer((request, response) => {
  if (request.method === 'GET' && request.url === '/count') {
    response.end(JSON.stringify({ documents, bytes }));
    return;
  }
  let lines = 0;
  request.on('data', (chunk) => {
    lines += countLines(chunk);
    bytes += chunk.length;
  });
  request.on('end', () => {
    response.setHeader('content-type', 'application/json');
    if (!request.url.includes('_bulk')) {
      const version = { distribution: 'opensearch', number: '3.8.0', build_type: 'tar' };
      response.end(
        JSON.stringify({ name: 'sink', cluster_name: 'sink', version, acknowledged: true, status: 'green' }),
      );
      return;
    }
    const count = lines / 2;
    documents += count;
    const isFiltered = request.url.includes('filter_path=');
    const items = Array(count).fill(isFiltered ? createdFiltered : created);
    response.end(`{${isFiltered ? '' : '"took":1,'}"errors":false,"items":[${items.join(',')}]}`);
  });
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
