import type { Handler } from '../../src/http/index.js';

/** Answers by a handler, and cuts what it answers. */
export class FakeServer {
  readonly requests: Array<Request> = [];
  /** The statuses of the next answers, in place of the handler's. */
  readonly refusals: Array<number> = [];
  private readonly open = new Set<ReadableStreamDefaultController<Uint8Array>>();

  constructor(public handler: Handler) {}

  readonly fetch: typeof fetch = async (url, init) => {
    const request = new Request(String(url), init);
    this.requests.push(request.clone());
    const status = this.refusals.shift();
    if (status === 0) throw new TypeError('no network');
    if (status !== undefined) return new Response(null, { status });
    const response = await this.handler(request);
    const { body } = response;
    if (body === null || !response.headers.get('content-type')?.includes('event-stream')) {
      return response;
    }
    return new Response(this.cuttable(body), response);
  };

  /** Every connection breaks. */
  cut(): void {
    for (const controller of this.open) controller.error(new TypeError('cut'));
    this.open.clear();
  }

  get streams(): number {
    return this.open.size;
  }

  private cuttable(body: ReadableStream<Uint8Array>) {
    const reader = body.getReader();
    let current: ReadableStreamDefaultController<Uint8Array> | undefined;
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        current = controller;
        this.open.add(controller);
      },
      pull: async (controller) => {
        const { done, value } = await reader.read();
        if (!this.open.has(controller)) void reader.cancel();
        else if (done) {
          this.open.delete(controller);
          controller.close();
        } else controller.enqueue(value);
      },
      cancel: () => {
        if (current !== undefined) this.open.delete(current);
        return reader.cancel();
      },
    });
  }
}
