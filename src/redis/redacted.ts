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

const WORD = /[\p{L}\p{N}\p{M}_]+/gu;

/** Words too short to tell anything. */
const SMALL = /^[a-z]{1,3}$/;

/** So long is what is hidden as a whole too, be it no word at all. */
const LEAST = 4;

/** The longest that a reason may be. */
const LONGEST = 300;

/**
 * The message with each word replaced that an argument of the command holds, unless the
 * argument is a key or a channel, or the word is of the command itself.
 */
export const redacted = (message: string, sent: Sent | undefined): string => {
  const hidden = sent === undefined ? [] : secrets(sent).map(bytesOrText);
  const [code = ''] = /^[A-Z][A-Z0-9_]*\b/.exec(message) ?? [];
  const rest = hidden
    .filter((argument) => typeof argument === 'string' && argument.length >= LEAST)
    .reduce<string>(
      (said, text) => said.replaceAll(String(text), '…'),
      message.slice(code.length, LONGEST),
    )
    .replace(WORD, (word) =>
      !SMALL.test(word) && hidden.some((argument) => argument.includes(word)) ? '…' : word,
    );
  return code + rest.replace(/…(?:[^\p{L}\p{N}…]*…)+/gu, '…');
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

/** Redis repeats an argument with its line breaks as spaces. What is large stays bytes, and is no text to be. */
const bytesOrText = (argument: unknown): string | Buffer =>
  Buffer.isBuffer(argument) && argument.length > LONGEST
    ? argument
    : String(argument).replace(/[\r\n]/g, ' ');
