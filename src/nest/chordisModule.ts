/**
 * `ChordisModule`: a backend, a producer and streams for an application in Nest.
 *
 * What Nest is told by decorators elsewhere it is told by their plain calls here, so that
 * neither this package nor who uses it needs a compiler's decorators for it.
 *
 * @since 0.1.0
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  type FactoryProvider,
  Inject,
  Module,
  type ModuleMetadata,
  type OnApplicationShutdown,
  type Provider,
} from '@nestjs/common';
import * as E from 'fp-ts/lib/Either.js';
import { RedisBackend } from '../backend/redisBackend.js';
import type { RedisBackendOptions } from '../config/options.js';
import { ImproperlyConfigured } from '../errors/errors.js';
import type { TaskEventsOptions } from '../http/taskEvents.js';
import { settled } from '../operation/run.js';
import type { Broker } from '../port/broker.js';
import type { ProducerOptions } from '../producer/options.js';
import { Producer } from '../producer/producer.js';
import { TaskStreams } from './taskStreams.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * What the backend, the producer and the streams are made with.
 *
 * @category model
 * @since 0.1.0
 */
export interface ChordisModuleOptions
  extends Pick<TaskEventsOptions, 'select' | 'keepAlive' | 'random'> {
  /** Of the `RedisBackend`. */
  readonly backend: RedisBackendOptions;
  /** Of the `Producer`; its broker is the backend's, unless it has one here. */
  readonly producer?: Omit<ProducerOptions, 'backend'>;
}

/**
 * The same, made by a factory of what is injected into it.
 *
 * @category model
 * @since 0.1.0
 */
export interface ChordisModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** Given what `inject` names. */
  readonly useFactory: FactoryProvider<ChordisModuleOptions>['useFactory'];
  readonly inject?: NonNullable<FactoryProvider['inject']>;
}

// -------------------------------------------------------------------------------------
// the module
// -------------------------------------------------------------------------------------

/**
 * Provides `RedisBackend`, `Producer` and `TaskStreams`, each by its class, in every module of
 * the application.
 *
 * It closes with the application (`app.close()`, or a signal after `enableShutdownHooks()`):
 * before the server is closed, which waits for its clients, the streams of `TaskStreams` end;
 * after it, when no request is under way any more, producer and backend are closed.
 *
 * @example
 * import 'reflect-metadata'
 * import { Module } from '@nestjs/common'
 * import { NestFactory } from '@nestjs/core'
 * import { RedisBackend } from 'chordis'
 * import { ChordisModule } from 'chordis/nest'
 *
 * class AppModule {}
 * Module({ imports: [ChordisModule.forRoot({ backend: { url: 'memory://' } })] })(AppModule)
 *
 * const app = await NestFactory.createApplicationContext(AppModule, { logger: false })
 * await app.get(RedisBackend).markAsDone('4f1b', 5)()
 * console.log(await app.get(RedisBackend).getState('4f1b')()) // => { _tag: 'Right', right: 'SUCCESS' }
 * await app.close()
 *
 * @category model
 * @since 0.1.0
 */
export class ChordisModule implements BeforeApplicationShutdown, OnApplicationShutdown {
  /** @internal Nest makes it. */
  constructor(
    private readonly backend: RedisBackend,
    private readonly producer: Producer,
    private readonly streams: TaskStreams,
  ) {}

  /** With these options. An option that cannot work is an `ImproperlyConfigured` at the start. */
  static forRoot(options: ChordisModuleOptions): DynamicModule {
    return moduleWith([{ provide: OPTIONS, useValue: options }]);
  }

  /** With the options that a factory makes of what is injected into it, a promise of them too. */
  static forRootAsync(options: ChordisModuleAsyncOptions): DynamicModule {
    const { imports = [], inject = [], useFactory } = options;
    return { ...moduleWith([{ provide: OPTIONS, useFactory, inject }]), imports };
  }

  /** Ends the streams of `TaskStreams`, which the server would wait for. */
  async beforeApplicationShutdown(): Promise<void> {
    this.streams.end();
    // by then their connections are idle, and the server hangs up without waiting for more
    await nextTurn();
  }

  /** Closes producer and backend. */
  async onApplicationShutdown(): Promise<void> {
    await this.producer.close()();
    await this.backend.close()();
  }
}

Module({})(ChordisModule);
for (const [at, token] of [RedisBackend, Producer, TaskStreams].entries()) {
  Inject(token)(ChordisModule, undefined, at);
}

// -------------------------------------------------------------------------------------
// providers
// -------------------------------------------------------------------------------------

const OPTIONS = Symbol('chordis options');

const moduleWith = (options: ReadonlyArray<Provider>): DynamicModule => ({
  module: ChordisModule,
  global: true,
  providers: [...options, ...PROVIDERS],
  exports: [RedisBackend, Producer, TaskStreams],
});

const PROVIDERS: ReadonlyArray<Provider> = [
  {
    provide: RedisBackend,
    useFactory: ({ backend }: ChordisModuleOptions) => new RedisBackend(backend),
    inject: [OPTIONS],
  },
  {
    provide: Producer,
    useFactory: (options: ChordisModuleOptions, backend: RedisBackend) =>
      new Producer({ ...withBroker(options), backend }),
    inject: [OPTIONS, RedisBackend],
  },
  {
    provide: TaskStreams,
    useFactory: ({ select, keepAlive, random }: ChordisModuleOptions, backend: RedisBackend) =>
      new TaskStreams(backend, {
        ...(select !== undefined && { select }),
        ...(keepAlive !== undefined && { keepAlive }),
        ...(random !== undefined && { random }),
      }),
    inject: [OPTIONS, RedisBackend],
  },
];

/** An application that sends nothing needs no broker; one that does is told where it sends. */
const withBroker = ({
  backend,
  producer = {},
}: ChordisModuleOptions): Omit<ProducerOptions, 'backend'> => {
  const broker = producer.broker ?? backend.broker;
  const isThere = broker !== undefined && broker !== null && typeof broker !== 'function';
  return isThere ? producer : { ...producer, broker: none };
};

const none: Broker = {
  publish: () =>
    settled(
      E.left(new ImproperlyConfigured('broker', 'expected a URL or a Broker, to send tasks over')),
    ),
  close: settled(E.right(undefined)),
};
