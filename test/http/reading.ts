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
  async next(): Promise<void> {
    const { done = true, value } = (await this.reader?.read()) ?? {};
    if (done) this.isOver = true;
    const text = this.decoder.decode(value, { stream: true });
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
