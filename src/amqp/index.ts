export { type AmqpBroker, amqpBroker } from './amqpBroker.js';
export type { AmqpOptions, AmqpQueue } from './options.js';
export type { Broker } from '../port/broker.js';
