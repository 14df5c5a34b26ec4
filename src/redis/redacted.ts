/**
 * What a server says of a command, without what the command carried: some servers, and
 * more proxies, repeat the arguments that they refuse, a password or a payload among them.
 *
 * @since 0.1.0
 */

export interface Sent {
  readonly name: string;
  readonly args: ReadonlyArray<unknown>;
}

/** Punctuation, and words too short to tell anything. */
const SMALL = /^(\W*|[a-z]{1,3})$/;

/** The longest that a reason may be. */
const LONGEST = 300;

/**
 * The message with each word replaced that an argument of the command holds, unless the
 * argument is a key or a channel, or the word is of the command itself.
 */
export const redacted = (message: string, sent: Sent | undefined): string => {
  const hidden = sent === undefined ? [] : secrets(sent).map(textOf);
  const isHidden = (word: string): boolean =>
    !SMALL.test(word) && hidden.some((text) => text.includes(word));
  const [code = '', ...rest] = message.slice(0, LONGEST).split(/(?<=[\s'"`(,:])|(?=[\s'"`),])/);
  const words = rest.map((part) => (isHidden(part.trim()) ? '…' : part));
  return [code, ...words].join('').replace(/…(?:[\s'"`,]*…)+/g, '…');
};

/** The arguments that are no keys, no channels and no text of ours. */
const secrets = ({ name, args }: Sent): ReadonlyArray<unknown> => {
  switch (name.toLowerCase()) {
    case 'eval':
    case 'evalsha':
      return args.slice(2 + Number(args[1]));
    case 'hello':
      return args.slice(2);
    case 'get':
    case 'mget':
    case 'del':
    case 'incr':
    case 'expire':
    case 'ping':
    case 'select':
    case 'client':
    case 'subscribe':
    case 'unsubscribe':
      return [];
    default:
      return args;
  }
};

/** Redis repeats an argument with its line breaks as spaces. */
const textOf = (argument: unknown): string =>
  (Buffer.isBuffer(argument) ? argument.toString('latin1') : String(argument)).replace(
    /[\r\n]/g,
    ' ',
  );
