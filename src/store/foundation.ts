/**
 * What the rooms of a store stand on.
 *
 * @since 0.1.0
 */
import type { Config } from '../config/config.js';
import type { Commands } from '../port/commands.js';
import type { Serializer } from '../serialization/serializer.js';
import type { Keys } from '../wire/keys.js';
import type { Execution } from './execution.js';

export interface Foundation {
  readonly options: Config;
  readonly commands: Commands;
  readonly execution: Execution;
  readonly serializer: Serializer;
  readonly keys: Keys;
}
