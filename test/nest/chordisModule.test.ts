import 'reflect-metadata';
import {
  type DynamicModule,
  type INestApplicationContext,
  Inject,
  Module,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import * as E from 'fp-ts/lib/Either.js';
import * as Rx from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { RedisBackend } from '../../src/index.js';
import { ChordisModule, TaskStreams } from '../../src/nest/index.js';
import { Producer } from '../../src/producer/index.js';

let app: INestApplicationContext | undefined;
afterEach(() => app?.close());

const started = async (imported: DynamicModule, ...providers: ReadonlyArray<Type>) => {
  class AppModule {}
  Module({ imports: [imported], providers: [...providers] })(AppModule);
  app = await NestFactory.createApplicationContext(AppModule, {
    logger: false,
    abortOnError: false,
  });
  return app;
};

const memory = { backend: { url: 'memory://' } };

describe('ChordisModule', () => {
  it('provides the backend, the producer and streams by their classes, everywhere', async () => {
    class Thumbnails {
      constructor(
        readonly backend: RedisBackend,
        readonly producer: Producer,
        readonly streams: TaskStreams,
      ) {}
    }
    for (const [at, token] of [RedisBackend, Producer, TaskStreams].entries()) {
      Inject(token)(Thumbnails, undefined, at);
    }
    const context = await started(
      ChordisModule.forRoot({ ...memory, producer: { broker: 'memory://' } }),
      Thumbnails,
    );
    const { backend, producer, streams } = context.get(Thumbnails);
    expect(backend).toBe(context.get(RedisBackend));
    expect(streams).toBe(context.get(TaskStreams));
    const sent = await producer.sendTask('thumbnail', ['a.png'])();
    expect(sent).toMatchObject({ _tag: 'Right' });
  });

  it('takes its options from a factory, and what that asks for', async () => {
    class Settings {
      readonly url = 'memory://';
    }
    class SettingsModule {}
    Module({ providers: [Settings], exports: [Settings] })(SettingsModule);
    const context = await started(
      ChordisModule.forRootAsync({
        imports: [SettingsModule],
        inject: [Settings],
        useFactory: async ({ url }: Settings) => ({ backend: { url, expires: 60 } }),
      }),
    );
    expect(context.get(RedisBackend).asUri()).toBe('memory://');
  });

  it('starts without a broker, and says what sending needs', async () => {
    const context = await started(ChordisModule.forRoot(memory));
    const sent = await context.get(Producer).sendTask('thumbnail')();
    expect(sent).toMatchObject({ left: { _tag: 'ImproperlyConfigured', option: 'broker' } });
  });

  it('sends over the broker of the backend', async () => {
    const context = await started(
      ChordisModule.forRoot({ backend: { url: 'memory://', broker: 'memory://' } }),
    );
    expect(await context.get(Producer).sendTask('thumbnail')()).toMatchObject({ _tag: 'Right' });
  });

  it('does not start with options that cannot work', async () => {
    await expect(
      started(ChordisModule.forRoot({ backend: { url: 'http://nowhere' } })),
    ).rejects.toMatchObject({ _tag: 'ImproperlyConfigured' });
  });

  it('ends its streams before the server is closed, when the backend still does its work', async () => {
    const order: Array<string> = [];
    class Server {
      constructor(private readonly backend: RedisBackend) {}
      async beforeApplicationShutdown() {
        const stored = await this.backend.markAsDone('late', 1)();
        order.push(E.isRight(stored) ? 'stored' : stored.left._tag);
      }
    }
    Inject(RedisBackend)(Server, undefined, 0);
    const context = await started(ChordisModule.forRoot(memory), Server);
    const backend = context.get(RedisBackend);
    const streams = context.get(TaskStreams);
    streams.events({ tasks: 'a' }).subscribe({ complete: () => order.push('ended') });
    await expect.poll(() => backend.resultConsumer.isFollowing('a')).toBe(true);
    await context.close();
    expect(order.toSorted()).toEqual(['ended', 'stored']);
    expect(await backend.getState('a')()).toMatchObject({ left: { _tag: 'Closed' } });
    expect(await Rx.lastValueFrom(streams.events({ tasks: 'a' }).pipe(Rx.toArray()))).toEqual([]);
    await context.close();
  });
});
