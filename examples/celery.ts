/**
 * `npm run example -- celery <task id>`: watches a task that a Celery worker runs.
 *
 * `examples/tasks.py` is an app to try it with. Where it has other results than the
 * defaults, set RESULT_URL, as chordis and Celery must look into the same database.
 */
import { isTaskException, RedisBackend } from 'chordis';
import * as Rx from 'rxjs';

const url = process.env.RESULT_URL ?? 'redis://localhost:6379/1';
const [taskId] = process.argv.slice(2);

const USAGE = `Which task? In one terminal, start a worker:

  pip install "celery[redis]"
  cd examples && celery -A tasks worker --loglevel INFO

In another, send it a task, and watch the one whose id is printed:

  cd examples && python3 -c 'from tasks import count; print(count.delay(10).id)'
  npm run example -- celery <task id>`;

const watch = (id: string): void => {
  const backend = new RedisBackend({ url, retryPolicy: { maxRetries: 3 } });
  console.log(`Watching ${id} in ${backend.asUri()} …`);
  backend.resultConsumer
    .consumeFrom(id)
    .pipe(
      // A task that the store does not know may be yet to come, or may never.
      Rx.timeout({ first: 60_000 }),
      Rx.finalize(() => {
        backend.close()();
      }),
    )
    .subscribe({
      next: ({ status, result, dateDone }) =>
        console.log(
          dateDone?.toISOString() ?? '…',
          status,
          isTaskException(result) ? result.repr : result,
        ),
      error: (error: Error) => {
        console.error(error.message);
        process.exitCode = 1;
      },
    });
};

if (taskId === undefined) {
  console.log(USAGE);
  process.exitCode = 2;
} else {
  watch(taskId);
}
