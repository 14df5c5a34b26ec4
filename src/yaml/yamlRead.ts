/**
 * PyYAML's `safe_load`. The library composes the nodes; what they become is decided here,
 * so that a hostile text takes time in proportion to its length: nesting is bounded before
 * anything recurses, an error is not drawn below its line (all of them would be), and an
 * alias is the value itself, not a copy.
 *
 * @since 0.1.0
 */
import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  Parser,
  type YAMLMap,
} from 'yaml';
import { DateTime } from '../serialization/dateTime.js';
import { dictOf } from '../serialization/dictOf.js';
import { showable, withJsonForm } from '../serialization/jsonForm.js';
import { floatText } from '../serialization/pythonNumber.js';
import { PlainDate } from '../serialization/values.js';
import { schemaOptions } from './yamlTags.js';

/** Deeper than Python can read, or than is written here. */
const depthLimit = 512;

/**
 * How many values aliases may stand for. Kept shared they take no memory, but whoever
 * walks over the value will meet each of them.
 */
const aliasLimit = 2_000_000;

/** Characters or bytes that count as one value more. */
const longText = 64;

/**
 * Throws where PyYAML would raise.
 *
 * @internal
 */
export const readYaml = (text: string): unknown => valueIn(compose(text)?.contents ?? null);

// -------------------------------------------------------------------------------------
// nodes
// -------------------------------------------------------------------------------------

const compose = (text: string): Document | undefined => {
  const lines = new LineCounter();
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `at line ${line}, column ${col}`;
  };
  // The last of equal keys counts, and comparing each with each would take quadratic time.
  const composer = new Composer({ ...schemaOptions, uniqueKeys: false });
  const documents = composer.compose(tokens(text, lines, at), true, text.length);
  let only: Document | undefined;
  for (const document of documents) {
    // A warning is an unknown tag, such as one that would have Python make an object.
    const problem = document.errors[0] ?? document.warnings[0];
    if (problem !== undefined)
      throw new Error(`${problem.message.slice(0, 200)} ${at(problem.pos[0])}`);
    if (only !== undefined) throw new Error('more than one document');
    only = document;
  }
  return only;
};

/** What the composer takes. The parser keeps a stack; the composer recurses as deep as that was. */
function* tokens(
  text: string,
  lines: LineCounter,
  at: (offset: number) => string,
): Generator<CST.Token> {
  const sound = (token: CST.Token): CST.Token => {
    if (token.type === 'error')
      throw new Error(`${token.message.slice(0, 200)} ${at(token.offset)}`);
    return token;
  };
  lines.addNewLine(0);
  const parser = new Parser(lines.addNewLine);
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) yield sound(token);
    // Besides the document and the scalar at its depth.
    if (parser.stack.length > depthLimit + 2)
      throw new Error(`nested more than ${depthLimit} deep ${at(parser.offset)}`);
  }
  for (const token of parser.end()) yield sound(token);
}

// -------------------------------------------------------------------------------------
// values
// -------------------------------------------------------------------------------------

/** What an anchor names, and how much an alias of it stands for. */
interface Anchored {
  readonly value: unknown;
  readonly size: number;
}

const valueIn = (root: unknown): unknown => {
  const anchors = new Map<string, Anchored>();
  /** Values so far, and how many of them through aliases. */
  let size = 0;
  let aliased = 0;

  const borrow = (more: number): void => {
    size += more;
    aliased += more;
    if (aliased > aliasLimit) throw new Error(`aliases stand for more than ${aliasLimit} values`);
  };

  const read = (node: unknown): unknown => {
    if (isAlias(node)) return aliasOf(node.source);
    const anchor = (node as Node | null | undefined)?.anchor;
    // From here to its end the name means this node, and can't be had yet.
    if (anchor !== undefined) anchors.delete(anchor);
    const before = size++;
    const value = isScalar(node)
      ? scalar(node.value)
      : isSeq(node)
        ? showable(node.items.map(read))
        : isMap(node)
          ? map(node)
          : null;
    if (anchor !== undefined) anchors.set(anchor, { value, size: size - before });
    return value;
  };

  const aliasOf = (name: string): unknown => {
    const anchored = anchors.get(name);
    if (anchored === undefined)
      throw new Error(
        `*${name.slice(0, 80)} stands for nothing before it, or for what it is part of`,
      );
    borrow(anchored.size);
    return anchored.value;
  };

  const scalar = (value: unknown): unknown => {
    if (typeof value === 'string' || value instanceof Uint8Array)
      size += Math.floor(value.length / longText);
    return value;
  };

  const map = (node: YAMLMap): unknown => {
    if (node.tag === 'tag:yaml.org,2002:set')
      return withJsonForm(new Set(node.items.map(({ key }) => read(key))));
    const merged: Array<readonly [string | Buffer, unknown]> = [];
    const members: typeof merged = [];
    for (const { key, value } of node.items) {
      if (isMerge(key)) {
        for (const member of membersOf(read(value))) merged.push(member);
      } else members.push([keyOf(key), read(value)]);
    }
    return dictOf(merged.length === 0 ? members : merged.concat(members));
  };

  const isMerge = (key: unknown): boolean =>
    isScalar(key) && key.value === '<<' && key.type === 'PLAIN' && key.tag === undefined;

  /** Of a list the first counts most, so it comes last. */
  const membersOf = (source: unknown): Array<readonly [string | Buffer, unknown]> => {
    if (Array.isArray(source)) return source.toReversed().flatMap(membersOf);
    const isDict =
      source instanceof Map ||
      (typeof source === 'object' &&
        source !== null &&
        Object.getPrototypeOf(source) === Object.prototype);
    if (!isDict) throw new Error('<< merges a dict, or a list of them');
    const members = source instanceof Map ? [...source] : Object.entries(source);
    borrow(members.length);
    return members;
  };

  /** As the key would be in Python's JSON, which has only text for keys as well. */
  const keyOf = (node: unknown): string | Buffer => {
    const key = read(node);
    if (typeof key === 'string' || Buffer.isBuffer(key)) return key;
    if (typeof key === 'number') {
      const isFloat = isScalar(node) && Number.isFinite(key) && /\./.test(node.source ?? '');
      return isFloat ? floatText(key) : String(key);
    }
    if (key instanceof DateTime || key instanceof PlainDate) return key.text;
    if (typeof key === 'object' && key !== null) throw new Error('a list or dict can be no key');
    return String(key);
  };

  return read(root);
};
