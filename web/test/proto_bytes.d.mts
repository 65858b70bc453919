import type { Schema } from '../scripts/proto_schema.mjs';

export function encode(schema: Schema, type: string, value: Record<string, unknown>): Uint8Array<ArrayBuffer>;
export function decode(schema: Schema, type: string, bytes: Uint8Array): Record<string, unknown>;
