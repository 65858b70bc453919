export interface Schema {
  messages: Map<string, { name: string; number: number; type: string; kind: string; repeated: boolean; optional: boolean; oneof: string | null }[]>;
  enums: Map<string, [name: string, number: number][]>;
}
export function parseProto(text: string): Schema;
export function readContract(): Promise<Schema>;
