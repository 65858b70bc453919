// Reads the part of the proto3 language that proto/rondo.proto is written in; anything else is an error, not a guess.
import { readFile } from 'node:fs/promises';

export const contract = new URL('../../proto/rondo.proto', import.meta.url);

/** Wire types of the scalars we use. */
export const kWire = { uint32: 0, int64: 0, bool: 0, enum: 0, string: 2, bytes: 2, message: 2, float: 5 };

/**
 * @typedef {{ name: string, number: number, type: string, kind: string, repeated: boolean, optional: boolean, oneof: string | null }} Field
 * `kind`: a key of kWire; `type`: the scalar, message or enum by name.
 * @returns {{ messages: Map<string, Field[]>, enums: Map<string, [name: string, number: number][]> }} in the order of the file
 */
export function parseProto(text) {
  const tokens = text.replace(/\/\/.*|\/\*[^]*?\*\//g, '').match(/"[^"]*"|[\w.]+|[{}=;]/g) ?? [];
  const messages = new Map();
  const enums = new Map();
  let at = 0;
  const next = () => tokens[at++] ?? '';
  const expect = (token) => {
    const found = next();
    if (found !== token) throw new Error(`expected ${token}, found ${found} (token ${at})`);
  };
  const number = () => {
    const value = Number(next());
    if (!Number.isInteger(value) || value < 0) throw new Error(`expected a number before token ${at}`);
    expect(';');
    return value;
  };
  const readEnum = () => {
    const values = [];
    enums.set(next(), values);
    expect('{');
    for (let name = next(); name !== '}'; name = next()) {
      expect('=');
      values.push([name, number()]);
    }
  };
  const readFields = (fields, oneof) => {
    for (let word = next(); word !== '}'; word = next()) {
      if (word === 'enum') readEnum();
      else if (word === 'oneof' && oneof === null) {
        const name = next();
        expect('{');
        readFields(fields, name);
      } else {
        const [repeated, optional] = [word === 'repeated', word === 'optional'];
        const type = repeated || optional ? next() : word;
        const name = next();
        expect('=');
        fields.push({ name, number: number(), type, kind: '', repeated, optional, oneof });
      }
    }
  };
  while (at < tokens.length) {
    const word = next();
    if (word === 'syntax') while (next() !== ';');
    else if (word === 'package') (next(), expect(';'));
    else if (word === 'enum') readEnum();
    else if (word === 'message') {
      const fields = [];
      messages.set(next(), fields);
      expect('{');
      readFields(fields, null);
    } else throw new Error(`unknown word ${word}`);
  }
  for (const field of [...messages.values()].flat()) {
    field.kind = messages.has(field.type) ? 'message' : enums.has(field.type) ? 'enum' : field.type;
    if (!(field.kind in kWire)) throw new Error(`${field.name}: the type ${field.type} is not supported`);
    if (field.repeated && kWire[field.kind] !== 2) throw new Error(`${field.name}: packed fields are not supported`);
  }
  return { messages, enums };
}

export const readContract = async () => parseProto(await readFile(contract, 'utf8'));
