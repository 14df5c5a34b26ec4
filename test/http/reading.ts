/** What a reader of a stream makes of its text. */
import { createParser } from 'eventsource-parser';

export interface ReadEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Reads a body, at the reader's own pace. */
export class Reading {
  readonly events: Array<ReadEvent> = [];
  text = '';
  isOver = false;
  private readonly reader;
  private waiting: Promise<void> | undefined;
  private share = 1;
  private readonly decoder = new TextDecoder();
  private readonly parser = createParser({
    onEvent: ({ event = 'message', id, data }) => {
      this.events.push({ event, id, data: JSON.parse(data) });
    },
  });

  constructor(readonly response: Response) {
    this.reader = response.body?.getReader();
  }

  /** One more chunk. */
  next(): Promise<void> {
    return this.nextPart(1);
  }

  /** A share of one more chunk, from 0 to 1; of the one that is waited for, where there is one. */
  nextPart(share: number): Promise<void> {
    this.share = share;
    this.waiting ??= this.take().finally(() => {
      this.waiting = undefined;
    });
    return this.waiting;
  }

  private async take(): Promise<void> {
    const { done = true, value } = (await this.reader?.read()) ?? {};
    if (done) this.isOver = true;
    const bytes = value?.subarray(0, Math.round(value.length * this.share));
    const text = this.decoder.decode(bytes, { stream: true });
    this.text += text;
    this.parser.feed(text);
  }

  /** As many events as that, or all. */
  async until(count: number): Promise<ReadonlyArray<ReadEvent>> {
    while (!this.isOver && this.events.length < count) await this.next();
    return this.events;
  }

  all(): Promise<ReadonlyArray<ReadEvent>> {
    return this.until(Number.POSITIVE_INFINITY);
  }

  get lastId(): string | undefined {
    return this.events.findLast(({ id }) => id !== undefined)?.id;
  }

  /** Goes away. */
  async leave(): Promise<void> {
    await this.reader?.cancel();
  }
}

/** An event in short: `state a SUCCESS`. */
export const inShort = ({ event, data }: ReadEvent): string =>
  [event, data.taskId ?? data.groupId, data.status ?? data._tag]
    .filter((part) => part !== undefined)
    .join(' ');
