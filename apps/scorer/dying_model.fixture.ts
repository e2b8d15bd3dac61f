/** The thread of an ONNX model, but the first one of the process that is asked for scores ends before it has any. */
import { existsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import type { Opening, Request } from '../../libs/onnx/protocol.ts';
import type { ThreadData } from '../../libs/onnx/thread_start.ts';
import '../../libs/onnx/model_thread.ts';

/** There once one has ended. A thread has no word from the test, but its process. */
const mark = join(tmpdir(), `tidewatch-died-${process.pid}`);

// The program answers in a later turn, which never comes.
(workerData as ThreadData).port.on('message', (request: Opening | Request) => {
  if (!('rows' in request) || request.count === 0 || existsSync(mark)) return;
  writeFileSync(mark, '');
  process.exit(1);
});
