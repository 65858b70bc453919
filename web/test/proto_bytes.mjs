// Protocol buffers by their schema: slow, general, and not related to what the page does, for tests to speak and to check with.
import { kWire } from '../scripts/proto_schema.mjs';

const utf8 = new TextEncoder();
const text = new TextDecoder('utf-8', { fatal: true });

/** `value`: fields by name, nested ones too; a oneof's member is a field like any other. Fields left out are not written. */
export function encode({ messages, enums }, type, value) {
  const bytes = [];
  const varint = (number) => {
    let left = BigInt.asUintN(64, BigInt(number));
    for (; left >= 0x80n; left >>= 7n) bytes.push(Number(left & 0x7fn) | 0x80);
    bytes.push(Number(left));
  };
  const sized = (content) => {
    varint(content.length);
    bytes.push(...content);
  };
  for (const [name, given] of Object.entries(value)) {
    const field = messages.get(type).find((candidate) => candidate.name === name);
    if (!field) throw new Error(`${type} has no field ${name}`);
    for (const one of field.repeated ? given : [given]) {
      varint(field.number * 8 + kWire[field.kind]);
      if (field.kind === 'message') sized(encode({ messages, enums }, field.type, one));
      else if (field.kind === 'string') sized(utf8.encode(one));
      else if (field.kind === 'bytes') sized(one);
      else if (field.kind === 'float') bytes.push(...new Uint8Array(Float32Array.of(one).buffer));
      else if (field.kind === 'enum') varint(typeof one === 'string' ? new Map(enums.get(field.type)).get(one) : one);
      else varint(Number(one));
    }
  }
  return Uint8Array.from(bytes);
}

/** The fields that were written, by name. Errors: throws at an unknown field, too. */
export function decode({ messages, enums }, type, bytes) {
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Error('the bytes end too early');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(64, value));
    }
  };
  const take = (size) => bytes.subarray(at, (at += size));
  const value = {};
  while (at < bytes.length) {
    const tag = varint();
    const field = messages.get(type).find(({ number, kind }) => number * 8 + kWire[kind] === tag);
    if (!field) throw new Error(`${type} has no field of tag ${tag}`);
    let one;
    if (field.kind === 'message') one = decode({ messages, enums }, field.type, take(varint()));
    else if (field.kind === 'string') one = text.decode(take(varint()));
    else if (field.kind === 'bytes') one = take(varint());
    else if (field.kind === 'float') one = new Float32Array(take(4).slice().buffer)[0];
    else one = field.kind === 'bool' ? varint() !== 0 : varint();
    if (field.repeated) (value[field.name] ??= []).push(one);
    else value[field.name] = one;
  }
  return value;
}
