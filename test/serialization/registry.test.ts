import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { msgpack } from '../../src/msgpack/msgpack.js';
import { json } from '../../src/serialization/json.js';
import { registry } from '../../src/serialization/registry.js';
import { yaml } from '../../src/yaml/yaml.js';

const { toRead, toWrite } = registry([json, yaml, msgpack], ['json', 'application/x-msgpack']);

describe('registry', () => {
  it.each([
    ['yaml', 'yaml'],
    ['application/x-msgpack', 'msgpack'],
  ])('says where %s is to be had', (nameOrType, name) => {
    expect(registry([json], ['json']).toWrite(nameOrType)).toMatchObject({
      left: {
        problem: `import { ${name} } from 'chordis/${name}' and give it in serializers; there are json`,
      },
    });
  });

  it('finds a serializer by its name and by its content type', () => {
    expect(toRead('json')).toEqual(E.right(json));
    expect(toRead('application/json')).toEqual(E.right(json));
    expect(toRead('msgpack')).toEqual(E.right(msgpack));
  });

  it('refuses to read what is not accepted, but writes it', () => {
    expect(toWrite('yaml')).toEqual(E.right(yaml));
    expect(toRead('yaml')).toMatchObject({
      left: {
        _tag: 'ContentDisallowed',
        problem: 'Refusing to deserialize untrusted content of type yaml (application/x-yaml)',
      },
    });
  });

  it.each(['pickle', 'application/x-python-serialize'])('refuses %s and says why', (name) => {
    for (const find of [toRead, toWrite]) {
      expect(find(name)).toMatchObject({
        left: { _tag: 'ContentDisallowed', problem: expect.stringContaining('runs code') },
      });
    }
  });

  it('names what there is where it finds nothing', () => {
    expect(toRead('cbor')).toMatchObject({
      left: { problem: 'no such serializer; there are json, yaml, msgpack' },
    });
  });
});
